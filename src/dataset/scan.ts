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

const BATCH = 500;
const PROGRESS_MS = 100;
const YIELD_EVERY = 2000;

/** Enough to keep libuv's threads busy while others wait for the disk. */
const CONCURRENCY = Math.min(32, Math.max(8, 2 * os.availableParallelism()));

/** Bytes that may be in memory at once, besides one file that alone is larger. */
const BYTES_IN_FLIGHT = 256 * 2 ** 20;

/**
 * Learns what each file holds: from the index where size, times and inode are as they were, else by reading and really
 * decoding it. Files that are no longer listed leave the index.
 * @param paths relative to `root`.
 * @throws the signal's reason when aborted; what was read until then stays in the index.
 */
export async function scanFiles(
  root: string,
  paths: string[],
  index: IndexDb,
  { onProgress, signal }: ScanOptions = {},
): Promise<Map<string, ScannedFile>> {
  const known = readIndex(index);
  const found = new Map<string, ScannedFile>();
  const unread: { path: string; stamp: FileStamp }[] = [];
  const progress = new Throttle(onProgress, paths.length);

  for (let i = 0; i < paths.length; i++) {
    if (i % YIELD_EVERY === YIELD_EVERY - 1) {
      await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
    const name = paths[i] as string;
    const stamp = stampFile(path.join(root, name));
    const before = known.get(name);
    known.delete(name);
    if ('cause' in stamp) {
      found.set(name, { bytes: 0, modified: 0, facts: stamp });
      if (before) known.set(name, before);
      progress.seen++;
    } else if (before && sameStamp(before.stamp, stamp)) {
      found.set(name, { bytes: stamp.size, modified: stamp.modified, facts: before.facts });
      progress.seen++;
    } else unread.push({ path: name, stamp });
    progress.tell();
  }

  index.update([], [...known.keys()]);
  await readAll(root, unread, index, found, progress, signal);
  progress.tell(true);
  return found;
}

function readIndex(index: IndexDb): Map<string, { stamp: FileStamp; facts: FileFacts }> {
  const known = new Map<string, { stamp: FileStamp; facts: FileFacts }>();
  index.readFiles((name, stamp, facts) => known.set(name, { stamp, facts }));
  return known;
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
  let batch: Parameters<IndexDb['update']>[0] = [];
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
      batch.push({ ...file, facts });
      if (batch.length >= BATCH) index.update(batch.splice(0));
      progress.seen++;
      progress.read++;
      progress.tell();
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } finally {
    index.update(batch);
    batch = [];
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
  readonly #total: number;
  #last = 0;

  constructor(listener: ScanOptions['onProgress'], total: number) {
    this.#listener = listener;
    this.#total = total;
  }

  tell(always = false): void {
    if (!this.#listener) return;
    const now = performance.now();
    if (!always && now - this.#last < PROGRESS_MS) return;
    this.#last = now;
    this.#listener({ seen: this.seen, total: this.#total, read: this.read });
  }
}
