import { Problem } from '../../../problem.ts';
import type { TrashedFile } from '../../../protocol/apply.ts';
import { freedesktopPlace } from './freedesktop.ts';
import { macosPlace } from './macos.ts';
import { recycleBinPlace } from './recycle-bin.ts';

/** Where a file goes in the trash of the operating system, on its own file system. */
export interface TrashPlace extends TrashedFile {
  /** What the note says; it is written before the file is moved. */
  noteText: string | Uint8Array;
}

/**
 * A free place for a file in the trash of this operating system; nothing is written yet.
 * @param file absolute
 * @throws Problem `no-trash`: the file's disk has none, so that a file can't be thrown away in a way that can be taken back
 */
export function trashPlace(file: string): TrashPlace {
  if (process.platform === 'win32') return recycleBinPlace(file);
  return process.platform === 'darwin' ? macosPlace(file) : freedesktopPlace(file);
}

export function noTrash(file: string, why: string, cause?: unknown): Problem {
  return new Problem(
    'no-trash',
    `${file} can't be put into the trash: ${why}. Nothing is deleted without one.`,
    'Exclude the image instead; excluded images can be moved to a folder of your choice (--excluded-to).',
    { cause },
  );
}
