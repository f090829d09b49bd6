import fs from 'node:fs';
import path from 'node:path';
import type { Normalization } from '../../images/preprocess.ts';
import { WeightFileError } from '../weights/weight-file.ts';

/** What stands beside a model about its classes and its input. */
export interface ModelMetadata {
  /** Class names, in the order of the outputs; null: not told. */
  labels: string[] | null;
  /** Pixels; null: not told. */
  side: number | null;
  /** `teachable-machine`: p / 127 − 1, as its library does it. */
  normalize: MetadataNormalize | null;
}

export type MetadataNormalize = 'zero-one' | 'minus-one-one' | 'imagenet' | 'zero-255' | 'teachable-machine';

const normalizes: readonly MetadataNormalize[] = [
  'zero-one',
  'minus-one-one',
  'imagenet',
  'zero-255',
  'teachable-machine',
];
export const metadataFile = 'metadata.json';
/** A list of names that is larger is none. */
const MOST_BYTES = 2 ** 22;
const MOST_SIDE = 4096;

/**
 * Reads the `metadata.json` beside a `model.json`: Teachable Machine writes `labels` and `imageSize`; who has another model may write the
 * same, and `normalize`. null: there is none.
 * @throws WeightFileError
 */
export function readMetadata(modelJson: string): ModelMetadata | null {
  const file = path.join(path.dirname(modelJson), metadataFile);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile()) return null;
  if (stat.size > MOST_BYTES) throw new WeightFileError(`the ${metadataFile} beside it is too large for one`);
  const value = parse(file);
  const isTeachable = /teachablemachine/.test(String(value.packageName)) || 'tmVersion' in value;
  return {
    labels: labelsIn(value.labels),
    side: sideIn(value.imageSize),
    normalize: normalizes.find((one) => one === value.normalize) ?? (isTeachable ? 'teachable-machine' : null),
  };
}

function parse(file: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new WeightFileError(`the ${metadataFile} beside it is damaged`);
}

function labelsIn(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const labels = value.map(String);
  if (new Set(labels).size < labels.length)
    throw new WeightFileError(`the ${metadataFile} beside it names a class twice`);
  return labels;
}

function sideIn(value: unknown): number | null {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MOST_SIDE ? (value as number) : null;
}

/** How pixels of 0–255 become the network's input. */
export function metadataNormalization(normalize: MetadataNormalize, channels: number): Normalization {
  const filled = (mean: number, std: number): Normalization => ({
    mean: new Array<number>(channels).fill(mean),
    std: new Array<number>(channels).fill(std),
  });
  switch (normalize) {
    case 'zero-one':
      return filled(0, 1);
    case 'minus-one-one':
      return filled(0.5, 0.5);
    case 'imagenet':
      return channels === 3 ? { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } : filled(0.449, 0.226);
    case 'zero-255':
      return filled(0, 1 / 255);
    case 'teachable-machine':
      return filled(127 / 255, 127 / 255);
  }
}
