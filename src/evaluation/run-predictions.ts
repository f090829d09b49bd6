import fs from 'node:fs';
import path from 'node:path';
import { fsProblem } from '../jobs/fs-problem.ts';
import { jobFiles } from '../jobs/job.ts';
import type { RunPredictions } from './paired-predictions.ts';
import type { PredictionLine } from './predictions-file.ts';

/**
 * What a run predicted of its held-out images; damaged lines are left out.
 * @returns null where it has predicted nothing yet, or nothing can be told of it (no report)
 */
export function readRunPredictions(runFolder: string): RunPredictions | null {
  const classes = readClasses(path.join(runFolder, jobFiles.report));
  const file = path.join(runFolder, jobFiles.predictions);
  if (!classes || !fs.existsSync(file)) return null;
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw fsProblem(error, 'read', file);
  }
  const lines = text.split('\n').flatMap(parseLine);
  return lines.length > 0 ? { classes, lines } : null;
}

function readClasses(file: string): string[] | null {
  try {
    const { classes } = JSON.parse(fs.readFileSync(file, 'utf8')) as { classes?: unknown };
    return Array.isArray(classes) ? classes.map(String) : null;
  } catch {
    return null;
  }
}

function parseLine(line: string): PredictionLine[] {
  try {
    const value = JSON.parse(line) as Partial<PredictionLine>;
    return value.hash && value.label && value.predicted && Array.isArray(value.probabilities)
      ? [value as PredictionLine]
      : [];
  } catch {
    return [];
  }
}
