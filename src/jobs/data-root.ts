import fs from 'node:fs';
import path from 'node:path';
import type { Job } from './job.ts';
import { readJob } from './read.ts';

/** Absolute folder against which a run's images are named. @throws Problem of `readJob` */
export function dataRootOf(runFolder: string): string {
  const source = dataSourceOf(readJob(runFolder));
  const isFile = fs.statSync(source, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile ? path.dirname(source) : source;
}

/** Absolute path of the folder or file that a run's images come from. */
export function dataSourceOf({ base, config }: Pick<Job, 'base' | 'config'>): string {
  return path.resolve(base, config.data.source);
}
