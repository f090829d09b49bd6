import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { hashFile } from '../file-hash.ts';
import { cacheRoot, writeJson } from '../files.ts';

/** A file that changed a moment ago may change again without its time telling. */
const SETTLED_MS = 2000;

interface Kept {
  file: string;
  size: number;
  mtimeMs: number;
  sha256: string;
}

/**
 * SHA-256 of the contents of files, one after the other; of one file its own. Each is read once, and again when its size or time of change
 * differs. @throws the file system's own error
 */
export function hashOfWeights(files: readonly string[]): string {
  const hashes = files.map(hashOfFile);
  const [only] = hashes;
  if (only !== undefined && hashes.length === 1) return only;
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

function hashOfFile(file: string): string {
  const absolute = path.resolve(file);
  const { size, mtimeMs } = fs.statSync(absolute);
  const place = path.join(
    cacheRoot(),
    'weight-hashes',
    `${createHash('sha256').update(absolute).digest('hex').slice(0, 24)}.json`,
  );
  const kept = readKept(place);
  if (kept?.file === absolute && kept.size === size && kept.mtimeMs === mtimeMs) return kept.sha256;
  const sha256 = hashFile(absolute);
  if (Date.now() - mtimeMs > SETTLED_MS) keep(place, { file: absolute, size, mtimeMs, sha256 });
  return sha256;
}

function readKept(place: string): Kept | null {
  try {
    return JSON.parse(fs.readFileSync(place, 'utf8')) as Kept;
  } catch {
    return null;
  }
}

/** Best effort: without it the file is read again next time. */
function keep(place: string, kept: Kept): void {
  try {
    fs.mkdirSync(path.dirname(place), { recursive: true });
    writeJson(place, kept);
  } catch {}
}
