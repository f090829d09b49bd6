import { defaultThresholds, type FindingKind, findingKinds } from '../protocol/findings.ts';

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
 * than the others. The half below the median may be faulty, so that the spread is that of the half above.
 * @param middle quartiles of the information of the images; null: nothing was measured
 */
export function informationScale(middle: { median: number; q3: number } | null, images: number): number {
  if (!middle || images < LEAST_IMAGES) return 1;
  const fence = middle.median - FENCE * (middle.q3 - middle.median);
  return Math.min(1, Math.max(fence, LEAST_INFORMATION) / defaultThresholds.lowInformation);
}

/**
 * What the style keeps the finders from calling an issue, a sentence each.
 * @param kinds that were looked for
 */
export function styleNotes(
  { images, greyShare, border, informationScale: scale }: SetStyle,
  kinds: readonly FindingKind[] = findingKinds,
): string[] {
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const notes: string[] = [];
  if (images > 0 && greyShare >= MOST_GREY && kinds.includes('greyscale')) {
    notes.push(`${percent(greyShare)} of the images are greyscale: that is this set's style, and no image's issue.`);
  }
  if (border && kinds.includes('uniform-border')) {
    const what = border.color === null ? 'a border of one colour' : `a border of about ${border.color}`;
    notes.push(
      `${percent(border.share)} of the images have ${what}: that is this set's style, and no image's issue. The query border>${defaultThresholds.uniformBorder} lists those where it is wide.`,
    );
  }
  if (scale < 1 && kinds.includes('low-information')) {
    const limit = (scale * defaultThresholds.lowInformation).toFixed(2);
    notes.push(
      `The images of this set have little information, as drawings and things on a plain ground have: an issue is what lies below ${limit} instead of ${defaultThresholds.lowInformation}.`,
    );
  }
  return notes;
}

function channelsOf(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

function isNear(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, c) => Math.abs(value - (b[c] as number)) <= TOLERANCE);
}
