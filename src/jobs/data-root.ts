import fs from 'node:fs';
import path from 'node:path';
import { readJob } from './read.ts';

/** Absolute folder against which a run's images are named. @throws Problem of `readJob` */
export function dataRootOf(runFolder: string): string {
  const { base, config } = readJob(runFolder);
  const source = path.resolve(base, config.data.source);
  const isFile = fs.statSync(source, { throwIfNoEntry: false })?.isFile() ?? false;
  return isFile ? path.dirname(source) : source;
}
