import type { RawImage } from '../bmp.ts';
import { luma } from '../pixels.ts';
import type { ImageMeasures } from './measures.ts';

/** Steps of b that are told apart; percentiles are exact to one of them. */
const STEPS = 2048;
/** A pixel whose channels differ by no more is grey: what JPEG's chroma adds to grey pixels. */
const GREY_SPREAD = 8;
/** Of a greyscale image so many pixels may be coloured after all. */
const COLOURED_SHARE = 0.001;

/** .241 R², .691 G², .068 B², scaled so that white sums to 1. */
const RED = squares(0.241);
const GREEN = squares(0.691);
const BLUE = squares(0.068);

export type Tones = Pick<
  ImageMeasures,
  'brightness' | 'dark' | 'light' | 'contrast' | 'saturation' | 'hue' | 'color' | 'greyscale'
> & {
  /** BT.601 luma as Pillow's `L`, [height, width]. */
  grey: Uint8Array;
  /** Pixels of each value of it. */
  greyHistogram: Uint32Array;
};

/** Brightness and colour in one pass. @param image of 1 or 3 channels, [height, width, channel] */
export function measureTones({ data, channels, width, height }: RawImage): Tones {
  return channels < 3 ? greyTones(data, channels) : colourTones(data, channels, width * height);
}

function colourTones(data: Uint8Array, channels: number, count: number): Tones {
  const histogram = new Uint32Array(STEPS + 1);
  const greyHistogram = new Uint32Array(256);
  const grey = new Uint8Array(count);
  let red = 0;
  let green = 0;
  let blue = 0;
  let bright = 0;
  let saturation = 0;
  let coloured = 0;
  for (let i = 0, at = 0; i < count; i++, at += channels) {
    const r = data[at] as number;
    const g = data[at + 1] as number;
    const b = data[at + 2] as number;
    const brightness = Math.sqrt((RED[r] as number) + (GREEN[g] as number) + (BLUE[b] as number));
    const step = (brightness * STEPS + 0.5) | 0;
    histogram[step] = (histogram[step] as number) + 1;
    bright += brightness;
    const shade = luma(r, g, b);
    grey[i] = shade;
    greyHistogram[shade] = (greyHistogram[shade] as number) + 1;
    red += r;
    green += g;
    blue += b;
    const most = r > g ? (r > b ? r : b) : g > b ? g : b;
    const spread = most - (r < g ? (r < b ? r : b) : g < b ? g : b);
    if (spread > 0) saturation += spread / most;
    if (spread > GREY_SPREAD) coloured++;
  }
  const means = [red, green, blue].map((sum) => sum / count) as [number, number, number];
  return {
    ...percentilesOf(histogram, count),
    brightness: bright / count,
    saturation: saturation / count,
    hue: coloured / count > COLOURED_SHARE ? hueOf(means) : null,
    color: hexColor(means),
    greyscale: coloured / count <= COLOURED_SHARE,
    grey,
    greyHistogram,
  };
}

function greyTones(data: Uint8Array, channels: number): Tones {
  const count = data.length / channels;
  const grey = channels === 1 ? data : Uint8Array.from({ length: count }, (_, i) => data[i * channels] as number);
  const greyHistogram = new Uint32Array(256);
  for (let i = 0; i < count; i++) {
    const value = grey[i] as number;
    greyHistogram[value] = (greyHistogram[value] as number) + 1;
  }
  const histogram = new Uint32Array(STEPS + 1);
  let sum = 0;
  greyHistogram.forEach((pixels, value) => {
    histogram[((value / 255) * STEPS + 0.5) | 0] = pixels;
    sum += pixels * value;
  });
  const mean = sum / count;
  return {
    ...percentilesOf(histogram, count),
    brightness: mean / 255,
    saturation: 0,
    hue: null,
    color: hexColor([mean, mean, mean]),
    greyscale: true,
    grey,
    greyHistogram,
  };
}

/** @param sums a histogram, which becomes the values up to each step */
function percentilesOf(sums: Uint32Array, count: number): Pick<Tones, 'dark' | 'light' | 'contrast'> {
  for (let step = 1; step < sums.length; step++) sums[step] = (sums[step] as number) + (sums[step - 1] as number);
  const p5 = percentile(sums, count, 0.05);
  const p95 = percentile(sums, count, 0.95);
  return { dark: percentile(sums, count, 0.99), light: 1 - p5, contrast: p95 - p5 };
}

/** Linear between the two nearest values, as numpy's default. @param sums values up to each step */
function percentile(sums: Uint32Array, count: number, share: number): number {
  const place = share * (count - 1);
  const below = Math.floor(place);
  const first = stepAt(sums, below);
  const second = stepAt(sums, Math.min(below + 1, count - 1));
  return (first + (second - first) * (place - below)) / STEPS;
}

/** The step of the value at a position of the sorted values. */
function stepAt(sums: Uint32Array, position: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Of the mean colour: the mean of all hues as vectors, each as long as its pixel is colourful. Degrees. */
function hueOf([red, green, blue]: readonly [number, number, number]): number {
  const degrees = (Math.atan2((Math.sqrt(3) / 2) * (green - blue), red - (green + blue) / 2) * 180) / Math.PI;
  return (degrees + 360) % 360;
}

/** `#rrggbb`. @param channels red, green, blue, 0–255 */
export function hexColor(channels: readonly number[]): string {
  return `#${channels.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}

function squares(weight: number): Float64Array {
  return Float64Array.from({ length: 256 }, (_, value) => weight * (value / 255) ** 2);
}
