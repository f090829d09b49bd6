import path from 'node:path';
import type { SplitName } from '../dataset/types.ts';
import { readSubject } from '../evaluation/predictor/spec.ts';
import { jobFiles } from '../jobs/job.ts';
import { readSplit } from '../training/split-file.ts';
import { runsOf } from './evaluation-data.ts';

/** What a run is measured on when nothing is said: its test images, else its validation images. */
export function defaultSplit(subject: string): SplitName {
  const [run] = runsOf(readSubject(subject));
  const lines = run ? (readSplit(path.join(run, jobFiles.split))?.lines ?? []) : [];
  return lines.some(({ split }) => split === 'test') ? 'test' : 'validation';
}
