import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const MARKER = /^live-(\d+)-/;

/** Says that this process uses a folder of the cache, until the file it returns is removed or the process ends. */
export function liveMarker(folder: string): string | null {
  const file = path.join(folder, `live-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    fs.writeFileSync(file, '');
    return file;
  } catch {
    return null;
  }
}

interface Kept {
  file: string;
  bytes: number;
  used: number;
  inUse: boolean;
}

/**
 * Removes the segments that were not used for longest until all together are at most three quarters of `limit` (when above
 * it), sparing folders that a living process uses.
 * @param root folder of all settings. @param own the caller's own folder, never touched.
 * @returns bytes that may still be written.
 */
export function evict(root: string, own: string, limit: number): number {
  const kept = list(root).flatMap((folder) => segmentsOf(folder, folder === own));
  let total = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total < limit) return limit - total;
  const target = limit * 0.75;
  for (const segment of kept.filter(({ inUse }) => !inUse).sort((a, b) => a.used - b.used)) {
    if (total <= target) break;
    // The index first: a segment without one is invisible, so that nobody reads half of a deleted pair.
    fs.rmSync(segment.file.replace(/\.pixels$/, '.index'), { force: true });
    fs.rmSync(segment.file, { force: true });
    total -= segment.bytes;
  }
  return limit - total;
}

function list(root: string): string[] {
  return entriesOf(root).map((name) => path.join(root, name));
}

function segmentsOf(folder: string, isOwn: boolean): Kept[] {
  const names = entriesOf(folder);
  const inUse = isOwn || names.some((name) => isLive(folder, name));
  return names.flatMap((name) => {
    if (!name.endsWith('.pixels')) return [];
    const file = path.join(folder, name);
    try {
      const { blocks, size, mtimeMs } = fs.statSync(file);
      return [{ file, bytes: blocks ? Math.max(blocks * 512, size) : size, used: mtimeMs, inUse }];
    } catch {
      return [];
    }
  });
}

function entriesOf(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether a marker's process lives; a marker that a killed process left is removed. */
function isLive(folder: string, name: string): boolean {
  const match = MARKER.exec(name);
  if (!match) return false;
  const pid = Number(match[1]);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return true;
    fs.rmSync(path.join(folder, name), { force: true });
    return false;
  }
}
