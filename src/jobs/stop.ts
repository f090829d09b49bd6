import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeAtomic } from '../files.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { jobFiles } from './job.ts';
import { type LockInfo, readLock, readLockState } from './lock.ts';

/**
 * Asks the run to stop at its next step with a checkpoint, or not to start at all. The file does it everywhere; the
 * signal only makes it quicker (Windows has no signal that a process can answer, so none is sent there).
 * @throws Problem `folder-missing`, `no-permission`, `disk-full`
 */
export function requestStop(folder: string): void {
  const file = path.join(folder, jobFiles.stop);
  try {
    writeAtomic(file, `${new Date().toISOString()}\n`);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
  const holder = liveHolder(folder);
  if (holder && process.platform !== 'win32') askToEnd(holder.pid);
}

/** Cheap enough for every step. */
export function isStopRequested(folder: string): boolean {
  return fs.existsSync(path.join(folder, jobFiles.stop));
}

export function clearStop(folder: string): void {
  fs.rmSync(path.join(folder, jobFiles.stop), { force: true });
}

/** The process of this machine that has the run; pid and start time are checked, so that a recycled pid is never hit. */
function liveHolder(folder: string): LockInfo | null {
  const info = readLock(folder);
  return info && info.host === os.hostname() && readLockState(folder) === 'live' ? info : null;
}

function askToEnd(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH' && errnoOf(error) !== 'EPERM') throw error;
  }
}
