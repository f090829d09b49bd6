import { FormatError } from '../../interop/format-error.ts';
import type { TimmFacts } from './timm-facts.ts';

/** One array of a weight file; its values are read when they are asked for. */
export interface StoredTensor {
  shape: readonly number[];
  /** As the file says, in lower case: `float32`, `float16`, `bfloat16`, `int64` … */
  dtype: string;
  /** All values in row-major order, as float32. @throws WeightFileError where they are cut off or of a kind without numbers. */
  read(): Float32Array;
}

export type WeightFormat =
  | 'pytorch'
  | 'pytorch-legacy'
  | 'safetensors'
  | 'keras-h5'
  | 'keras'
  | 'keras-weights'
  | 'tfjs-layers'
  | 'tfjs-graph';

/** What a weight file holds, by the names that the framework gave. Open until it is closed. */
export interface WeightFile {
  format: WeightFormat;
  tensors: ReadonlyMap<string, StoredTensor>;
  /** What its name, or a description beside it, says of a network of timm's; default: nothing. */
  timm?: TimmFacts | null;
  close(): void;
}

/** A file that can't be read, with one clause that says why: `it is cut off`. The caller adds which file it is. */
export class WeightFileError extends FormatError {
  override readonly name = 'WeightFileError';
}

/** Values in a shape, or a refusal where the product is no sensible number of values. */
export function valuesIn(shape: readonly number[], name: string): number {
  let values = 1;
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0)
      throw new WeightFileError(`${name} has the shape ${shape.join(' × ')}`);
    values *= length;
  }
  if (!Number.isSafeInteger(values)) throw new WeightFileError(`${name} has the shape ${shape.join(' × ')}`);
  return values;
}
