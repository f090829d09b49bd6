import { rgbToHsv } from '../color-space.ts';

/** Bins of hue, saturation and value: hue says most about a colour. */
const HUES = 8;
const SATURATIONS = 4;
const VALUES = 4;

export const colorHistogramSize = HUES * SATURATIONS * VALUES;

/**
 * How much of an image is of which colour: a joint histogram in HSV (Swain & Ballard 1991, in another space), as square roots of shares, so that
 * the dot product of two histograms is their Bhattacharyya coefficient.
 * @param pixels [height, width, 3], sRGB, 0–255; left as they are
 * @returns [hue, saturation, value], length 1
 */
export function colorHistogram(pixels: Uint8Array): Float32Array {
  const hsv = pixels.slice();
  rgbToHsv(hsv);
  const counts = new Float32Array(colorHistogramSize);
  for (let at = 0; at < hsv.length; at += 3) {
    const hue = binOf(hsv[at] as number, HUES);
    const saturation = binOf(hsv[at + 1] as number, SATURATIONS);
    const value = binOf(hsv[at + 2] as number, VALUES);
    const bin = (hue * SATURATIONS + saturation) * VALUES + value;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts.map((count) => Math.sqrt(count / (hsv.length / 3)));
}

function binOf(level: number, bins: number): number {
  return (level * bins) >> 8;
}
