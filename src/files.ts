import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Writes `data` so that a reader sees the old file or the whole new one, never a part: temporary name, fsync, rename.
 * @throws the file system's own error (ENOSPC, EACCES, …) with the temporary file removed.
 */
export function writeAtomic(file: string, data: string | Uint8Array): void {
  const temporary = `${file}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    const handle = fs.openSync(temporary, 'wx');
    try {
      fs.writeFileSync(handle, data);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Writes a value as indented JSON with a final newline, atomically. */
export function writeJson(file: string, value: unknown): void {
  writeAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Where everything that can be rebuilt lives: `LOUPE_CACHE`, else the platform's cache folder + `/loupe`. Safe to delete. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LOUPE_CACHE) return path.resolve(env.LOUPE_CACHE);
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, 'loupe');
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches', 'loupe');
  if (process.platform === 'win32') return path.join(env.LOCALAPPDATA ?? os.homedir(), 'loupe', 'Cache');
  return path.join(os.homedir(), '.cache', 'loupe');
}

/** Where the small picture of an image is kept, whoever makes it. @param hash `ImageRecord.hash`; @param side longest side in pixels. */
export function thumbnailFile(hash: string, side: number): string {
  return path.join(thumbnailFolder(), String(side), hash.slice(0, 2), `${hash}.webp`);
}

/** Folder of all small pictures; safe to delete. */
export function thumbnailFolder(): string {
  return path.join(cacheRoot(), 'thumbnails');
}
