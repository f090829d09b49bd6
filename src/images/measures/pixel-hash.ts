import { hash as digest } from 'node:crypto';
import type { RawImage } from '../bmp.ts';
import { toColor } from '../pixels.ts';

/** Kept from one image to the next: a fresh one each would be most of what the collector has to do in a scan. */
let room = new Uint8Array(0);

/**
 * Name of what an image shows, pixel by pixel: equal for files of any lossless format, grey or RGB, with the same pixels.
 * @param image decoded whole, upright, on white
 * @returns first 32 hex digits of the SHA-256 of its size and RGB values
 */
export function pixelHash({ width, height, channels, data }: RawImage): string {
  const size = new Uint8Array(new Uint32Array([width, height]).buffer);
  const pixels = toColor(data, channels, 'rgb');
  const length = size.length + pixels.length;
  if (room.length < length) room = new Uint8Array(length);
  room.set(size);
  room.set(pixels, size.length);
  return digest('sha256', room.subarray(0, length), 'hex').slice(0, 32);
}
