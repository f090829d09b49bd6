import path from 'node:path';
import { readRunPredictions } from '../../evaluation/run-predictions.ts';
import { writeJson } from '../../files.ts';
import { createJob, createJobFolder } from '../../jobs/create.ts';
import { jobFiles } from '../../jobs/job.ts';
import { readSummary } from '../../jobs/list.ts';
import { acquireLock } from '../../jobs/lock.ts';
import { editMeta } from '../../jobs/meta.ts';
import { PAYOFFS } from '../../jobs/payoff-reports.ts';
import { isRunFolder } from '../../jobs/read.ts';
import { Problem } from '../../problem.ts';
import type { PayoffArm, PayoffReport, PayoffRun } from '../../protocol/payoff.ts';
import type { RunConfig } from '../../training/config.ts';
import { writeRunDecisions } from '../../training/run-decisions.ts';
import { runTrainJob } from '../../training/run-job.ts';
import { writeSplit } from '../../training/split-file.ts';
import { type PayoffJob, readPayoffJob, readPayoffRuns, writePayoffRuns } from './job.ts';
import { measureChange, type PredictedRun } from './measure.ts';
import { openPayoffData, type PayoffData, type PlanOptions } from './plan.ts';

export interface PayoffOptions extends PlanOptions {
  /** Before a training begins or goes on. @param folder of the run */
  onRun?: (run: PayoffRun & { folder: string }, number: number, total: number) => void;
}

/**
 * Makes the job of a payoff: the same config trained with and without the label edits, once for each seed.
 * @param folder `<workspace>/.loupe`
 * @param seeds how many; the first is the config's
 * @returns the job's folder
 */
export function createPayoff(folder: string, config: RunConfig, base: string, seeds: number): string {
  return createJobFolder(
    path.join(folder, PAYOFFS),
    config.name || config.model.architecture,
    (id, createdAt): PayoffJob => ({
      schemaVersion: 1,
      verb: 'payoff',
      id,
      createdAt,
      config,
      base: path.resolve(base),
      seeds: Array.from({ length: seeds }, (_, at) => config.seed + at),
    }),
  );
}

/**
 * Trains what is not trained yet, one run after the other, and measures. The runs are runs as any other, beside the workspace's, tagged `payoff`; each
 * ends with its own report.
 * @throws Problem `payoff-stopped` (the same call goes on), `run-locked`, and of `openPayoffData`
 */
export async function runPayoff(folder: string, options: PayoffOptions = {}): Promise<PayoffReport> {
  const lock = acquireLock(folder);
  try {
    const job = readPayoffJob(folder);
    const data = await openPayoffData(folder, job, options);
    const runs = readPayoffRuns(folder, job);
    for (const [at, run] of runs.entries()) {
      run.folder ??= prepareRun(folder, job, run, data);
      // Written down before the training, so that a call that goes on finds it.
      writePayoffRuns(folder, runs);
      await train({ ...run, folder: run.folder }, at, runs.length, options);
    }
    const report = reportOf(folder, job, runs, data);
    writeJson(path.join(folder, jobFiles.report), report);
    return report;
  } finally {
    lock.release();
  }
}

async function train(
  run: PayoffRun & { folder: string },
  at: number,
  total: number,
  { onRun, signal }: PayoffOptions,
): Promise<void> {
  signal?.throwIfAborted();
  if (!isRunFolder(run.folder)) {
    throw new Problem('run-gone', `${run.folder} is not there any more.`, 'Start a new payoff.');
  }
  if (readSummary(run.folder).state === 'done') return;
  onRun?.(run, at + 1, total);
  const outcome = await runTrainJob(run.folder, signal ? { signal } : {});
  if (outcome === 'done') return;
  if (outcome === 'stopped') {
    throw new Problem('payoff-stopped', 'Stopped; nothing is lost.', 'The same call with the payoff’s folder goes on.');
  }
  const { message, advice } = readSummary(run.folder);
  throw new Problem('payoff-failed', message ?? `${run.folder} failed.`, advice ?? 'See its log.');
}

/** A run that has its split, and the edits it goes by, before it begins: both arms hold out the same images. */
function prepareRun(folder: string, job: PayoffJob, { arm, seed }: PayoffRun, data: PayoffData): string {
  const config: RunConfig = { ...job.config, seed, data: { ...job.config.data, journal: arm === 'after' } };
  const run = createJob(path.resolve(folder, '..', '..', 'runs'), config, job.base);
  editMeta(run, { name: nameOf(job, arm, seed), tags: ['payoff', arm], note: `Of ${job.id}: the payoff of cleaning.` });
  writeRunDecisions(run, arm === 'after' ? data.overlay : null);
  writeSplit(path.join(run, jobFiles.split), data[arm].data, data[arm].splits);
  return run;
}

function nameOf({ config }: PayoffJob, arm: PayoffArm, seed: number): string {
  return `${config.name || config.model.architecture} ${arm} cleaning, seed ${seed}`;
}

function reportOf(folder: string, job: PayoffJob, runs: PayoffRun[], data: PayoffData): PayoffReport {
  const predicted = runs.flatMap(({ arm, seed, folder: run }): PredictedRun[] => {
    const predictions = run === null ? null : readRunPredictions(run);
    return run !== null && predictions ? [{ arm, seed, folder: run, predictions }] : [];
  });
  const { relabelled = 0, labelled = 0, excluded = 0 } = data.after.data.journal ?? {};
  const change = measureChange(predicted, data);
  const notes = data.after.data.warnings.filter(({ code }) => code.startsWith('edits-')).map(({ message }) => message);
  if (!change.verified) notes.push('None of the held-out images was confirmed or relabelled by a person.');
  return {
    version: 1,
    id: job.id,
    folder,
    name: job.config.name || job.config.model.architecture,
    source: path.resolve(job.base, job.config.data.source),
    createdAt: job.createdAt,
    seeds: job.seeds,
    runs,
    edits: { relabelled, labelled, excluded },
    ...change,
    notes,
  };
}
