import type { RawImage } from './bmp.ts';

/** Part of an image in pixels; edges may lie inside pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** For each output place: the first input place, and weights in fixed point. */
interface Taps {
  first: Int32Array;
  count: Int32Array;
  /** `size` weights an output place, those beyond `count` are 0. */
  weights: Int32Array;
  size: number;
}

/** 8-bit pixel × weight must fit 32 bits with two bits to spare, as in Pillow's Resample.c. */
const PRECISION = 22;

/**
 * Resizes with a triangle filter that widens when it shrinks (antialiased), horizontally, then vertically, each pass rounded
 * to 8 bits: bit for bit what Pillow's `resize((width, height), BILINEAR, box)` gives.
 * @returns [height, width, channel], uint8.
 */
export function resample(image: RawImage, width: number, height: number, box: Box): Uint8Array {
  const { channels } = image;
  const horizontal = tapsOf(image.width, box.left, box.width, width);
  const vertical = tapsOf(image.height, box.top, box.height, height);
  // Rows that the second pass reads, no more.
  const firstRow = vertical.first[0] as number;
  const lastRow = (vertical.first[height - 1] as number) + (vertical.count[height - 1] as number);
  const rows = image.data.subarray(firstRow * image.width * channels, lastRow * image.width * channels);
  const wide =
    width === image.width && box.left === 0 && box.width === image.width
      ? rows
      : passAcross(rows, image.width, lastRow - firstRow, channels, width, horizontal);
  if (height === image.height && box.top === 0 && box.height === image.height) return wide;
  return passDown(wide, width * channels, height, vertical, firstRow);
}

function tapsOf(inputSize: number, start: number, length: number, outputSize: number): Taps {
  const scale = length / outputSize;
  const support = Math.max(scale, 1);
  const size = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * size);
  const exact = new Float64Array(size);
  for (let i = 0; i < outputSize; i++) {
    const center = start + (i + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const to = Math.min(inputSize, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let x = from; x < to; x++) {
      const weight = Math.max(0, 1 - Math.abs((x - center + 0.5) / support));
      exact[x - from] = weight;
      sum += weight;
    }
    for (let x = 0; x < to - from; x++) {
      weights[i * size + x] = Math.trunc(((exact[x] as number) / sum) * (1 << PRECISION) + 0.5);
    }
    first[i] = from;
    count[i] = to - from;
  }
  return { first, count, weights, size };
}

function passAcross(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  outputWidth: number,
  { first, count, weights, size }: Taps,
): Uint8Array {
  const out = new Uint8Array(outputWidth * height * channels);
  const half = 1 << (PRECISION - 1);
  let o = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < outputWidth; x++) {
      const start = row + (first[x] as number) * channels;
      const taps = x * size;
      const n = count[x] as number;
      if (channels === 3) {
        let r = half;
        let g = half;
        let b = half;
        for (let k = 0, at = start; k < n; k++, at += 3) {
          const weight = weights[taps + k] as number;
          r = (r + Math.imul(data[at] as number, weight)) | 0;
          g = (g + Math.imul(data[at + 1] as number, weight)) | 0;
          b = (b + Math.imul(data[at + 2] as number, weight)) | 0;
        }
        out[o++] = r >> PRECISION;
        out[o++] = g >> PRECISION;
        out[o++] = b >> PRECISION;
        continue;
      }
      for (let c = 0; c < channels; c++) {
        let sum = half;
        for (let k = 0, at = start + c; k < n; k++, at += channels) {
          sum = (sum + Math.imul(data[at] as number, weights[taps + k] as number)) | 0;
        }
        out[o++] = sum >> PRECISION;
      }
    }
  }
  return out;
}

function passDown(
  data: Uint8Array,
  stride: number,
  outputHeight: number,
  { first, count, weights, size }: Taps,
  firstRow: number,
): Uint8Array {
  const out = new Uint8Array(stride * outputHeight);
  const sums = new Int32Array(stride);
  const half = 1 << (PRECISION - 1);
  for (let y = 0; y < outputHeight; y++) {
    sums.fill(half);
    for (let k = 0; k < (count[y] as number); k++) {
      const weight = weights[y * size + k] as number;
      const row = ((first[y] as number) - firstRow + k) * stride;
      for (let x = 0; x < stride; x++) sums[x] = (sums[x] as number) + Math.imul(data[row + x] as number, weight);
    }
    const start = y * stride;
    for (let x = 0; x < stride; x++) out[start + x] = (sums[x] as number) >> PRECISION;
  }
  return out;
}
