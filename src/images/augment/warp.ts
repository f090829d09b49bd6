import type { FillConfig } from '../../training/config-augment.ts';
import type { Frame } from './frame.ts';
import type { Homography } from './homography.ts';

/** Fixed point of coordinates, and of a tap's weight: 8-bit pixel × weight² fits 31 bits. */
const COORDINATE_BITS = 16;
const WEIGHT_BITS = 11;
const ONE = 1 << COORDINATE_BITS;
const WEIGHT_ONE = 1 << WEIGHT_BITS;
const WEIGHT_SHIFT = COORDINATE_BITS - WEIGHT_BITS;
const ROUND = 1 << (2 * WEIGHT_BITS - 1);
/** Coordinates beyond this many pixels are taken as this far away: they would not fit the fixed point. */
const FAR = 16_000;

/**
 * Resamples an image once, bilinearly: the output's pixel at (x, y) is taken from `map`(x, y) of the input.
 * @param source [height, width, channel]. @param target the same size, another array.
 */
export function warp(source: Uint8Array, target: Uint8Array, frame: Frame, map: Homography, fill: FillConfig): void {
  if (movesWholePixels(map)) moveWholePixels(source, target, frame, map, fill);
  else if (map[6] === 0 && map[7] === 0) warpAffine(source, target, frame, map, fill);
  else warpProjective(source, target, frame, map, fill);
}

/** Flips, shifts and crops by whole pixels: the commonest of all, and nothing to interpolate. */
function movesWholePixels([a, b, c, d, e, f, g, h, i]: Homography): boolean {
  const isStraight = b === 0 && d === 0 && g === 0 && h === 0 && i === 1;
  return isStraight && Math.abs(a) === 1 && Math.abs(e) === 1 && Number.isInteger(c) && Number.isInteger(f);
}

function moveWholePixels(
  source: Uint8Array,
  target: Uint8Array,
  { width, height, channels }: Frame,
  map: Homography,
  { mode, value }: FillConfig,
): void {
  const columns = Int32Array.from({ length: width }, (_, x) => inside(map[0] * x + map[2], width, mode));
  // Columns that come from inside in one piece.
  const [low, high] = map[0] === 1 ? [-map[2], width - map[2]] : [map[2] - width + 1, map[2] + 1];
  const first = Math.min(width, Math.max(0, low));
  const end = Math.max(first, Math.min(width, high));
  for (let y = 0; y < height; y++) {
    const row = inside(map[4] * y + map[5], height, mode);
    const start = y * width;
    if (row < 0) {
      target.fill(value, start * channels, (start + width) * channels);
      continue;
    }
    const copy = (from: number, to: number) => {
      for (let x = from; x < to; x++) {
        const column = columns[x] as number;
        const at = (row * width + column) * channels;
        for (let c = 0; c < channels; c++) {
          target[(start + x) * channels + c] = column < 0 ? value : (source[at + c] as number);
        }
      }
    };
    copy(0, first);
    if (end > first) {
      const from = (row * width + (columns[first] as number)) * channels;
      const to = (start + first) * channels;
      const length = (end - first) * channels;
      if (map[0] === 1) target.set(source.subarray(from, from + length), to);
      else mirror(source, from, target, to, length, channels);
    }
    copy(end, width);
  }
}

/** Pixels from `from` on to the left, written from `to` on to the right. */
function mirror(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  length: number,
  channels: 1 | 3,
): void {
  if (channels === 1) {
    for (let k = 0; k < length; k++) target[to + k] = source[from - k] as number;
    return;
  }
  for (let k = 0; k < length; k += 3) {
    target[to + k] = source[from - k] as number;
    target[to + k + 1] = source[from - k + 1] as number;
    target[to + k + 2] = source[from - k + 2] as number;
  }
}

function warpAffine(source: Uint8Array, target: Uint8Array, frame: Frame, map: Homography, fill: FillConfig): void {
  const scale = 1 / map[8];
  const stepX = Math.round(map[0] * scale * ONE);
  const stepY = Math.round(map[3] * scale * ONE);
  for (let y = 0; y < frame.height; y++) {
    const startX = fixed((map[1] * y + map[2]) * scale);
    const startY = fixed((map[4] * y + map[5]) * scale);
    line(source, target, frame, y * frame.width, frame.width, startX, startY, stepX, stepY, fill);
  }
}

/** `count` pixels from the pixel `at` on, taken from a straight line of the source. @param startX, startY, stepX, stepY fixed point. */
function line(
  source: Uint8Array,
  target: Uint8Array,
  frame: Frame,
  at: number,
  count: number,
  startX: number,
  startY: number,
  stepX: number,
  stepY: number,
  fill: FillConfig,
): void {
  const { width, height, channels } = frame;
  // Pixels whose four taps all lie inside: two intervals, cut.
  const across = insideOf(startX, stepX, width);
  const down = insideOf(startY, stepY, height);
  const from = Math.min(count, Math.max(across.from, down.from));
  const to = Math.max(from, Math.min(across.to, down.to, count));
  for (let k = 0; k < from; k++) {
    edge(source, target, (at + k) * channels, startX + k * stepX, startY + k * stepY, frame, fill);
  }
  const x = startX + from * stepX;
  const y = startY + from * stepY;
  if (channels === 3) rowOfThree(source, target, width, (at + from) * 3, to - from, x, y, stepX, stepY);
  else rowOfOne(source, target, width, at + from, to - from, x, y, stepX, stepY);
  for (let k = to; k < count; k++) {
    edge(source, target, (at + k) * channels, startX + k * stepX, startY + k * stepY, frame, fill);
  }
}

function fixed(coordinate: number): number {
  return Math.round(Math.max(-FAR, Math.min(FAR, coordinate)) * ONE);
}

/** The steps k ≥ 0 for which `start + k · step` lies in [0, size − 1), in fixed point; `to` is the first one after them. */
function insideOf(start: number, step: number, size: number): { from: number; to: number } {
  const limit = (size - 1) * ONE;
  if (step === 0) return start >= 0 && start < limit ? { from: 0, to: Number.POSITIVE_INFINITY } : { from: 0, to: 0 };
  if (step > 0)
    return { from: Math.max(0, Math.ceil(-start / step)), to: Math.max(0, Math.ceil((limit - start) / step)) };
  return {
    from: Math.max(0, Math.floor((limit - start) / step) + 1),
    to: Math.max(0, Math.floor(-start / step) + 1),
  };
}

function rowOfThree(
  source: Uint8Array,
  target: Uint8Array,
  width: number,
  at: number,
  count: number,
  startX: number,
  startY: number,
  stepX: number,
  stepY: number,
): void {
  const stride = width * 3;
  let sx = startX | 0;
  let sy = startY | 0;
  let o = at;
  for (let k = 0; k < count; k++) {
    const i = (sy >> COORDINATE_BITS) * stride + (sx >> COORDINATE_BITS) * 3;
    const wx = (sx >> WEIGHT_SHIFT) & (WEIGHT_ONE - 1);
    const wy = (sy >> WEIGHT_SHIFT) & (WEIGHT_ONE - 1);
    const w11 = Math.imul(wx, wy);
    const w01 = (wx << WEIGHT_BITS) - w11;
    const w10 = (wy << WEIGHT_BITS) - w11;
    const w00 = (1 << (2 * WEIGHT_BITS)) - w01 - w10 - w11;
    const j = i + stride;
    target[o] =
      (Math.imul(source[i] as number, w00) +
        Math.imul(source[i + 3] as number, w01) +
        Math.imul(source[j] as number, w10) +
        Math.imul(source[j + 3] as number, w11) +
        ROUND) >>
      (2 * WEIGHT_BITS);
    target[o + 1] =
      (Math.imul(source[i + 1] as number, w00) +
        Math.imul(source[i + 4] as number, w01) +
        Math.imul(source[j + 1] as number, w10) +
        Math.imul(source[j + 4] as number, w11) +
        ROUND) >>
      (2 * WEIGHT_BITS);
    target[o + 2] =
      (Math.imul(source[i + 2] as number, w00) +
        Math.imul(source[i + 5] as number, w01) +
        Math.imul(source[j + 2] as number, w10) +
        Math.imul(source[j + 5] as number, w11) +
        ROUND) >>
      (2 * WEIGHT_BITS);
    o += 3;
    sx = (sx + stepX) | 0;
    sy = (sy + stepY) | 0;
  }
}

function rowOfOne(
  source: Uint8Array,
  target: Uint8Array,
  width: number,
  at: number,
  count: number,
  startX: number,
  startY: number,
  stepX: number,
  stepY: number,
): void {
  let sx = startX | 0;
  let sy = startY | 0;
  for (let k = 0; k < count; k++) {
    const i = (sy >> COORDINATE_BITS) * width + (sx >> COORDINATE_BITS);
    const wx = (sx >> WEIGHT_SHIFT) & (WEIGHT_ONE - 1);
    const wy = (sy >> WEIGHT_SHIFT) & (WEIGHT_ONE - 1);
    const w11 = Math.imul(wx, wy);
    const w01 = (wx << WEIGHT_BITS) - w11;
    const w10 = (wy << WEIGHT_BITS) - w11;
    const w00 = (1 << (2 * WEIGHT_BITS)) - w01 - w10 - w11;
    target[at + k] =
      (Math.imul(source[i] as number, w00) +
        Math.imul(source[i + 1] as number, w01) +
        Math.imul(source[i + width] as number, w10) +
        Math.imul(source[i + width + 1] as number, w11) +
        ROUND) >>
      (2 * WEIGHT_BITS);
    sx = (sx + stepX) | 0;
    sy = (sy + stepY) | 0;
  }
}

/** Pixels over which a projection may be taken as straight, and of a pixel what may be lost by that. */
const SPANS = [16, 8] as const;
const SHORTEST_SPAN = 4;
const LOSS = 0.05;

/** The longest span over which the map is straight enough; it bends most at a corner, where its denominator is smallest. */
function spanOf([a, b, c, d, e, f, g, h, i]: Homography, { width, height }: Frame): number {
  const bendsAt = (x: number, y: number, span: number) => {
    const place = (at: number) => {
      const scale = 1 / (g * at + h * y + i);
      return [(a * at + b * y + c) * scale, (d * at + e * y + f) * scale] as const;
    };
    const [start, middle, end] = [place(x), place(x + span / 2), place(x + span)];
    return Math.max(...[0, 1].map((k) => Math.abs(middle[k as 0] - (start[k as 0] + end[k as 0]) / 2)));
  };
  const isStraight = (span: number) =>
    [0, height - 1].every((y) => [0, width - span].every((x) => bendsAt(x, y, span) <= LOSS));
  return SPANS.find((span) => span <= width && isStraight(span)) ?? SHORTEST_SPAN;
}

function warpProjective(source: Uint8Array, target: Uint8Array, frame: Frame, map: Homography, fill: FillConfig): void {
  const { width, height, channels } = frame;
  const limitX = (width - 1) * ONE;
  const limitY = (height - 1) * ONE;
  const span = spanOf(map, frame);
  for (let y = 0; y < height; y++) {
    const u = map[1] * y + map[2];
    const v = map[4] * y + map[5];
    const w = map[7] * y + map[8];
    let startX = fixed(u / w);
    let startY = fixed(v / w);
    for (let x = 0; x < width; x += span) {
      const end = x + span;
      const scale = 1 / (map[6] * end + w);
      const endX = fixed((map[0] * end + u) * scale);
      const endY = fixed((map[3] * end + v) * scale);
      const stepX = Math.round((endX - startX) / span);
      const stepY = Math.round((endY - startY) / span);
      const count = Math.min(span, width - x);
      const lastX = startX + (count - 1) * stepX;
      const lastY = startY + (count - 1) * stepY;
      const at = y * width + x;
      const isInside =
        Math.min(startX, lastX) >= 0 &&
        Math.min(startY, lastY) >= 0 &&
        Math.max(startX, lastX) < limitX &&
        Math.max(startY, lastY) < limitY;
      if (!isInside) line(source, target, frame, at, count, startX, startY, stepX, stepY, fill);
      else if (channels === 3) rowOfThree(source, target, width, at * 3, count, startX, startY, stepX, stepY);
      else rowOfOne(source, target, width, at, count, startX, startY, stepX, stepY);
      startX = endX;
      startY = endY;
    }
  }
}

/** One pixel, some of whose taps lie outside. @param sx, sy fixed point. */
function edge(
  source: Uint8Array,
  target: Uint8Array,
  at: number,
  sx: number,
  sy: number,
  { width, height, channels }: Frame,
  fill: FillConfig,
): void {
  const left = Math.floor(sx / ONE);
  const top = Math.floor(sy / ONE);
  const wx = (sx - left * ONE) >> WEIGHT_SHIFT;
  const wy = (sy - top * ONE) >> WEIGHT_SHIFT;
  const x0 = inside(left, width, fill.mode);
  const x1 = inside(left + 1, width, fill.mode);
  const y0 = inside(top, height, fill.mode);
  const y1 = inside(top + 1, height, fill.mode);
  const w11 = wx * wy;
  const w01 = wx * WEIGHT_ONE - w11;
  const w10 = wy * WEIGHT_ONE - w11;
  const w00 = WEIGHT_ONE * WEIGHT_ONE - w01 - w10 - w11;
  const i00 = x0 < 0 || y0 < 0 ? -1 : (y0 * width + x0) * channels;
  const i01 = x1 < 0 || y0 < 0 ? -1 : (y0 * width + x1) * channels;
  const i10 = x0 < 0 || y1 < 0 ? -1 : (y1 * width + x0) * channels;
  const i11 = x1 < 0 || y1 < 0 ? -1 : (y1 * width + x1) * channels;
  for (let c = 0; c < channels; c++) {
    const sum =
      (i00 < 0 ? fill.value : (source[i00 + c] as number)) * w00 +
      (i01 < 0 ? fill.value : (source[i01 + c] as number)) * w01 +
      (i10 < 0 ? fill.value : (source[i10 + c] as number)) * w10 +
      (i11 < 0 ? fill.value : (source[i11 + c] as number)) * w11;
    target[at + c] = (sum + ROUND) >> (2 * WEIGHT_BITS);
  }
}

/** The pixel that stands for a place beyond the edge; −1: the constant. */
function inside(place: number, size: number, mode: FillConfig['mode']): number {
  if (place >= 0 && place < size) return place;
  switch (mode) {
    case 'constant':
      return -1;
    case 'nearest':
      return place < 0 ? 0 : size - 1;
    case 'wrap':
      return ((place % size) + size) % size;
    case 'reflect': {
      const period = 2 * size;
      const folded = ((place % period) + period) % period;
      return folded < size ? folded : period - 1 - folded;
    }
  }
}
