import fs from 'node:fs';
import path from 'node:path';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { Problem } from '../../problem.ts';
import type { JournalLine } from '../../protocol/journal.ts';
import { prepareJournalFolder } from './folder.ts';

const NEWLINE = 0x0a;

/**
 * Adds lines at the end of `labels.jsonl` (made where missing) in one write, and waits until they are on the disk. A last line that a
 * crash left without its end is closed first, so that it spoils no other.
 * @throws Problem `disk-full`, `no-permission`, `folder-missing`; no line was added then
 */
export function appendToJournal(file: string, lines: readonly JournalLine[]): void {
  if (lines.length === 0) return;
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  try {
    prepareJournalFolder(path.dirname(file));
    const handle = fs.openSync(file, 'a+');
    try {
      write(handle, file, Buffer.from(endsTorn(handle) ? `\n${text}` : text));
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

function endsTorn(handle: number): boolean {
  const { size } = fs.fstatSync(handle);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  fs.readSync(handle, last, 0, 1, size - 1);
  return last[0] !== NEWLINE;
}

/** One write, so that the lines of two windows do not mix. What a full disk took of them is cut off again. */
function write(handle: number, file: string, bytes: Buffer): void {
  const before = fs.fstatSync(handle).size;
  const written = fs.writeSync(handle, bytes);
  if (written === bytes.length) return;
  if (fs.fstatSync(handle).size === before + written) fs.ftruncateSync(handle, before);
  throw new Problem('disk-full', `Can't write ${file}: the disk is full.`, 'Free some space, then go on.');
}
