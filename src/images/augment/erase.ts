import { type Random, seededRandom } from '../../random.ts';
import type { EraseConfig } from '../../training/config-augment.ts';
import type { Frame } from './frame.ts';

/** Pixels. */
export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Covers a rectangle, in place. @param seed of the random pixels. */
export function applyErase(
  pixels: Uint8Array,
  { width, height, channels }: Frame,
  rectangle: Rectangle,
  fill: EraseConfig['fill'],
  seed: number,
): void {
  const color = fill === 'mean' ? meanColor(pixels, channels, width * height) : new Uint8Array(channels);
  const random: Random | null = fill === 'noise' ? seededRandom(seed) : null;
  for (let y = rectangle.top; y < rectangle.top + rectangle.height; y++) {
    const start = (y * width + rectangle.left) * channels;
    for (let i = 0; i < rectangle.width * channels; i++) {
      pixels[start + i] = random ? random() * 256 : (color[i % channels] as number);
    }
  }
}

function meanColor(pixels: Uint8Array, channels: number, count: number): Uint8Array {
  const sums = new Array<number>(channels).fill(0);
  for (let i = 0; i < pixels.length; i++) sums[i % channels] = (sums[i % channels] as number) + (pixels[i] as number);
  return Uint8Array.from(sums, (sum) => Math.round(sum / count));
}
