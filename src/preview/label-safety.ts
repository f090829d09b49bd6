import type { Predictor } from '../engines/engine.ts';
import { argmax } from '../evaluation/metrics.ts';
import { Augmenter } from '../images/augment/augmenter.ts';
import { convertStored, decodedSize, type Preprocess, storedSettings } from '../images/preprocess.ts';
import type { LabelSafetyReport, OperationSafety } from '../protocol/augment-preview.ts';
import { augmentSeed } from '../training/augment-seed.ts';
import { type AugmentConfig, defaultAugment } from '../training/config-augment.ts';

/** One operation of a config by itself, for every image. */
export interface SingleOperation {
  /** e.g. `flip.horizontal`, `rotate`; `all`: the whole config. */
  name: string;
  config: AugmentConfig;
}

/** MixUp and CutMix change the label along with the image. */
const unmixed = { mixUp: { probability: 0, alpha: 1 }, cutMix: { probability: 0, alpha: 1 } };

/** Every operation that is on, alone and with probability 1 at its strength; with several, the config as a whole last. */
export function singleOperations(config: AugmentConfig): SingleOperation[] {
  const nothing: AugmentConfig = { ...structuredClone(defaultAugment), fill: config.fill, lighting: config.lighting };
  const operations: SingleOperation[] = [];
  for (const way of ['horizontal', 'vertical'] as const) {
    if (config.flip[way] === 0) continue;
    const flip = { horizontal: 0, vertical: 0, [way]: 1 };
    operations.push({ name: `flip.${way}`, config: { ...nothing, flip } });
  }
  for (const [name, value] of Object.entries(config)) {
    if (name in unmixed || typeof value !== 'object' || !('probability' in value) || value.probability === 0) continue;
    operations.push({ name, config: { ...nothing, [name]: { ...value, probability: 1 } } });
  }
  if (config.policy.name !== 'none') operations.push({ name: 'policy', config: { ...nothing, policy: config.policy } });
  if (operations.length > 1) operations.push({ name: 'all', config: { ...config, ...unmixed } });
  return operations;
}

/** What can't matter to anybody: a shift by a pixel at most, and noise of two levels. */
function noiseOperation({ width, height }: Preprocess): AugmentConfig {
  return {
    ...structuredClone(defaultAugment),
    fill: { mode: 'nearest', value: 0 },
    crop: { ...defaultAugment.crop, probability: 1, mode: 'padded', padding: 1 / Math.max(width, height) },
    noise: { probability: 1, deviation: 2 },
  };
}

export interface SafetyImage {
  index: number;
  className: string;
  /** [height, width, channel] of the model's `storedSettings`. */
  pixels: Uint8Array;
}

export interface SafetyOptions {
  predictor: Predictor;
  /** Of the model. */
  preprocess: Preprocess;
  /** Classes of the model, in the order of its outputs. */
  labels: readonly string[];
  augment: AugmentConfig;
  describe: (config: AugmentConfig) => string;
  seed: number;
  /** Draws of each operation for each image. */
  draws: number;
  /** Share of changed predictions beyond the noise that is put up with, 0–1. */
  tolerance: number;
  batchSize: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * How often each operation changes what a model says of an image, per class and against the model's own noise: how often it changes its
 * mind over nothing. An operation is flagged in a class where the change, less its statistical doubt (Wilson's lower
 * bound at 95 %, an image counted once however often it was drawn), is beyond noise and tolerance.
 */
export async function checkLabelSafety(
  images: readonly SafetyImage[],
  options: SafetyOptions,
): Promise<Omit<LabelSafetyReport, 'model' | 'from'>> {
  const operations = singleOperations(options.augment);
  const total = images.length * (1 + options.draws * (1 + operations.length));
  let done = 0;
  const predictions = new SafetyPredictor(options);
  const step = (count: number) => {
    done += count;
    options.onProgress?.(done, total);
    options.signal?.throwIfAborted();
  };
  const plain = await predictions.predict(images, null, 0, step);
  const changes = async (config: AugmentConfig) => {
    const changed = new Float64Array(images.length);
    for (let draw = 0; draw < options.draws; draw++) {
      const drawn = await predictions.predict(images, config, draw, step);
      drawn.forEach((label, i) => {
        if (label !== plain[i]) changed[i] = (changed[i] as number) + 1 / options.draws;
      });
    }
    return changed;
  };
  const noise = await changes(noiseOperation(options.preprocess));
  const results: OperationSafety[] = [];
  for (const { name, config } of operations) {
    results.push({
      operation: name,
      text: name === 'all' ? 'everything together' : options.describe(config),
      ...judge(images, await changes(config), noise, options.tolerance),
    });
  }
  const right = plain.filter((label, i) => options.labels[label] === images[i]?.className).length;
  return {
    images: images.length,
    draws: options.draws,
    tolerance: options.tolerance,
    noise: meanOf(noise),
    accuracy: images.length === 0 ? 0 : right / images.length,
    operations: results,
  };
}

/** @param changed, noise [image], share of the draws with another prediction. */
export function judge(
  images: readonly Pick<SafetyImage, 'className'>[],
  changed: Float64Array,
  noise: Float64Array,
  tolerance: number,
): Pick<OperationSafety, 'changed' | 'perClass' | 'flagged'> {
  const names = [...new Set(images.map(({ className }) => className))].sort();
  const perClass = names.map((className) => {
    const mine = (_: number, i: number) => images[i]?.className === className;
    const values = changed.filter(mine);
    const figures = { changed: meanOf(values), noise: meanOf(noise.filter(mine)) };
    const flagged = wilsonLower(figures.changed, values.length) > figures.noise + tolerance;
    return { className, images: values.length, ...figures, flagged };
  });
  const overall = wilsonLower(meanOf(changed), changed.length) > meanOf(noise) + tolerance;
  return { changed: meanOf(changed), perClass, flagged: overall || perClass.some(({ flagged }) => flagged) };
}

/** Lower end of Wilson's 95 % interval of a share seen in `count` trials. */
export function wilsonLower(share: number, count: number): number {
  if (count === 0) return 0;
  const z = 1.959964;
  const middle = share + z ** 2 / (2 * count);
  const half = z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  return Math.max(0, (middle - half) / (1 + z ** 2 / count));
}

function meanOf(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Predicts images through the model's own contract, as they are or changed. */
class SafetyPredictor {
  readonly #options: SafetyOptions;
  readonly #pixels: Uint8Array;
  readonly #size: number;

  constructor(options: SafetyOptions) {
    this.#options = options;
    this.#size = decodedSize(options.preprocess);
    this.#pixels = new Uint8Array(options.batchSize * this.#size);
  }

  /** @returns [image], the most likely class. */
  async predict(
    images: readonly SafetyImage[],
    config: AugmentConfig | null,
    draw: number,
    onBatch: (count: number) => void,
  ): Promise<number[]> {
    const { predictor, preprocess, labels, seed, batchSize } = this.#options;
    const { color } = preprocess;
    const augmenter = config && new Augmenter(config, storedSettings(preprocess));
    const predicted: number[] = [];
    for (let start = 0; start < images.length; start += batchSize) {
      const some = images.slice(start, start + batchSize);
      some.forEach((image, i) => {
        const own = this.#pixels.subarray(i * this.#size, (i + 1) * this.#size);
        own.set(image.pixels);
        augmenter?.image(own, augmentSeed(seed), draw, image.index);
        convertStored(own, color);
      });
      const batch = { pixels: this.#pixels, labels: new Int32Array(some.length), size: some.length };
      const rows = await predictor.predict(batch);
      for (let i = 0; i < some.length; i++) {
        predicted.push(argmax(rows.subarray(i * labels.length, (i + 1) * labels.length)));
      }
      onBatch(some.length);
    }
    return predicted;
  }
}
