import { decodeRecord } from '../../dataset/decode-record.ts';
import type { ImageFormat } from '../../dataset/types.ts';
import type { Picture } from './likeness.ts';

/** Pixels of a side: enough to tell pictures apart, few enough to compare many. */
const SIDE = 64;
const AT_ONCE = 8;

export interface PicturedImage {
  path: string;
  format: ImageFormat;
  width: number;
  height: number;
}

/** Reads images as they are compared; one that can't be decoded is left out. @param onDone called after each */
export async function readPictures(
  root: string,
  images: ReadonlyMap<number, PicturedImage>,
  { onDone, signal }: { onDone?: () => void; signal?: AbortSignal } = {},
): Promise<Map<number, Picture>> {
  const pictures = new Map<number, Picture>();
  const waiting = [...images];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      signal?.throwIfAborted();
      const [position, image] = next;
      const grey = await readGrey(root, image);
      if (grey) pictures.set(position, { grey, side: SIDE, aspect: image.width / image.height });
      onDone?.();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return pictures;
}

async function readGrey(root: string, image: PicturedImage): Promise<Float32Array | null> {
  try {
    const settings = { width: SIDE, height: SIDE, color: 'grey', resize: 'stretch' } as const;
    return Float32Array.from(await decodeRecord(root, image, settings));
  } catch {
    return null;
  }
}
