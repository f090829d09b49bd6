import path from 'node:path';
import { writeJson } from '../files.ts';
import type { RunConfig } from '../training/config.ts';
import { createJob } from './create.ts';
import { fsProblem } from './fs-problem.ts';
import { withKeptBatchSize } from './kept-batch-size.ts';
import { readJob } from './read.ts';
import { fillDefaults } from './record.ts';

/** Lists are whole or absent. */
export type DeepPartial<T> = {
  [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? DeepPartial<T[K]> : T[K];
};

/**
 * A new, queued run beside the old one, with its config and the given changes over it; a batch size that was found for the old one
 * is the new one's too. Returns the new folder.
 * @throws Problem of `readJob` and `createJob`
 */
export function duplicateRun(folder: string, changes: DeepPartial<RunConfig> = {}): string {
  const job = readJob(folder);
  const config = fillDefaults(withKeptBatchSize(folder, job.config), changes) as RunConfig;
  return createJob(path.dirname(path.resolve(folder)), config, job.base, { duplicateOf: job.id });
}

/**
 * Writes a run's config as a `*.loupe.json` to be edited and trained; the data source is written relative to that file.
 * @throws Problem of `readJob`; `disk-full`, `no-permission`, `folder-missing`
 */
export function writeConfigCopy(folder: string, file: string, changes: DeepPartial<RunConfig> = {}): RunConfig {
  const job = readJob(folder);
  const source = path.relative(path.dirname(path.resolve(file)), path.resolve(job.base, job.config.data.source)) || '.';
  const rebased = {
    ...withKeptBatchSize(folder, job.config),
    data: { ...job.config.data, source: source.split(path.sep).join('/') },
  };
  const config = fillDefaults(rebased, changes) as RunConfig;
  try {
    writeJson(file, config);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
  return config;
}
