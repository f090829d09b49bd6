import { decodeRecord } from '../../dataset/decode-record.ts';
import type { ImageFormat } from '../../dataset/types.ts';
import { toColor } from '../../images/pixels.ts';
import type { Picture } from './likeness.ts';
import { sample, WHOLE } from './plane.ts';

/** Pixels of a side: enough to tell pictures apart, few enough to compare many. */
const SIDE = 64;
/** So many times fewer for what they have of colour. */
const COLORS_COARSER = 4;
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
      const picture = await readPicture(root, image);
      if (picture) pictures.set(position, picture);
      onDone?.();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return pictures;
}

/** Null: it can't be decoded. */
export async function readPicture(root: string, image: PicturedImage): Promise<Picture | null> {
  try {
    const settings = { width: SIDE, height: SIDE, color: 'rgb', resize: 'stretch' } as const;
    return pictureOf(await decodeRecord(root, image, settings), SIDE, image.width / image.height);
  } catch {
    return null;
  }
}

/**
 * @param pixels [side, side, 3], a multiple of 4 a side
 * @param aspect width over height of the image itself
 */
export function pictureOf(pixels: Uint8Array, side: number, aspect: number): Picture {
  const grey = Float32Array.from(toColor(pixels, 3, 'grey'));
  const coarse = side / COLORS_COARSER;
  const colorOf = (channel: number) => {
    const values = grey.map((value, i) => (pixels[3 * i + channel] as number) - value);
    return { values: sample({ values, side }, WHOLE, coarse), side: coarse };
  };
  return { grey: { values: grey, side }, red: colorOf(0), blue: colorOf(2), aspect };
}
