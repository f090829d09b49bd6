import path from 'node:path';
import sharp from 'sharp';
import { MOST_BANDS } from '../images/bands.ts';
import type { ImageRecord } from './types.ts';

/**
 * Largest values, 0–65535, of those images whose files have 16 bits a channel: what their lower bits hold is gone once they are
 * decoded. Files that can't be read are left out.
 * @param root of the data set.
 */
export async function deepFileMaxima(
  root: string,
  images: readonly Pick<ImageRecord, 'path' | 'format'>[],
): Promise<number[]> {
  const files = images.filter(({ format }) => format === 'png' || format === 'tiff');
  const found = await Promise.all(files.map(({ path: name }) => largestOf(path.resolve(root, name))));
  return found.filter((largest) => largest !== null);
}

async function largestOf(file: string): Promise<number | null> {
  try {
    const image = sharp(file, { limitInputChannels: MOST_BANDS });
    const { depth } = await image.metadata();
    if (depth !== 'ushort') return null;
    const { channels } = await image.stats();
    return Math.max(...channels.map(({ max }) => max));
  } catch {
    return null;
  }
}
