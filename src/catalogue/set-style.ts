import { defaultThresholds } from '../protocol/findings.ts';

/** Ways in which most images of a set are alike: what would be odd in another set is how these images are made. */
export interface SetStyle {
  /** Images that the style was seen in. */
  images: number;
  /** Share of greyscale images. */
  greyShare: number;
  /** Plain ground that reaches the border; null: it is rare enough to be a fault. */
  border: BorderStyle | null;
  /** What the threshold of little information is multiplied by, 0–1; 1: images of the usual kind. */
  informationScale: number;
  /** The same of little contrast. */
  contrastScale: number;
}

/** How a measure is spread over the images. */
export interface Spread {
  median: number;
  q3: number;
}

export interface BorderStyle {
  /** Share of the images with a border of the style. */
  share: number;
  /** The usual one as `#rrggbb`; null: each image has its own. */
  color: string | null;
  /** Every colour that counts as it. */
  colors: string[];
}

/** Where more of the images are grey, grey is what these images are. */
export const MOST_GREY = 0.5;
/** Where more of the images have a border, it is the ground that things were put on: frames of that many images are no accident. */
const MANY_BORDERED = 1 / 3;
/** Of the images with a border so many have one colour, where the set has one. */
const ONE_COLOR = 0.5;
/** In each channel: as far apart as pixels of one border may be. */
const TOLERANCE = 12;
/** Colours that are tried as the usual one, the most frequent. */
const TRIED_COLORS = 32;
/** Fewer show no style. */
const LEAST_IMAGES = 20;
/** Spreads below the median within which nearly all of a normal distribution lies: where Tukey's fence is, q1 − 1.5·IQR. */
const FENCE = 4;
/** Below so much, less than half a bit, an image shows nothing in any set. */
const LEAST_INFORMATION = 0.05;

/**
 * The borders that belong to a set's style: those of the colour that most of them have, or of any colour where each has another.
 * @param counts images with a border of each colour (`#rrggbb`)
 * @param images with a border or without
 */
export function borderStyle(counts: readonly { color: string; images: number }[], images: number): BorderStyle | null {
  const bordered = counts.reduce((sum, entry) => sum + entry.images, 0);
  if (images < LEAST_IMAGES || bordered < MANY_BORDERED * images) return null;
  const colors = counts.map((entry) => ({ ...entry, channels: channelsOf(entry.color) }));
  const tried = [...colors].sort((a, b) => b.images - a.images).slice(0, TRIED_COLORS);
  const groups = tried.map(({ color, channels }) => {
    const near = colors.filter((other) => isNear(channels, other.channels));
    return { color, near, count: near.reduce((sum, other) => sum + other.images, 0) };
  });
  const usual = groups.sort((a, b) => b.count - a.count)[0];
  if (usual && usual.count >= ONE_COLOR * bordered) {
    return { share: usual.count / images, color: usual.color, colors: usual.near.map(({ color }) => color) };
  }
  return { share: bordered / images, color: null, colors: counts.map(({ color }) => color) };
}

/**
 * Drawings, letters and things on a plain ground have little information, all of them: among them only those count that have much less
 * than the others.
 * @param spread of the information; null: nothing was measured
 */
export function informationScale(spread: Spread | null, images: number): number {
  return belowTheOthers(spread, images, { threshold: defaultThresholds.lowInformation, least: LEAST_INFORMATION });
}

/**
 * Where images have little information, most of their pixels are the ground: the contrast is what a thing leaves of it. Where they have more,
 * the published threshold holds, however much their contrast varies.
 * @param spread of the contrast; null: nothing was measured
 */
export function contrastScale(spread: Spread | null, images: number, scaleOfInformation: number): number {
  if (scaleOfInformation === 1) return 1;
  return belowTheOthers(spread, images, { threshold: defaultThresholds.lowContrast, least: TOLERANCE / 255 });
}

/**
 * What a threshold is multiplied by, so that only images far below the others are. The half below the median may be faulty, so that the
 * spread is that of the half above.
 * @param least below it an image shows nothing, whatever the others are like
 */
function belowTheOthers(spread: Spread | null, images: number, limits: { threshold: number; least: number }): number {
  if (!spread || images < LEAST_IMAGES) return 1;
  const fence = spread.median - FENCE * (spread.q3 - spread.median);
  return Math.min(1, Math.max(fence, limits.least) / limits.threshold);
}

function channelsOf(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

function isNear(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, c) => Math.abs(value - (b[c] as number)) <= TOLERANCE);
}
