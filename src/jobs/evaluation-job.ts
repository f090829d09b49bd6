import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import type { EvaluationSummary, EvaluationTarget, EvaluationViews } from '../protocol/evaluation.ts';
import type { JobEvent } from '../protocol/events.ts';
import type { EngineConfig } from '../training/config.ts';
import { createJobFolder } from './create.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { JOB_SCHEMA_VERSION, jobFiles } from './job.ts';
import { jobFoldersIn } from './job-folders.ts';
import type { LockState } from './lock.ts';
import { ProgressTracker } from './progress-tracker.ts';
import { isRecord } from './record.ts';

/** Beside what every job folder holds. */
export const evaluationFiles = {
  /** Folder in a run's or predictor's own. */
  evaluations: 'evaluations',
  images: 'images.json',
} as const;

/** `job.json` of an evaluation, in `<run or predictor>/evaluations/<id>`. */
export interface EvaluationJob {
  schemaVersion: number;
  verb: 'evaluate';
  id: string;
  /** ISO 8601. */
  createdAt: string;
  target: EvaluationTarget;
  views: EvaluationViews;
  engine: EngineConfig;
  intervals: { samples: number; level: number; seed: number; stratified: boolean };
  /** For top-k accuracy. */
  k: number;
}

export type NewEvaluation = Pick<EvaluationJob, 'target' | 'views' | 'engine' | 'intervals' | 'k'>;

export const defaultIntervals: EvaluationJob['intervals'] = { samples: 1000, level: 0.95, seed: 42, stratified: false };

/**
 * Makes the folder of a new evaluation of a run or predictor, and returns it.
 * @throws Problem `disk-full`, `no-permission`
 */
export function createEvaluation(subject: string, wanted: NewEvaluation): string {
  const name = wanted.target.kind === 'split' ? wanted.target.split : path.basename(wanted.target.source);
  return createJobFolder(path.join(subject, evaluationFiles.evaluations), name, (id, createdAt) => {
    const job: EvaluationJob = { schemaVersion: JOB_SCHEMA_VERSION, verb: 'evaluate', id, createdAt, ...wanted };
    return job;
  });
}

/** The run or predictor that an evaluation's folder is in. */
export function subjectOf(evaluation: string): string {
  return path.resolve(evaluation, '..', '..');
}

/** Whether a folder has an evaluation's `job.json`. */
export function isEvaluationFolder(folder: string): boolean {
  return (
    path.basename(path.resolve(folder, '..')) === evaluationFiles.evaluations &&
    fs.existsSync(path.join(folder, jobFiles.job))
  );
}

/** @throws Problem `not-an-evaluation`, `bad-job` */
export function readEvaluationJob(folder: string): EvaluationJob {
  const file = path.join(folder, jobFiles.job);
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') throw notAnEvaluation(folder);
    if (errnoOf(error)) throw fsProblem(error, 'read', file);
    throw new Problem('bad-job', `${file} is damaged: ${(error as Error).message}.`, 'Evaluate again.');
  }
  if (!isRecord(value) || value.verb !== 'evaluate') throw notAnEvaluation(folder);
  if (!isRecord(value.target) || !isRecord(value.views) || !isRecord(value.engine) || !isRecord(value.intervals)) {
    throw new Problem('bad-job', `${file} is not complete.`, 'Evaluate again.');
  }
  return { ...(value as unknown as EvaluationJob), id: path.basename(path.resolve(folder)) };
}

/** Folders of a run's or predictor's evaluations, oldest first. */
export function listEvaluations(subject: string): string[] {
  return jobFoldersIn(path.join(subject, evaluationFiles.evaluations));
}

/** Reads one evaluation's folder incrementally. */
export class EvaluationTracker extends ProgressTracker<EvaluationSummary> {
  #engine: string | null = null;

  protected override fold(event: JobEvent): void {
    super.fold(event);
    if (event.kind === 'engine') this.#engine = event.label;
  }

  protected override clear(): void {
    super.clear();
    this.#engine = null;
  }

  protected summarize(lock: LockState): EvaluationSummary {
    const job = readEvaluationJob(this.folder);
    return {
      ...this.standing(lock),
      id: job.id,
      folder: this.folder,
      createdAt: Date.parse(job.createdAt),
      target: job.target,
      views: job.views,
      engine: this.#engine,
    };
  }
}

function notAnEvaluation(folder: string): Problem {
  return new Problem(
    'not-an-evaluation',
    `${folder} is not an evaluation.`,
    `Choose a folder in the ${evaluationFiles.evaluations} folder of a run.`,
  );
}
