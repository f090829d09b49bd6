import type { SampleImage } from '../dataset/sample.ts';
import { Augmenter, isMixing } from '../images/augment/augmenter.ts';
import { channelsOf, type DecodeSettings, storedSettings } from '../images/preprocess.ts';
import { mixSeed } from '../random.ts';
import { augmentSeed } from '../training/augment-seed.ts';
import type { AugmentConfig } from '../training/config-augment.ts';

export interface DrawnImage {
  /** [height, width, channel] of `storedSettings`. */
  pixels: Uint8Array;
  /** Share of each class in the label; null: the image's own class alone. */
  shares: { className: string; share: number }[] | null;
}

export interface DrawOptions {
  augment: AugmentConfig;
  settings: DecodeSettings;
  classes: readonly string[];
  /** `RunConfig.seed`. */
  seed: number;
  /** Epochs whose images are shown, counted from 0. */
  epochs: readonly number[];
}

/**
 * What a training shows its network of these images in each of the epochs. MixUp and CutMix choose their partners among the
 * given images, a training among those of a batch.
 * @returns [image][epoch]
 */
export function drawSample(images: readonly SampleImage[], options: DrawOptions): DrawnImage[][] {
  const { augment, settings, classes } = options;
  const { width, height } = settings;
  const channels = channelsOf(storedSettings(settings));
  const augmenter = new Augmenter(augment, storedSettings(settings));
  const seed = augmentSeed(options.seed);
  const size = width * height * channels;
  const labels = images.map(({ record }) => record.label);
  const rounds = options.epochs.map((epoch) => {
    const pixels = new Uint8Array(images.length * size);
    images.forEach((image, i) => {
      const own = pixels.subarray(i * size, (i + 1) * size);
      own.set(image.pixels);
      augmenter.image(own, seed, epoch, image.index);
    });
    const targets = new Float32Array(images.length * classes.length);
    if (isMixing(augment)) {
      const indices = images.map(({ index }) => index);
      augmenter.mix(pixels, targets, labels, classes.length, { seed: mixSeed(seed, epoch), batch: 0, indices });
    }
    return { pixels, targets };
  });
  return images.map((_, i) =>
    rounds.map(({ pixels, targets }) => ({
      pixels: pixels.slice(i * size, (i + 1) * size),
      shares: isMixing(augment)
        ? sharesOf(targets.subarray(i * classes.length, (i + 1) * classes.length), classes)
        : null,
    })),
  );
}

function sharesOf(row: Float32Array, classes: readonly string[]): DrawnImage['shares'] {
  const shares = [...row]
    .map((share, label) => ({ className: classes[label] as string, share }))
    .filter(({ share }) => share > 0.0005)
    .sort((a, b) => b.share - a.share);
  return shares.length > 1 ? shares : null;
}
