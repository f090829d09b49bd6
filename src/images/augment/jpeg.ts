import type { Frame } from './frame.ts';

/**
 * What a JPEG file of low quality does to an image, without the file: baseline JPEG's steps that lose something (YCbCr, chroma at
 * half size, 8 × 8 DCT, quantisation with the standard's tables as libjpeg scales them) and their inverses. The lossless
 * rest of the format is left out, so that no codec is called for an image of a few kilobytes.
 */
export class JpegArtifacts {
  readonly #frame: Frame;
  readonly #luma: Plane;
  readonly #chroma: [Plane, Plane] | null;

  constructor(frame: Frame) {
    this.#frame = frame;
    this.#luma = planeOf(frame.width, frame.height);
    const half = () => planeOf(Math.ceil(frame.width / 2), Math.ceil(frame.height / 2));
    this.#chroma = frame.channels === 3 ? [half(), half()] : null;
  }

  /** In place. @param quality 1–100. */
  apply(pixels: Uint8Array, quality: number): void {
    if (this.#chroma === null) {
      fillGrey(this.#luma, pixels, this.#frame);
      coarsen(this.#luma, tablesOf(lumaTable, quality));
      emptyGrey(this.#luma, pixels, this.#frame);
      return;
    }
    const [blue, red] = this.#chroma;
    fillColor(this.#luma, blue, red, pixels, this.#frame);
    const tables = tablesOf(chromaTable, quality);
    coarsen(this.#luma, tablesOf(lumaTable, quality));
    coarsen(blue, tables);
    coarsen(red, tables);
    emptyColor(this.#luma, blue, red, pixels, this.#frame);
  }
}

/** Samples −128 … 127; width and height are multiples of 8, beyond the image its edge goes on. */
interface Plane {
  width: number;
  height: number;
  usedWidth: number;
  usedHeight: number;
  data: Float32Array;
}

function planeOf(usedWidth: number, usedHeight: number): Plane {
  const width = Math.ceil(usedWidth / 8) * 8;
  const height = Math.ceil(usedHeight / 8) * 8;
  return { width, height, usedWidth, usedHeight, data: new Float32Array(width * height) };
}

function fillGrey(plane: Plane, pixels: Uint8Array, { width, height }: Frame): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) plane.data[y * plane.width + x] = (pixels[y * width + x] as number) - 128;
  }
  extend(plane);
}

function emptyGrey(plane: Plane, pixels: Uint8Array, { width, height }: Frame): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels[y * width + x] = byte((plane.data[y * plane.width + x] as number) + 128);
  }
}

/** JFIF's YCbCr; four pixels' chroma is averaged. */
function fillColor(luma: Plane, blue: Plane, red: Plane, pixels: Uint8Array, { width, height }: Frame): void {
  for (let cy = 0; cy < blue.usedHeight; cy++) {
    for (let cx = 0; cx < blue.usedWidth; cx++) {
      let sumBlue = 0;
      let sumRed = 0;
      for (let k = 0; k < 4; k++) {
        const x = Math.min(width - 1, 2 * cx + (k & 1));
        const y = Math.min(height - 1, 2 * cy + (k >> 1));
        const i = (y * width + x) * 3;
        const r = pixels[i] as number;
        const g = pixels[i + 1] as number;
        const b = pixels[i + 2] as number;
        const value = 0.299 * r + 0.587 * g + 0.114 * b;
        luma.data[y * luma.width + x] = Math.round(value) - 128;
        sumBlue += b - value;
        sumRed += r - value;
      }
      const c = cy * blue.width + cx;
      blue.data[c] = (sumBlue * 0.564334) / 4;
      red.data[c] = (sumRed * 0.713267) / 4;
    }
  }
  for (const plane of [luma, blue, red]) extend(plane);
}

/** Chroma is brought back to full size with a triangle filter, as libjpeg does. */
function emptyColor(luma: Plane, blue: Plane, red: Plane, pixels: Uint8Array, { width, height }: Frame): void {
  for (let y = 0; y < height; y++) {
    const near = (y >> 1) * blue.width;
    const far = Math.max(0, Math.min(blue.usedHeight - 1, (y >> 1) + (y & 1 ? 1 : -1))) * blue.width;
    for (let x = 0; x < width; x++) {
      const cx = x >> 1;
      const nx = Math.max(0, Math.min(blue.usedWidth - 1, cx + (x & 1 ? 1 : -1)));
      const b = triangle(blue.data, near, far, cx, nx);
      const r = triangle(red.data, near, far, cx, nx);
      const value = (luma.data[y * luma.width + x] as number) + 128;
      const i = (y * width + x) * 3;
      pixels[i] = byte(value + 1.402 * r);
      pixels[i + 1] = byte(value - 0.344136 * b - 0.714136 * r);
      pixels[i + 2] = byte(value + 1.772 * b);
    }
  }
}

function triangle(data: Float32Array, near: number, far: number, x: number, nextX: number): number {
  return (
    (9 * (data[near + x] as number) +
      3 * (data[near + nextX] as number) +
      3 * (data[far + x] as number) +
      (data[far + nextX] as number)) /
    16
  );
}

function byte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : (value + 0.5) | 0;
}

function extend({ width, height, usedWidth, usedHeight, data }: Plane): void {
  for (let y = 0; y < usedHeight; y++) {
    const last = data[y * width + usedWidth - 1] as number;
    data.fill(last, y * width + usedWidth, (y + 1) * width);
  }
  for (let y = usedHeight; y < height; y++) data.copyWithin(y * width, (usedHeight - 1) * width, usedHeight * width);
}

/** ITU-T T.81, tables K.1 and K.2. */
const lumaTable = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];
const chromaTable = [
  17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99,
  99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
  99, 99, 99, 99, 99, 99,
];

/** Factors that the fast DCT leaves in its rows and columns. */
const scales = [1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379];

interface Tables {
  forward: Float32Array;
  inverse: Float32Array;
}

/** A table at libjpeg's quality, with the fast DCT's factors in it. */
function tablesOf(base: number[], quality: number): Tables {
  const percent = quality < 50 ? Math.trunc(5000 / quality) : 200 - 2 * quality;
  const forward = new Float32Array(64);
  const inverse = new Float32Array(64);
  for (let i = 0; i < 64; i++) {
    const step = Math.max(1, Math.min(255, Math.trunc(((base[i] as number) * percent + 50) / 100)));
    const scale = (scales[i >> 3] as number) * (scales[i & 7] as number);
    forward[i] = 1 / (step * scale * 8);
    inverse[i] = (step * scale) / 8;
  }
  return { forward, inverse };
}

function coarsen({ width, height, data }: Plane, { forward, inverse }: Tables): void {
  const block = new Float32Array(64);
  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      for (let y = 0; y < 8; y++) {
        const from = (top + y) * width + left;
        for (let x = 0; x < 8; x++) block[y * 8 + x] = data[from + x] as number;
      }
      for (let y = 0; y < 8; y++) forwardLine(block, y * 8, 1);
      for (let x = 0; x < 8; x++) forwardLine(block, x, 8);
      for (let i = 0; i < 64; i++) {
        block[i] = Math.round((block[i] as number) * (forward[i] as number)) * (inverse[i] as number);
      }
      for (let x = 0; x < 8; x++) inverseLine(block, x, 8);
      for (let y = 0; y < 8; y++) inverseLine(block, y * 8, 1);
      for (let y = 0; y < 8; y++) {
        const to = (top + y) * width + left;
        for (let x = 0; x < 8; x++) data[to + x] = block[y * 8 + x] as number;
      }
    }
  }
}

/** DCT-II of eight values (Arai, Agui, Nakajima 1988), scaled by `scales`. */
function forwardLine(v: Float32Array, at: number, step: number): void {
  const d0 = v[at] as number;
  const d1 = v[at + step] as number;
  const d2 = v[at + 2 * step] as number;
  const d3 = v[at + 3 * step] as number;
  const d4 = v[at + 4 * step] as number;
  const d5 = v[at + 5 * step] as number;
  const d6 = v[at + 6 * step] as number;
  const d7 = v[at + 7 * step] as number;
  const outer = d0 + d7 + d3 + d4;
  const inner = d1 + d6 + d2 + d5;
  const spread = d0 + d7 - d3 - d4;
  const even = (d1 + d6 - d2 - d5 + spread) * Math.SQRT1_2;
  v[at] = outer + inner;
  v[at + 4 * step] = outer - inner;
  v[at + 2 * step] = spread + even;
  v[at + 6 * step] = spread - even;
  const a = d3 - d4 + d2 - d5;
  const b = (d2 - d5 + d1 - d6) * Math.SQRT1_2;
  const c = d1 - d6 + d0 - d7;
  const turned = (a - c) * 0.382683433;
  const low = 0.5411961 * a + turned;
  const high = 1.306562965 * c + turned;
  const sum = d0 - d7 + b;
  const difference = d0 - d7 - b;
  v[at + 5 * step] = difference + low;
  v[at + 3 * step] = difference - low;
  v[at + step] = sum + high;
  v[at + 7 * step] = sum - high;
}

/** Its inverse, of coefficients multiplied by `scales`. */
function inverseLine(v: Float32Array, at: number, step: number): void {
  const c0 = v[at] as number;
  const c1 = v[at + step] as number;
  const c2 = v[at + 2 * step] as number;
  const c3 = v[at + 3 * step] as number;
  const c4 = v[at + 4 * step] as number;
  const c5 = v[at + 5 * step] as number;
  const c6 = v[at + 6 * step] as number;
  const c7 = v[at + 7 * step] as number;
  const sum26 = c2 + c6;
  const turned26 = (c2 - c6) * Math.SQRT2 - sum26;
  const e0 = c0 + c4 + sum26;
  const e3 = c0 + c4 - sum26;
  const e1 = c0 - c4 + turned26;
  const e2 = c0 - c4 - turned26;
  const z13 = c5 + c3;
  const z10 = c5 - c3;
  const z11 = c1 + c7;
  const z12 = c1 - c7;
  const o7 = z11 + z13;
  const z5 = (z10 + z12) * 1.847759065;
  const o6 = z5 - z10 * 2.61312593 - o7;
  const o5 = (z11 - z13) * Math.SQRT2 - o6;
  const o4 = z5 - z12 * 1.0823922 - o5;
  v[at] = e0 + o7;
  v[at + 7 * step] = e0 - o7;
  v[at + step] = e1 + o6;
  v[at + 6 * step] = e1 - o6;
  v[at + 2 * step] = e2 + o5;
  v[at + 5 * step] = e2 - o5;
  v[at + 3 * step] = e3 + o4;
  v[at + 4 * step] = e3 - o4;
}
