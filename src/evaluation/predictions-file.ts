import fs from 'node:fs';
import type { ImageRecord, SplitName } from '../dataset/types.ts';
import { writeAtomic } from '../files.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import type { Predictions } from './evaluate.ts';
import { argmax } from './metrics.ts';

/** One line of `predictions.jsonl`. */
export interface PredictionLine {
  path: string;
  hash: string;
  /** Null: of a folder of its own, not of a run's split. */
  split: SplitName | null;
  label: string;
  predicted: string;
  /** In the order of the network's outputs; 6 significant digits. */
  probabilities: number[];
}

export interface PredictedSplit {
  split: SplitName | null;
  predictions: Predictions;
}

/** @throws Problem `disk-full`, `no-permission`, `folder-missing` */
export function writePredictions(
  file: string,
  parts: PredictedSplit[],
  data: { images: ImageRecord[]; classes: string[] },
): void {
  const chunks: Buffer[] = [];
  for (const { split, predictions } of parts) {
    predictions.indices.forEach((index, i) => {
      const image = data.images[index] as ImageRecord;
      const row = rowOf(predictions, i, data.classes.length);
      const line: PredictionLine = {
        path: image.path,
        hash: image.hash,
        split,
        label: data.classes[image.label] as string,
        predicted: data.classes[argmax(row)] as string,
        probabilities: Array.from(row, (value) => Number(value.toPrecision(6))),
      };
      chunks.push(Buffer.from(`${JSON.stringify(line)}\n`));
    });
  }
  try {
    writeAtomic(file, Buffer.concat(chunks));
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

export function readPredictions(file: string): PredictionLine[] {
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as PredictionLine);
}

function rowOf({ probabilities }: Predictions, i: number, classes: number): Float32Array {
  return probabilities.subarray(i * classes, (i + 1) * classes);
}
