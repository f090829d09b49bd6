import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { noTrash, type TrashPlace } from './trash.ts';

/** 1 January 1601, from which Windows counts time, in milliseconds before 1970. */
const WINDOWS_EPOCH_MS = 11_644_473_600_000n;

/**
 * A place in the recycle bin of a file's drive: the file becomes `$R…`, and `$I…` says where it came from and when. The system's own call
 * is not used, because it deletes for good where a drive has no bin.
 * @throws Problem `no-trash`
 */
export function recycleBinPlace(file: string, sid: () => string = currentUser): TrashPlace {
  const { root, ext } = path.win32.parse(path.win32.resolve(file));
  if (!/^[a-z]:\\$/i.test(root)) throw noTrash(file, 'only local drives have a recycle bin');
  try {
    const bin = path.win32.join(root, '$Recycle.Bin', sid());
    fs.accessSync(bin, fs.constants.W_OK);
    const name = `${randomName()}${ext}`;
    return {
      file: path.win32.join(bin, `$R${name}`),
      note: path.win32.join(bin, `$I${name}`),
      noteText: recycleNote(path.win32.resolve(file), fs.statSync(file).size, Date.now()),
    };
  } catch (error) {
    throw noTrash(file, error instanceof Error ? error.message : String(error), error);
  }
}

/**
 * The bytes of a `$I` file as Windows 10 and later write it: version 2, size, time of deletion (100 ns since 1601), length of the path in
 * UTF-16 units with its end, the path. Little-endian.
 */
export function recycleNote(original: string, size: number, now: number): Buffer {
  const name = Buffer.from(`${original}\0`, 'utf16le');
  const head = Buffer.alloc(28);
  head.writeBigUInt64LE(2n, 0);
  head.writeBigUInt64LE(BigInt(size), 8);
  head.writeBigUInt64LE((BigInt(Math.round(now)) + WINDOWS_EPOCH_MS) * 10_000n, 16);
  head.writeUInt32LE(name.length / 2, 24);
  return Buffer.concat([head, name]);
}

/** Six letters and digits, as Explorer makes them. */
function randomName(): string {
  return [...randomBytes(6)].map((byte) => (byte % 36).toString(36).toUpperCase()).join('');
}

/** Security identifier of the user, the name of their part of the bin. */
function currentUser(): string {
  const answer = execFileSync('whoami', ['/user', '/fo', 'csv', '/nh'], { encoding: 'utf8', windowsHide: true });
  const sid = /S-1-[\d-]+/.exec(answer)?.[0];
  if (!sid) throw new Error('whoami does not say who you are');
  return sid;
}
