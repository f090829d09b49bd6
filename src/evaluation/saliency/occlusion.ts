import type { ImageBatch } from '../../engines/engine.ts';

export interface OcclusionOptions {
  /** Side of the grey patch as a share of the image's side, 0–1. */
  patch: number;
  /** Steps of the patch over each side, ≥ 2. */
  steps: number;
  /** Images looked at at once. */
  batchSize: number;
}

const defaultOcclusion: OcclusionOptions = { patch: 0.25, steps: 10, batchSize: 64 };

/** Middle grey: neither dark nor light, as Zeiler and Fergus (2014) have it. */
const GREY = 128;

export interface Frame {
  width: number;
  height: number;
  channels: number;
}

interface Patch {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * How much the probability of a class falls where a grey patch hides a part of the image, averaged over the patches that hide each
 * pixel: what the answer depends on. Works with any predictor.
 * @param pixels [height, width, channel] of one image. @param label position in the rows that `predict` gives
 * @returns [height, width], in probability; below 0 where hiding helps
 */
export async function occlusionMap(
  predict: (batch: ImageBatch) => Promise<Float32Array>,
  pixels: Uint8Array,
  frame: Frame,
  label: number,
  options: OcclusionOptions = defaultOcclusion,
): Promise<Float32Array> {
  const patches = patchesOver(frame, options);
  const [whole, ...drops] = await probabilitiesOf(predict, pixels, frame, label, [null, ...patches], options.batchSize);
  const { width, height } = frame;
  const sums = new Float32Array(width * height);
  const counts = new Float32Array(width * height);
  patches.forEach(({ left, top, right, bottom }, at) => {
    const drop = (whole as number) - (drops[at] as number);
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const place = y * width + x;
        sums[place] = (sums[place] as number) + drop;
        counts[place] = (counts[place] as number) + 1;
      }
    }
  });
  return sums.map((sum, place) => (counts[place] ? sum / (counts[place] as number) : 0));
}

/** Places of the patch, evenly from one edge to the other, covering every pixel. */
export function patchesOver({ width, height }: Frame, { patch, steps }: OcclusionOptions): Patch[] {
  const across = stops(width, Math.max(1, Math.round(width * patch)), steps);
  const down = stops(height, Math.max(1, Math.round(height * patch)), steps);
  return down.flatMap(([top, bottom]) => across.map(([left, right]): Patch => ({ left, top, right, bottom })));
}

function stops(size: number, patch: number, steps: number): [from: number, to: number][] {
  const count = Math.max(steps, Math.ceil(size / patch));
  const last = size - patch;
  const starts = new Set(Array.from({ length: count }, (_, i) => Math.round((i / Math.max(1, count - 1)) * last)));
  return [...starts].map((from) => [from, from + patch]);
}

/** Of the label, with each patch hidden (null: none). */
async function probabilitiesOf(
  predict: (batch: ImageBatch) => Promise<Float32Array>,
  pixels: Uint8Array,
  frame: Frame,
  label: number,
  patches: (Patch | null)[],
  batchSize: number,
): Promise<number[]> {
  const found: number[] = [];
  for (let start = 0; start < patches.length; start += batchSize) {
    const own = patches.slice(start, start + batchSize);
    const batch = new Uint8Array(pixels.length * own.length);
    own.forEach((patch, i) => {
      const image = batch.subarray(i * pixels.length, (i + 1) * pixels.length);
      image.set(pixels);
      if (patch) hide(image, frame, patch);
    });
    const rows = await predict({ pixels: batch, labels: new Int32Array(own.length), size: own.length });
    const classes = rows.length / own.length;
    for (let i = 0; i < own.length; i++) found.push(rows[i * classes + label] as number);
  }
  return found;
}

function hide(image: Uint8Array, { width, channels }: Frame, { left, top, right, bottom }: Patch): void {
  for (let y = top; y < bottom; y++) {
    image.fill(GREY, (y * width + left) * channels, (y * width + right) * channels);
  }
}
