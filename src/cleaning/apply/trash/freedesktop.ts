import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { deviceOf, mountOf } from './device.ts';
import { noTrash, type TrashPlace } from './trash.ts';

const PRIVATE = 0o700;

/**
 * A place in the trash as desktops on Linux have it (freedesktop.org, Trash specification 1.0): the home trash for files on its file
 * system, else `.Trash/<uid>` or `.Trash-<uid>` at the top of the file's own.
 * @throws Problem `no-trash`
 */
export function freedesktopPlace(file: string, env: NodeJS.ProcessEnv = process.env): TrashPlace {
  const home = path.join(env.XDG_DATA_HOME || path.join(env.HOME || os.homedir(), '.local', 'share'), 'Trash');
  try {
    const isHome = deviceOf(home) === deviceOf(file);
    const top = isHome ? null : mountOf(file);
    const trash = top === null ? home : topTrash(top);
    for (const folder of ['files', 'info']) fs.mkdirSync(path.join(trash, folder), { recursive: true, mode: PRIVATE });
    fs.accessSync(path.join(trash, 'files'), fs.constants.W_OK);
    const { name: stem, ext } = path.parse(file);
    // Nobody sees this name, the note has the real one; so it need not be a beautiful one, but nobody else may take it.
    const name = `${stem}-${randomBytes(4).toString('hex')}${ext}`;
    const original = top === null ? path.resolve(file) : path.relative(top, path.resolve(file));
    return {
      file: path.join(trash, 'files', name),
      note: path.join(trash, 'info', `${name}.trashinfo`),
      noteText: `[Trash Info]\nPath=${encoded(original)}\nDeletionDate=${localTime(new Date())}\n`,
    };
  } catch (error) {
    throw noTrash(file, error instanceof Error ? error.message : String(error), error);
  }
}

/** The administrator's shared one where it is safe (sticky, no link), else one of our own. */
function topTrash(top: string): string {
  const uid = process.getuid?.() ?? 0;
  const shared = path.join(top, '.Trash');
  const stat = fs.lstatSync(shared, { throwIfNoEntry: false });
  if (stat?.isDirectory() && (stat.mode & 0o1000) !== 0) return path.join(shared, String(uid));
  return path.join(top, `.Trash-${uid}`);
}

/** Percent-encoded as in an address, slashes kept. */
function encoded(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}

/** `2026-01-31T23:59:59`, of this place. */
function localTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
