import { channelsOf, type DecodeSettings } from '../preprocess.ts';

export interface HogOptions {
  /** Bins of half a circle. */
  orientations: number;
  /** Side of a cell in pixels. */
  cell: number;
  /** Side of a block in cells. */
  block: number;
}

/** Dalal & Triggs 2005. */
export const defaultHog: HogOptions = { orientations: 9, cell: 8, block: 2 };

const EPSILON = 1e-5;
/** No entry of a normalised block is larger (the "Hys" of L2-Hys). */
const CLIP = 0.2;

type Picture = Pick<DecodeSettings, 'width' | 'height' | 'color'>;

/** Numbers of one image. */
export function hogSize({ width, height }: Picture, { orientations, cell, block }: HogOptions = defaultHog): number {
  const [across, down] = [Math.floor(width / cell) - block + 1, Math.floor(height / cell) - block + 1];
  return Math.max(0, across) * Math.max(0, down) * block * block * orientations;
}

/**
 * Histograms of oriented gradients, equal to scikit-image's `hog` with L2-Hys blocks: of the channels the steepest gradient counts, each pixel
 * votes for one bin of its cell, blocks overlap by all but one cell.
 * @param pixels [height, width, channel], 0–255
 * @returns [block row, block column, cell row, cell column, orientation]
 */
export function hog(pixels: Uint8Array, picture: Picture, options: HogOptions = defaultHog): Float32Array {
  const cells = cellHistograms(pixels, picture, options);
  return normalizedBlocks(cells, picture, options);
}

/** [cell row, cell column, orientation], mean magnitude of the pixels that vote for it. */
function cellHistograms(pixels: Uint8Array, picture: Picture, { orientations, cell }: HogOptions): Float64Array {
  const { width, height } = picture;
  const channels = channelsOf(picture);
  const [across, down] = [Math.floor(width / cell), Math.floor(height / cell)];
  const cells = new Float64Array(across * down * orientations);
  for (let y = 0; y < down * cell; y++) {
    for (let x = 0; x < across * cell; x++) {
      const { dx, dy, squared } = steepest(pixels, width, height, channels, x, y);
      if (squared === 0) continue;
      // As scikit-image: 180° is 0°, and a bin holds its lower edge.
      const degrees = ((Math.atan2(dy, dx) * 180) / Math.PI + 180) % 180;
      const bin = Math.min(orientations - 1, Math.floor((degrees * orientations) / 180));
      const at = (Math.floor(y / cell) * across + Math.floor(x / cell)) * orientations + bin;
      cells[at] = (cells[at] as number) + Math.sqrt(squared) / (cell * cell);
    }
  }
  return cells;
}

/** Central differences, 0 at the border; of several channels the steepest one's, of equal ones the first's. */
function steepest(pixels: Uint8Array, width: number, height: number, channels: number, x: number, y: number) {
  const at = (y * width + x) * channels;
  const isInsideX = x > 0 && x < width - 1;
  const isInsideY = y > 0 && y < height - 1;
  let best = { dx: 0, dy: 0, squared: 0 };
  for (let c = 0; c < channels; c++) {
    const dx = isInsideX ? (pixels[at + channels + c] as number) - (pixels[at - channels + c] as number) : 0;
    const down = width * channels;
    const dy = isInsideY ? (pixels[at + down + c] as number) - (pixels[at - down + c] as number) : 0;
    const squared = dx * dx + dy * dy;
    if (squared > best.squared) best = { dx, dy, squared };
  }
  return best;
}

function normalizedBlocks(cells: Float64Array, picture: Picture, options: HogOptions): Float32Array {
  const { orientations, cell, block } = options;
  const [across, down] = [Math.floor(picture.width / cell), Math.floor(picture.height / cell)];
  const result = new Float32Array(hogSize(picture, options));
  const one = new Float64Array(block * block * orientations);
  let into = 0;
  for (let row = 0; row + block <= down; row++) {
    for (let column = 0; column + block <= across; column++) {
      for (let y = 0; y < block; y++) {
        const from = ((row + y) * across + column) * orientations;
        one.set(cells.subarray(from, from + block * orientations), y * block * orientations);
      }
      divideByLength(one);
      for (let i = 0; i < one.length; i++) one[i] = Math.min(CLIP, one[i] as number);
      divideByLength(one);
      result.set(one, into);
      into += one.length;
    }
  }
  return result;
}

function divideByLength(values: Float64Array): void {
  let sum = EPSILON * EPSILON;
  for (const value of values) sum += value * value;
  const length = Math.sqrt(sum);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / length;
}
