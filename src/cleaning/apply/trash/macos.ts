import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { deviceOf, mountOf } from './device.ts';
import { noTrash, type TrashPlace } from './trash.ts';

/**
 * A place in the trash of macOS: `~/.Trash`, or `.Trashes/<uid>` of another volume. The Finder shows the file there; putting it back to its
 * place is left to `loupe undo`, since only the Finder can write down where it came from.
 * @throws Problem `no-trash`
 */
export function macosPlace(file: string, home: string = os.homedir()): TrashPlace {
  try {
    const isHome = deviceOf(home) === deviceOf(file);
    const uid = String(process.getuid?.() ?? 0);
    const trash = isHome ? path.join(home, '.Trash') : path.join(mountOf(file), '.Trashes', uid);
    fs.mkdirSync(trash, { recursive: true, mode: 0o700 });
    fs.accessSync(trash, fs.constants.W_OK);
    return { file: freePath(trash, path.basename(file)), note: null, noteText: '' };
  } catch (error) {
    throw noTrash(file, error instanceof Error ? error.message : String(error), error);
  }
}

function freePath(trash: string, base: string): string {
  const { name, ext } = path.parse(base);
  for (let number = 1; ; number++) {
    const candidate = path.join(trash, number === 1 ? base : `${name} ${number}${ext}`);
    if (fs.lstatSync(candidate, { throwIfNoEntry: false }) === undefined) return candidate;
  }
}
