import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../files.ts';
import type { RunConfig } from '../training/config.ts';
import { fsProblem } from './fs-problem.ts';
import { jobFiles } from './job.ts';
import { isRecord } from './record.ts';

/** `batch-size.json`: what was found for a config that leaves its batch size open. Written by the job process. */
export interface KeptBatchSize {
  version: 1;
  batchSize: number;
  engine: string;
  /** What was tried, smallest first. */
  trials: { batchSize: number; imagesPerSecond: number }[];
}

/** The config as its run trains: an open batch size (0) is the one that was found for it, if it was yet. */
export function withKeptBatchSize(folder: string, config: RunConfig): RunConfig {
  const found = config.training.batchSize === 0 ? readKeptBatchSize(folder) : null;
  return found === null ? config : { ...config, training: { ...config.training, batchSize: found } };
}

/** @throws Problem `disk-full`, `no-permission`, `folder-missing` */
export function keepBatchSize(folder: string, kept: KeptBatchSize): void {
  const file = path.join(folder, jobFiles.batchSize);
  try {
    writeJson(file, kept);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

/** A damaged file counts as none: the size is looked for again. */
function readKeptBatchSize(folder: string): number | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(folder, jobFiles.batchSize), 'utf8'));
    return isRecord(value) && Number.isInteger(value.batchSize) ? (value.batchSize as number) : null;
  } catch {
    return null;
  }
}
