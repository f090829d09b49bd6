import { hash as digest } from 'node:crypto';
import type { RawImage } from '../bmp.ts';
import { toColor } from '../pixels.ts';

/**
 * Name of what an image shows, pixel by pixel: equal for files of any lossless format, grey or RGB, with the same pixels.
 * @param image decoded whole, upright, on white
 * @returns first 32 hex digits of the SHA-256 of its size and RGB values
 */
export function pixelHash({ width, height, channels, data }: RawImage): string {
  const size = new Uint8Array(new Uint32Array([width, height]).buffer);
  const pixels = toColor(data, channels, 'rgb');
  const all = new Uint8Array(size.length + pixels.length);
  all.set(size);
  all.set(pixels, size.length);
  return digest('sha256', all, 'hex').slice(0, 32);
}
