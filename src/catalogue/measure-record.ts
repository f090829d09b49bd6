import path from 'node:path';
import { readIdxRecord, readImageFileSync } from '../dataset/decode-record.ts';
import { shrinkRaw } from '../images/decode.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import { MEASURED_SIDE, measureFile, measureImage } from '../images/measures/measure-image.ts';
import type { ImageMeasures } from '../images/measures/measures.ts';

/** An image to be measured. */
export interface UnmeasuredImage {
  path: string;
  hash: string;
  format: string;
}

/** @param root of the data set. @returns null where the file is gone or can't be decoded any more */
export async function measureRecord(root: string, image: UnmeasuredImage): Promise<ImageMeasures | null> {
  try {
    if (image.format !== 'idx') return await measureFile(readImageFileSync(path.resolve(root, image.path)));
    const raw = await readIdxRecord(root, image.path);
    const shrunk = shrinkRaw(raw, MEASURED_SIDE);
    return measureImage(shrunk, shrunk === raw);
  } catch (error) {
    if (error instanceof DecodeFailure) return null;
    throw error;
  }
}
