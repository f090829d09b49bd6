import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../../files.ts';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { jobFiles } from '../../jobs/job.ts';
import { isPredictorFolder } from '../../jobs/predictors.ts';
import { isRecord } from '../../jobs/record.ts';
import type { PredictorSpec } from './spec.ts';

/** A temperature kept beside a model, for `loupe predict` to apply. */
export interface SavedCalibration {
  version: 1;
  temperature: number;
  /** What it was fitted on, in words. */
  fittedOn: string;
  images: number;
  /** SHA-256 over the members' weights: other weights need another temperature. */
  weights: string;
}

const CALIBRATION_FILE = 'calibration.json';

/** In a run beside its model, in a predictor beside its file. */
function calibrationFile(subject: string): string {
  return path.join(subject, isPredictorFolder(subject) ? '' : jobFiles.model, CALIBRATION_FILE);
}

/** @param hashes of the members' weights, in their order */
export function weightsKey(
  hashes: readonly string[],
  { combine, views }: Pick<PredictorSpec, 'combine' | 'views'>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([hashes, hashes.length > 1 ? combine : '', views.name === 'none' ? '' : views]))
    .digest('hex');
}

/** @throws Problem `disk-full`, `no-permission` */
export function writeCalibration(subject: string, calibration: SavedCalibration): string {
  const file = calibrationFile(subject);
  try {
    writeJson(file, calibration);
    return file;
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

/** The temperature kept for exactly these weights; null: none. */
export function readTemperature(subject: string, weights: string): number | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(calibrationFile(subject), 'utf8'));
    if (!isRecord(value) || value.weights !== weights) return null;
    return typeof value.temperature === 'number' && value.temperature > 0 ? value.temperature : null;
  } catch {
    return null;
  }
}
