import { hash as digest } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspectImage } from '../images/decode.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import { type FileFacts, type FileStamp, type IndexDb, sameStamp, stampOf } from './index-db.ts';
import type { ScanProgress } from './types.ts';

export interface ScanOptions {
  onProgress?: ((progress: ScanProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface ScannedFile {
  bytes: number;
  /** Milliseconds since 1970. */
  modified: number;
  facts: FileFacts;
}

/** Files above this are refused unread: no image format here needs it, and they would fill the memory. */
export const LIMIT_BYTES = 2 ** 30;

const PROGRESS_MS = 100;

/** Enough to keep libuv's threads busy while others wait for the disk. */
const CONCURRENCY = Math.min(32, Math.max(8, 2 * os.availableParallelism()));

/** Bytes that may be in memory at once, besides one file that alone is larger. */
const BYTES_IN_FLIGHT = 256 * 2 ** 20;

/**
 * Learns what each file holds: from the index where size, times and inode are as they were, else by reading and really
 * decoding it. Files that are no longer listed leave the index. No more than a few hundred files are held at a time.
 * @param listed in the order of their paths (by code point), some at a time
 * @param total how many there are
 * @throws the signal's reason when aborted; what was read until then stays in the index.
 */
export async function* scanFiles<Listed extends { path: string }>(
  root: string,
  listed: Iterable<readonly Listed[]>,
  total: number,
  index: IndexDb,
  { onProgress, signal }: ScanOptions = {},
): AsyncGenerator<{ listed: Listed; file: ScannedFile }[]> {
  const progress = new Throttle(onProgress, total);
  let after = '';
  for (const chunk of listed) {
    await new Promise(setImmediate);
    signal?.throwIfAborted();
    const last = chunk.at(-1);
    if (!last) continue;
    const found = await scanChunk(root, { paths: chunk.map(({ path: name }) => name), after }, index, progress, signal);
    after = last.path;
    yield chunk.map((image) => ({ listed: image, file: found.get(image.path) as ScannedFile }));
  }
  index.forgetBetween(after, null, []);
  progress.end();
}

/** @param after path of the last file of the chunk before */
async function scanChunk(
  root: string,
  { paths, after }: { paths: readonly string[]; after: string },
  index: IndexDb,
  progress: Throttle,
  signal: AbortSignal | undefined,
): Promise<Map<string, ScannedFile>> {
  const { known, hasOthers } = index.filesBetween(after, paths.at(-1) ?? '', new Set(paths));
  const found = new Map<string, ScannedFile>();
  const unread: { path: string; stamp: FileStamp }[] = [];
  let isGone = hasOthers;
  for (const name of paths) {
    const stamp = stampFile(path.join(root, name));
    const before = known.get(name);
    if ('cause' in stamp) {
      found.set(name, { bytes: 0, modified: 0, facts: stamp });
      if (known.delete(name)) isGone = true;
      progress.seen++;
    } else if (before && sameStamp(before.stamp, stamp)) {
      found.set(name, { bytes: stamp.size, modified: stamp.modified, facts: before.facts });
      progress.seen++;
    } else unread.push({ path: name, stamp });
    progress.tell();
  }
  if (isGone) index.forgetBetween(after, paths.at(-1) ?? '', known.keys());
  await readAll(root, unread, index, found, progress, signal);
  return found;
}

function stampFile(file: string): FileStamp | { cause: 'missing' | 'unreadable'; message: string } {
  try {
    const stat = fs.statSync(file);
    if (stat.isFile()) return stampOf(stat);
    return { cause: 'unreadable', message: stat.isDirectory() ? 'A folder, not a file' : 'Not a regular file' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (file.includes('\ufffd')) return { cause: 'unreadable', message: "The file's name is not valid UTF-8" };
    if (code === 'ENOENT' || code === 'ENOTDIR') return { cause: 'missing', message: 'There is no such file' };
    return { cause: 'unreadable', message };
  }
}

async function readAll(
  root: string,
  unread: { path: string; stamp: FileStamp }[],
  index: IndexDb,
  found: Map<string, ScannedFile>,
  progress: Throttle,
  signal: AbortSignal | undefined,
): Promise<void> {
  let next = 0;
  let inFlight = 0;
  const read: Parameters<IndexDb['update']>[0] = [];
  const waiting: (() => void)[] = [];
  const worker = async () => {
    for (let file = unread[next++]; file; file = unread[next++]) {
      signal?.throwIfAborted();
      while (inFlight > 0 && inFlight + file.stamp.size > BYTES_IN_FLIGHT) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      inFlight += file.stamp.size;
      const facts = await inspectFile(path.join(root, file.path), file.stamp.size);
      inFlight -= file.stamp.size;
      for (const wake of waiting.splice(0)) wake();
      found.set(file.path, { bytes: file.stamp.size, modified: file.stamp.modified, facts });
      read.push({ ...file, facts });
      progress.seen++;
      progress.read++;
      progress.tell();
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } finally {
    index.update(read);
  }
}

/** Reads, hashes and decodes one file. Never throws for what a file holds. */
async function inspectFile(file: string, size: number): Promise<FileFacts> {
  if (size === 0) return { cause: 'empty-file', message: 'The file holds no bytes' };
  if (size > LIMIT_BYTES) return { cause: 'too-large', message: `The file holds ${size} bytes` };
  let bytes: Buffer;
  try {
    bytes = await fs.promises.readFile(file);
  } catch (error) {
    return { cause: 'unreadable', message: (error as Error).message };
  }
  try {
    const facts = await inspectImage(bytes);
    return { ...facts, hash: digest('sha256', bytes, 'hex').slice(0, 32) };
  } catch (error) {
    if (error instanceof DecodeFailure) return { cause: error.skipCause, message: error.message };
    throw error;
  }
}

/** Passes progress on at most ten times a second, and the last state always. */
class Throttle {
  seen = 0;
  read = 0;
  readonly #listener: ScanOptions['onProgress'];
  #total: number;
  #last = 0;

  constructor(listener: ScanOptions['onProgress'], total: number) {
    this.#listener = listener;
    this.#total = total;
  }

  /** Some of what a source names may be no part of the set. */
  end(): void {
    this.#total = this.seen;
    this.tell(true);
  }

  tell(always = false): void {
    if (!this.#listener) return;
    const now = performance.now();
    if (!always && now - this.#last < PROGRESS_MS) return;
    this.#last = now;
    this.#listener({ seen: this.seen, total: this.#total, read: this.read });
  }
}
