import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import { defaultThresholds, findingKinds } from '../protocol/findings.ts';
import {
  defaultIssuesSettings,
  type IssuesReport,
  type IssuesSettings,
  type IssuesSummary,
} from '../protocol/issues.ts';
import type { EngineConfig } from '../training/config.ts';
import { createJobFolder } from './create.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { JOB_SCHEMA_VERSION, jobFiles } from './job.ts';
import { jobFoldersIn } from './job-folders.ts';
import type { LockState } from './lock.ts';
import { ProgressTracker } from './progress-tracker.ts';
import { fillDefaults, isRecord } from './record.ts';

/** Beside what every job folder holds. */
export const issuesFiles = {
  /** A `Finding` a line. */
  findings: 'findings.jsonl',
  /** Folds of the trainings of `retrain`. */
  trainings: 'trainings',
} as const;

/** `job.json` of a search for issues, in `.loupe/issues/<id>`. */
export interface IssuesJob {
  schemaVersion: number;
  verb: 'issues';
  id: string;
  /** ISO 8601. */
  createdAt: string;
  /** Absolute folder, manifest or IDX file. */
  source: string;
  /** Absolute folder whose `.loupe` has journal and runs. */
  workspace: string;
  settings: IssuesSettings;
  engine: EngineConfig;
}

export type NewIssuesJob = Pick<IssuesJob, 'source' | 'workspace' | 'settings' | 'engine'>;

/** Where searches are kept below a workspace. */
function issuesFolderOf(workspace: string): string {
  return path.join(path.resolve(workspace), '.loupe', 'issues');
}

/**
 * Makes the folder of a new search in `.loupe/issues` of the workspace, and returns it.
 * @throws Problem `disk-full`, `no-permission`
 */
export function createIssuesJob(wanted: NewIssuesJob): string {
  return createJobFolder(issuesFolderOf(wanted.workspace), path.basename(wanted.source), (id, createdAt) => {
    const job: IssuesJob = { schemaVersion: JOB_SCHEMA_VERSION, verb: 'issues', id, createdAt, ...wanted };
    return job;
  });
}

/** @throws Problem `not-a-search`, `bad-job` */
export function readIssuesJob(folder: string): IssuesJob {
  const file = path.join(folder, jobFiles.job);
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') throw notASearch(folder);
    if (errnoOf(error)) throw fsProblem(error, 'read', file);
    throw new Problem('bad-job', `${file} is damaged: ${(error as Error).message}.`, 'Look for issues again.');
  }
  if (!isRecord(value) || value.verb !== 'issues') throw notASearch(folder);
  if (typeof value.source !== 'string' || !isRecord(value.settings) || !isRecord(value.engine)) {
    throw new Problem('bad-job', `${file} is not complete.`, 'Look for issues again.');
  }
  const defaults = { ...defaultIssuesSettings, kinds: [...findingKinds], thresholds: defaultThresholds };
  const job = value as unknown as IssuesJob;
  return {
    ...job,
    id: path.basename(path.resolve(folder)),
    settings: fillDefaults(defaults, job.settings) as IssuesSettings,
  };
}

/** Whether a folder has the `job.json` of a search for issues. */
export function isIssuesFolder(folder: string): boolean {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(folder, jobFiles.job), 'utf8'));
    return isRecord(value) && value.verb === 'issues';
  } catch {
    return false;
  }
}

/** Folders of all searches of a workspace, oldest first. */
export function listIssuesJobs(workspace: string): string[] {
  return jobFoldersIn(issuesFolderOf(workspace));
}

/** Null where there is none yet, or it can't be read. */
export function readIssuesReport(folder: string): IssuesReport | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(folder, jobFiles.report), 'utf8'));
    return isRecord(value) && value.version === 1 ? (value as unknown as IssuesReport) : null;
  } catch {
    return null;
  }
}

/** Reads one search's folder incrementally. */
export class IssuesTracker extends ProgressTracker<IssuesSummary> {
  protected summarize(lock: LockState): IssuesSummary {
    const job = readIssuesJob(this.folder);
    return {
      ...this.standing(lock),
      id: job.id,
      folder: this.folder,
      createdAt: Date.parse(job.createdAt),
      source: job.source,
    };
  }
}

function notASearch(folder: string): Problem {
  return new Problem('not-a-search', `${folder} is not a search for issues.`, 'Choose a folder in .loupe/issues.');
}
