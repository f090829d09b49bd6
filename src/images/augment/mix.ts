import { mixSeed, permutation, seededRandom } from '../../random.ts';
import type { AugmentConfig } from '../../training/config-augment.ts';
import { drawBeta } from './beta.ts';
import type { Rectangle } from './erase.ts';
import { bytesOf, type WideFrame } from './frame.ts';

/** What becomes of one image of a batch: `share` of it stays, the rest is its partner's. */
export interface Mixture {
  /** Position in the batch. */
  partner: number;
  share: number;
  /** CutMix: the part that shows the partner; null: MixUp. */
  rectangle: Rectangle | null;
}

export interface MixDraw {
  /** Of the run and its epoch. */
  seed: number;
  /** Number of the batch in its epoch. */
  batch: number;
  /** [size], the images' positions in the data set. */
  indices: ArrayLike<number>;
}

const PARTNERS = 0x9a27;
const SHARE = 0x3bed;

/**
 * Who is mixed with whom, and how much: partners are a permutation of the batch, the share is drawn for each image, Beta(α, α).
 * MixUp keeps the larger share (fastai); CutMix takes a rectangle of side √(1 − λ) at a random place, cut at the edges, and
 * the share from the area that is left (Yun et al. 2019).
 */
export function drawMixtures(
  { mixUp, cutMix }: Pick<AugmentConfig, 'mixUp' | 'cutMix'>,
  { seed, batch, indices }: MixDraw,
  frame: WideFrame,
): (Mixture | null)[] {
  const partners = permutation(indices.length, seededRandom(mixSeed(seed, PARTNERS, batch)));
  return Array.from(partners, (partner, at) => {
    const random = seededRandom(mixSeed(seed, SHARE, indices[at] as number));
    const chosen = random();
    if (chosen < mixUp.probability) {
      const share = drawBeta(mixUp.alpha, random);
      return { partner, share: Math.max(share, 1 - share), rectangle: null };
    }
    if (chosen >= mixUp.probability + cutMix.probability) return null;
    const rectangle = drawRectangle(drawBeta(cutMix.alpha, random), random(), random(), frame);
    const share = 1 - (rectangle.width * rectangle.height) / (frame.width * frame.height);
    return { partner, share, rectangle };
  });
}

function drawRectangle(share: number, x: number, y: number, { width, height }: WideFrame): Rectangle {
  const half = 0.5 * Math.sqrt(1 - share);
  const centerX = Math.floor(x * width);
  const centerY = Math.floor(y * height);
  const left = Math.max(0, centerX - Math.trunc(half * width));
  const top = Math.max(0, centerY - Math.trunc(half * height));
  const right = Math.min(width, centerX + Math.trunc(half * width));
  const bottom = Math.min(height, centerY + Math.trunc(half * height));
  return { left, top, width: right - left, height: bottom - top };
}

/** Mixes the images of a batch in place, blends rounded to whole levels. @param scratch as long as the batch. */
export function mixPixels(
  pixels: Uint8Array,
  scratch: Uint8Array,
  frame: WideFrame,
  mixtures: (Mixture | null)[],
): void {
  const size = bytesOf(frame);
  scratch.set(pixels.subarray(0, mixtures.length * size));
  mixtures.forEach((mixture, at) => {
    if (!mixture || mixture.partner === at) return;
    if (mixture.rectangle) paste(pixels, scratch, frame, at, mixture.partner, mixture.rectangle);
    else blend(pixels, scratch, size, at, mixture);
  });
}

function blend(pixels: Uint8Array, scratch: Uint8Array, size: number, at: number, { partner, share }: Mixture): void {
  const own = Math.round(share * 65536);
  const other = 65536 - own;
  const start = at * size;
  const from = partner * size;
  for (let i = 0; i < size; i++) {
    const sum = (scratch[start + i] as number) * own + (scratch[from + i] as number) * other;
    pixels[start + i] = (sum + 32768) >> 16;
  }
}

function paste(
  pixels: Uint8Array,
  scratch: Uint8Array,
  frame: WideFrame,
  at: number,
  partner: number,
  { left, top, width, height }: Rectangle,
): void {
  const size = bytesOf(frame);
  for (let y = top; y < top + height; y++) {
    const start = (y * frame.width + left) * frame.channels;
    const from = partner * size + start;
    pixels.set(scratch.subarray(from, from + width * frame.channels), at * size + start);
  }
}

/** Writes [size, class] soft labels: each image's class gets its share, its partner's the rest. */
export function mixTargets(
  targets: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  mixtures: (Mixture | null)[],
): void {
  targets.fill(0, 0, mixtures.length * classes);
  mixtures.forEach((mixture, at) => {
    const own = at * classes + (labels[at] as number);
    targets[own] = mixture ? mixture.share : 1;
    if (!mixture) return;
    const other = at * classes + (labels[mixture.partner] as number);
    targets[other] = (targets[other] as number) + 1 - mixture.share;
  });
}
