import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { setTimeout as delay } from 'node:timers/promises';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { type HeldLock, type LockInfo, tryLock } from '../../jobs/lock.ts';
import { Problem } from '../../problem.ts';
import { assertChecksum, zooFile } from './store.ts';
import type { ZooEntry } from './table.ts';

export interface DownloadOptions {
  /** Address to be used in place of the publisher's, up to the file's name. */
  mirror?: string | undefined;
  env?: NodeJS.ProcessEnv;
  onProgress?: (done: number, total: number | null) => void;
  signal?: AbortSignal;
}

/** Between two looks at another process's download. */
const WAIT_MS = 250;

/**
 * Downloads weights into the store. One that broke off goes on where it was; the file gets its name only when its checksum is right. While
 * another process downloads it, this one waits, and goes on where that one ended.
 * @returns the file
 * @throws Problem `download-failed`, `download-locked` (by another machine), `wrong-checksum`, `disk-full`; the signal's reason when aborted
 */
export async function downloadWeights(entry: ZooEntry, options: DownloadOptions = {}): Promise<string> {
  const target = zooFile(entry, options.env);
  if (fs.existsSync(target)) return target;
  fs.mkdirSync(path.dirname(target), { recursive: true });
  const lock = await lockWhenFree(target, options);
  try {
    return fs.existsSync(target) ? target : await download(entry, target, options);
  } finally {
    lock.release();
  }
}

async function lockWhenFree(target: string, { onProgress, signal }: DownloadOptions): Promise<HeldLock> {
  const file = `${target}.lock`;
  for (;;) {
    if (signal?.aborted) throw signal.reason;
    const lock = tryLock(file);
    if ('release' in lock) return lock;
    if (lock.holder && lock.holder.host !== os.hostname()) throw lockedElsewhere(target, file, lock.holder);
    onProgress?.(sizeOf(partialOf(target)), null);
    await delay(WAIT_MS);
  }
}

function partialOf(target: string): string {
  return `${target}.part`;
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

async function download(entry: ZooEntry, target: string, options: DownloadOptions): Promise<string> {
  const { env = process.env, onProgress, signal } = options;
  const partial = partialOf(target);
  const url = addressOf(entry, options.mirror ?? env.LOUPE_ZOO_MIRROR);
  const begun = sizeOf(partial);
  const response = await request(url, begun, signal);
  // A server that does not know ranges begins anew.
  const from = response.status === 206 ? begun : 0;
  const length = Number(response.headers.get('content-length'));
  const total = length > 0 ? from + length : null;
  let done = from;
  const count = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      done += chunk.length;
      onProgress?.(done, total);
      yield chunk;
    }
  };
  try {
    const body = Readable.fromWeb(response.body as ReadableStream);
    await pipeline(
      body,
      count,
      fs.createWriteStream(partial, { flags: from > 0 ? 'a' : 'w' }),
      signal ? { signal } : {},
    );
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw fsProblem(error, 'write', partial);
    throw failed(url, `it broke off after ${done} bytes (${(error as Error).message})`, error);
  }
  try {
    assertChecksum(entry, partial);
  } catch (error) {
    fs.rmSync(partial, { force: true });
    throw error;
  }
  fs.renameSync(partial, target);
  return target;
}

function addressOf(entry: ZooEntry, mirror: string | undefined): string {
  if (!mirror) return entry.url;
  return `${mirror.replace(/\/+$/, '')}/${path.basename(new URL(entry.url).pathname)}`;
}

async function request(url: string, begun: number, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    const headers = begun > 0 ? { range: `bytes=${begun}-` } : {};
    response = await fetch(url, { headers, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const { cause } = error as { cause?: Error };
    throw failed(url, cause?.message ?? (error as Error).message, error);
  }
  // All of it is there already: the checksum decides whether it is the right one.
  if (response.status === 416) return new Response(new Uint8Array(), { status: 206 });
  if (!response.ok || !response.body)
    throw failed(url, `the server answered ${response.status} ${response.statusText}`);
  return response;
}

function lockedElsewhere(target: string, file: string, { pid, host }: LockInfo): Problem {
  return new Problem(
    'download-locked',
    `${path.basename(target)} is being downloaded by process ${pid} on ${host}.`,
    `Wait until it ends; if that machine is gone, delete ${file}.`,
  );
}

function failed(url: string, why: string, cause?: unknown): Problem {
  return new Problem(
    'download-failed',
    `${url} could not be downloaded: ${why}.`,
    'Try again (it goes on where it was); name a mirror (--mirror, LOUPE_ZOO_MIRROR or the setting loupe.zoo.mirror); or get the file elsewhere and add it: loupe zoo add <name> <file>, in the editor “Take a file that is here…”.',
    { cause },
  );
}
