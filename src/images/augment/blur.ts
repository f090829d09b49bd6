import type { Frame } from './frame.ts';

const BITS = 16;

/**
 * Gaussian blur in place, two passes, radius 3σ, mirrored at the edge without repeating it (torchvision's `gaussian_blur`).
 * @param scratch at least as long as `pixels`.
 */
export function applyBlur(pixels: Uint8Array, scratch: Uint16Array, frame: Frame, sigma: number): void {
  const { width, height, channels } = frame;
  const kernel = kernelOf(sigma, Math.max(1, Math.ceil(3 * sigma)));
  const radius = (kernel.length - 1) / 2;
  const stride = width * channels;
  const sums = new Int32Array(stride);
  // A line with its mirrored margins, so that the loops below know no edge.
  const line = new Uint8Array((width + 2 * radius) * channels);
  for (let y = 0; y < height; y++) {
    const start = y * stride;
    line.set(pixels.subarray(start, start + stride), radius * channels);
    for (let k = 1; k <= radius; k++) {
      for (let c = 0; c < channels; c++) {
        line[(radius - k) * channels + c] = pixels[start + mirrored(-k, width) * channels + c] as number;
        line[(radius + width - 1 + k) * channels + c] = pixels[
          start + mirrored(width - 1 + k, width) * channels + c
        ] as number;
      }
    }
    sums.fill(1 << (BITS - 8));
    for (let k = 0; k < kernel.length; k++) {
      const weight = kernel[k] as number;
      const from = k * channels;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + Math.imul(weight, line[from + i] as number);
    }
    // Between the passes 7 more bits are kept: what two 16-bit factors leave of 31.
    for (let i = 0; i < stride; i++) scratch[start + i] = (sums[i] as number) >> (BITS - 7);
  }
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (BITS + 6 - 8));
    for (let k = -radius; k <= radius; k++) {
      const weight = kernel[k + radius] as number;
      const from = mirrored(y + k, height) * stride;
      for (let i = 0; i < stride; i++) {
        sums[i] = (sums[i] as number) + (Math.imul(weight, scratch[from + i] as number) >> 8);
      }
    }
    const start = y * stride;
    for (let i = 0; i < stride; i++) pixels[start + i] = (sums[i] as number) >> (BITS + 7 - 8);
  }
}

/** Sums to 2^16. */
function kernelOf(sigma: number, radius: number): Int32Array {
  const exact = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-(((i - radius) / sigma) ** 2) / 2));
  const total = exact.reduce((sum, value) => sum + value, 0);
  const kernel = Int32Array.from(exact, (value) => Math.round((value / total) * (1 << BITS)));
  const off = (1 << BITS) - kernel.reduce((sum, value) => sum + value, 0);
  kernel[radius] = (kernel[radius] as number) + off;
  return kernel;
}

/** dcb|abcd|cba. */
function mirrored(place: number, size: number): number {
  if (place >= 0 && place < size) return place;
  if (size === 1) return 0;
  const period = 2 * size - 2;
  const folded = ((place % period) + period) % period;
  return folded < size ? folded : period - folded;
}
