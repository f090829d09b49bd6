import { DecodeFailure } from '../images/decode-failure.ts';
import { type DecodeSettings, storedSettings } from '../images/preprocess.ts';
import { mixSeed, permutation, seededRandom } from '../random.ts';
import { decodeRecord } from './decode-record.ts';
import type { DataSet, ImageRecord } from './types.ts';

/** A decoded image of a data set. */
export interface SampleImage {
  /** Position in the data set's images. */
  index: number;
  record: ImageRecord;
  className: string;
  /** [height, width, channel] of `storedSettings`: RGB or grey. */
  pixels: Uint8Array;
}

const ORDER = 0x5a3e;

/**
 * Positions of up to `count` images, as evenly from all classes as there are, in an order that the seed decides.
 * @param from positions to choose from; default: all.
 */
export function samplePositions(
  images: readonly Pick<ImageRecord, 'label'>[],
  count: number,
  seed: number,
  from: ArrayLike<number> = Array.from(images.keys()),
): number[] {
  const byClass = new Map<number, number[]>();
  for (const at of permutation(from.length, seededRandom(mixSeed(seed, ORDER)))) {
    const index = from[at] as number;
    const { label } = images[index] as { label: number };
    byClass.set(label, [...(byClass.get(label) ?? []), index]);
  }
  const lists = [...byClass.entries()].sort(([a], [b]) => a - b).map(([, list]) => list);
  const chosen: number[] = [];
  for (let round = 0; chosen.length < count; round++) {
    const next = lists.map((list) => list[round]).filter((index) => index !== undefined);
    if (next.length === 0) break;
    chosen.push(...next.slice(0, count - chosen.length));
  }
  return chosen;
}

/** Decodes images of a data set; those that can't be are left out. */
export async function decodeSample(
  data: Pick<DataSet, 'root' | 'images' | 'classes'>,
  positions: readonly number[],
  settings: DecodeSettings,
): Promise<SampleImage[]> {
  const stored = storedSettings(settings);
  const decoded = await Promise.all(
    positions.map(async (index) => {
      const record = data.images[index] as ImageRecord;
      try {
        const pixels = await decodeRecord(data.root, record, stored);
        return { index, record, className: data.classes[record.label] as string, pixels };
      } catch (error) {
        if (error instanceof DecodeFailure) return null;
        throw error;
      }
    }),
  );
  return decoded.filter((image) => image !== null);
}
