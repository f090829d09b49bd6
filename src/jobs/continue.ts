import path from 'node:path';
import { writeJson } from '../files.ts';
import { Problem } from '../problem.ts';
import { fsProblem } from './fs-problem.ts';
import { type Job, jobFiles } from './job.ts';
import { readSummary } from './list.ts';
import { assertNotLive } from './lock.ts';
import { readJob } from './read.ts';
import { clearStop } from './stop.ts';

/**
 * Asks a run that was trained before for `epochs` more. It is queued until a process starts; the stop file is removed.
 * @throws Problem `run-live`, `never-started` (nothing to go on from), `bad-epochs`
 */
export function continueRun(folder: string, epochs: number): void {
  if (!Number.isInteger(epochs) || epochs < 1) {
    throw new Problem('bad-epochs', `Can't continue for ${epochs} epochs.`, 'Give a whole number of at least 1.');
  }
  const job = readJob(folder);
  assertNotLive(folder);
  const summary = readSummary(folder);
  if (summary.startedAt === null || !summary.resumable) {
    throw new Problem(
      'never-started',
      `${summary.name} has no saved state to continue from.`,
      summary.startedAt === null ? 'Start it first.' : 'Resume it: it starts again from the beginning.',
    );
  }
  goOn(folder, { ...job, continuations: [...job.continuations, { epochs, at: new Date().toISOString() }] });
}

/**
 * Asks a stopped, failed, interrupted or cancelled run to go on (from its last checkpoint where it has one). It is queued
 * until a process starts; the stop file is removed.
 * @throws Problem `run-live`, `already-done`
 */
export function resumeRun(folder: string): void {
  const job = readJob(folder);
  assertNotLive(folder);
  const { state, name } = readSummary(folder);
  if (state === 'done') {
    throw new Problem('already-done', `${name} is finished.`, 'Continue it for more epochs instead.');
  }
  goOn(folder, { ...job, resumeRequestedAt: new Date().toISOString() });
}

function goOn(folder: string, job: Job): void {
  const file = path.join(folder, jobFiles.job);
  try {
    writeJson(file, job);
    clearStop(folder);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}
