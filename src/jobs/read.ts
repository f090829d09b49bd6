import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import { completeJobConfig } from './complete-config.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { JOB_SCHEMA_VERSION, type Job, jobFiles, type Provenance, type RunMeta } from './job.ts';
import { isRecord } from './record.ts';

/**
 * Reads `job.json` of a training; fields that an older Loupe did not know are filled from the defaults.
 * @throws Problem `not-a-run` (no job.json, or another kind of job), `bad-job` (damaged), `newer-job` (made by a newer Loupe)
 */
export function readJob(folder: string): Job {
  const { record, ...head } = readJobRecord(folder, 'train', {
    code: 'not-a-run',
    what: 'a run',
    advice: 'Choose a folder in .loupe/runs.',
  });
  return {
    ...head,
    verb: 'train',
    continuations: readContinuations(record.continuations),
    ...(typeof record.resumeRequestedAt === 'string' ? { resumeRequestedAt: record.resumeRequestedAt } : {}),
    ...(typeof record.duplicateOf === 'string' ? { duplicateOf: record.duplicateOf } : {}),
  };
}

/** What every kind of job says of itself, and the rest as it was read. */
export interface JobRecord extends Pick<Job, 'schemaVersion' | 'id' | 'createdAt' | 'config' | 'base'> {
  record: Record<string, unknown>;
}

/**
 * Reads `job.json` of a job of one kind.
 * @param missing the Problem for a folder that holds no such job: its code, what was expected, what to do next
 * @throws Problem `missing.code`, `bad-job`, `newer-job`
 */
export function readJobRecord(
  folder: string,
  verb: string,
  missing: { code: string; what: string; advice: string },
): JobRecord {
  const file = path.join(folder, jobFiles.job);
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') {
      throw new Problem(missing.code, `${folder} is not ${missing.what}: it has no ${jobFiles.job}.`, missing.advice);
    }
    if (error instanceof SyntaxError) throw badJob(file, error.message);
    throw fsProblem(error, 'read', file);
  }
  if (!isRecord(value) || !isRecord(value.config)) throw badJob(file, 'it has no config');
  const version = value.schemaVersion;
  if (typeof version !== 'number') throw badJob(file, 'it has no schemaVersion');
  if (version > JOB_SCHEMA_VERSION) {
    throw new Problem(
      'newer-job',
      `${file} was written by a newer Loupe (version ${version}, this one reads up to ${JOB_SCHEMA_VERSION}).`,
      'Update Loupe.',
    );
  }
  const found = typeof value.verb === 'string' ? value.verb : 'train';
  if (found !== verb) {
    const message = `${folder} is not ${missing.what}: its ${jobFiles.job} is for loupe ${found}.`;
    throw new Problem(missing.code, message, missing.advice);
  }
  return {
    schemaVersion: version,
    id: path.basename(path.resolve(folder)),
    createdAt: typeof value.createdAt === 'string' ? value.createdAt : fs.statSync(file).mtime.toISOString(),
    config: completeJobConfig(value.config),
    base: typeof value.base === 'string' ? value.base : path.resolve(folder),
    record: value,
  };
}

/** For which verb a folder's `job.json` is; null where there is none that can be read. */
export function verbOfJob(folder: string): string | null {
  const value = readJsonOrNull(path.join(folder, jobFiles.job));
  if (!isRecord(value)) return null;
  return typeof value.verb === 'string' ? value.verb : 'train';
}

export function isRunFolder(folder: string): boolean {
  return fs.existsSync(path.join(folder, jobFiles.job));
}

/** Epochs of the whole run, continuations included. */
export function totalEpochs(job: Job): number {
  const { epochs, phases } = job.config.training;
  const first = phases.length ? phases.reduce((sum, phase) => sum + phase.epochs, 0) : epochs;
  return job.continuations.reduce((sum, more) => sum + more.epochs, first);
}

/** Reads `meta.json`; a missing or damaged file is an empty one. */
export function readMeta(folder: string): RunMeta {
  const value = readJsonOrNull(path.join(folder, jobFiles.meta));
  if (!isRecord(value)) return {};
  const tags = Array.isArray(value.tags) ? value.tags.filter((tag) => typeof tag === 'string') : [];
  return {
    ...(typeof value.name === 'string' && value.name ? { name: value.name } : {}),
    ...(typeof value.note === 'string' && value.note ? { note: value.note } : {}),
    ...(tags.length ? { tags } : {}),
    ...(value.starred === true ? { starred: true } : {}),
  };
}

/** Reads `provenance.json`; null until the job process has written it. */
export function readProvenance(folder: string): Provenance | null {
  const value = readJsonOrNull(path.join(folder, jobFiles.provenance));
  return isRecord(value) ? (value as unknown as Provenance) : null;
}

function readJsonOrNull(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function readContinuations(value: unknown): Job['continuations'] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (entry): entry is { epochs: number; at: string } =>
      isRecord(entry) && typeof entry.epochs === 'number' && typeof entry.at === 'string',
  );
}

function badJob(file: string, why: string): Problem {
  return new Problem('bad-job', `${file} is damaged: ${why}.`, 'Duplicate another run, or delete this one.');
}
