import type { ImageBatch } from '../engines/engine.ts';
import { visibleOf } from '../images/pixels.ts';

export interface ImageQualities {
  /** Mean luma (Rec. 601), 0–1. */
  brightness: number;
  /** Standard deviation of the Laplacian of the luma (3 × 3, without the border), 0–1 and rarely above 0.3: low is blurred or flat. */
  sharpness: number;
}

/** Of each image of a batch, of the pixels that the network sees. */
export function batchQualities(
  { pixels, size }: Pick<ImageBatch, 'pixels' | 'size'>,
  { width, height, channels }: { width: number; height: number; channels: number },
): ImageQualities[] {
  const bytes = width * height * channels;
  return Array.from({ length: size }, (_, i) =>
    qualitiesOf(lumaOf(pixels.subarray(i * bytes, (i + 1) * bytes), channels), width, height),
  );
}

function lumaOf(stored: Uint8Array, stride: number): Float32Array {
  const { pixels, channels } = visibleOf(stored, stride);
  if (channels === 1) return Float32Array.from(pixels, (value) => value / 255);
  return Float32Array.from({ length: pixels.length / 3 }, (_, i) => {
    const red = pixels[i * 3] as number;
    const green = pixels[i * 3 + 1] as number;
    const blue = pixels[i * 3 + 2] as number;
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
  });
}

function qualitiesOf(luma: Float32Array, width: number, height: number): ImageQualities {
  let total = 0;
  for (const value of luma) total += value;
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const around =
        (luma[at - 1] as number) +
        (luma[at + 1] as number) +
        (luma[at - width] as number) +
        (luma[at + width] as number);
      const edge = (luma[at] as number) - around / 4;
      sum += edge;
      squares += edge * edge;
      count++;
    }
  }
  const spread = count ? Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)) : 0;
  return { brightness: luma.length ? total / luma.length : 0, sharpness: spread };
}
