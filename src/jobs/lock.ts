import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Problem } from '../problem.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { jobFiles } from './job.ts';
import { bootTime, probeProcess } from './process-probe.ts';
import { isRecord } from './record.ts';

/** `lock.json`: the process that writes to a run. */
export interface LockInfo {
  pid: number;
  startTime: string | null;
  host: string;
}

/** `live`: a process of this machine; `other-host`: another machine's, which can't be asked and is respected. */
export type LockState = 'none' | 'live' | 'stale' | 'other-host';

export interface HeldLock {
  /** Idempotent; leaves a lock that is no longer ours alone. */
  release(): void;
}

const RETRY_MS = 20;
/** A lock file without readable content is being written, or was left by a crash on a file system without links. */
const UNREADABLE_GRACE_MS = 10_000;
const BREAKER_LIMIT_MS = 5000;
/** Longer than the mark of a process that died while it removed a dead one's lock may stand. */
const WAIT_LIMIT_MS = BREAKER_LIMIT_MS + 1000;

/**
 * Makes this process the run's only writer; a dead process's lock is taken over.
 * @throws Problem `run-locked` (another process has it), `folder-missing`, `no-permission`, `disk-full`
 */
export function acquireLock(folder: string): HeldLock {
  const lock = tryLock(path.join(folder, jobFiles.lock));
  if ('release' in lock) return lock;
  throw lockedProblem(folder, lock.holder);
}

/** The process that has a lock; null: its file can't be read. */
export interface TakenLock {
  holder: LockInfo | null;
}

/**
 * Creates a lock file that tells of this process; a dead process's one is taken over.
 * @throws Problem `folder-missing`, `no-permission`, `disk-full`
 */
export function tryLock(file: string): HeldLock | TakenLock {
  const mine: LockInfo = { pid: process.pid, startTime: probeProcess(process.pid).startTime, host: os.hostname() };
  const body = `${JSON.stringify(mine)}\n`;
  const deadline = Date.now() + WAIT_LIMIT_MS;
  try {
    while (!createWhole(file, body)) {
      const found = readRaw(file);
      const stale = found !== null && stateOf(found) === 'stale';
      if ((found?.info && !stale) || Date.now() > deadline) return { holder: found?.info ?? null };
      if (!stale || !breakStale(file, found.raw)) sleep(RETRY_MS);
    }
  } catch (error) {
    throw fsProblem(error, 'lock', path.dirname(file));
  }
  return hold(file, body);
}

/** Who holds the run's lock, dead or alive; null where nobody does. */
export function readLock(folder: string): LockInfo | null {
  return readRaw(path.join(folder, jobFiles.lock))?.info ?? null;
}

export function readLockState(folder: string): LockState {
  const found = readRaw(path.join(folder, jobFiles.lock));
  return found ? stateOf(found) : 'none';
}

/** True while a process may be writing to the run. */
export function isLive(folder: string): boolean {
  const state = readLockState(folder);
  return state === 'live' || state === 'other-host';
}

/** @throws Problem `run-live`; called before a run is deleted, continued or changed. */
export function assertNotLive(folder: string): void {
  if (!isLive(folder)) return;
  throw new Problem('run-live', `${path.basename(folder)} is still running.`, 'Stop it first.');
}

interface RawLock {
  raw: string;
  info: LockInfo | null;
  modified: number;
}

function readRaw(file: string): RawLock | null {
  try {
    const raw = fs.readFileSync(file, 'utf8');
    return { raw, info: parseLock(raw), modified: fs.statSync(file).mtimeMs };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

function parseLock(raw: string): LockInfo | null {
  try {
    const value: unknown = JSON.parse(raw);
    if (!isRecord(value) || typeof value.pid !== 'number' || typeof value.host !== 'string') return null;
    return {
      pid: value.pid,
      host: value.host,
      startTime: typeof value.startTime === 'string' ? value.startTime : null,
    };
  } catch {
    return null;
  }
}

function stateOf({ info, modified }: RawLock): LockState {
  if (!info) return Date.now() - modified > UNREADABLE_GRACE_MS ? 'stale' : 'live';
  if (info.host !== os.hostname()) return 'other-host';
  const probe = probeProcess(info.pid);
  if (!probe.alive) return 'stale';
  if (info.startTime !== null && probe.startTime !== null) return info.startTime === probe.startTime ? 'live' : 'stale';
  return modified < bootTime() ? 'stale' : 'live';
}

/** Creates the file with its content in one step, so that no reader sees an empty lock. False if it is there already. */
function createWhole(file: string, body: string): boolean {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    fs.writeFileSync(temporary, body, { flag: 'wx' });
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST') return false;
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS' || code === 'EOPNOTSUPP' || code === 'EMLINK') {
      return createExclusive(file, body);
    }
    throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** For file systems without hard links. */
function createExclusive(file: string, body: string): boolean {
  try {
    fs.writeFileSync(file, body, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a dead process's lock. Only one process does that at a time, and only if the lock is still the one that was
 * judged: otherwise a slow process could remove the lock that a fast one has just taken.
 */
function breakStale(file: string, raw: string): boolean {
  const breaker = `${file}.break`;
  if (!createExclusive(breaker, '')) {
    const age = Date.now() - (fs.statSync(breaker, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age > BREAKER_LIMIT_MS) fs.rmSync(breaker, { force: true });
    return false;
  }
  try {
    if (readRaw(file)?.raw === raw) fs.rmSync(file, { force: true });
    return true;
  } finally {
    fs.rmSync(breaker, { force: true });
  }
}

function hold(file: string, body: string): HeldLock {
  const release = () => {
    process.off('exit', release);
    try {
      if (fs.readFileSync(file, 'utf8') === body) fs.rmSync(file, { force: true });
    } catch {
      // A removed folder has no lock; one that can't be removed is stale once this process has ended.
    }
  };
  process.once('exit', release);
  return { release };
}

function lockedProblem(folder: string, info: LockInfo | null): Problem {
  const who = info ? `process ${info.pid} on ${info.host}` : 'another process';
  const advice =
    info && info.host !== os.hostname()
      ? `Stop it there; if that machine is gone, delete ${path.join(folder, jobFiles.lock)}.`
      : 'Wait until it ends, or stop it first.';
  return new Problem('run-locked', `${path.basename(folder)} is already being run by ${who}.`, advice);
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
