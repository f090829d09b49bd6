import { Problem } from '../problem.ts';
import { type AugmentConfig, defaultAugment } from './config-augment.ts';

/** A named set of augmentations. */
export interface AugmentPreset {
  name: string;
  /** What it is for. */
  description: string;
  augment: AugmentConfig;
}

/** Arguments of Keras' `ImageDataGenerator`, by its names; shifts as shares of the size, brightness symmetric about 1. */
export interface ImageDataGeneratorArguments {
  rotation_range?: number;
  width_shift_range?: number;
  height_shift_range?: number;
  brightness_range?: readonly [low: number, high: number];
  /** Degrees. */
  shear_range?: number;
  zoom_range?: number | readonly [low: number, high: number];
  /** Levels of 255. */
  channel_shift_range?: number;
  fill_mode?: 'nearest' | 'constant' | 'reflect' | 'wrap';
  cval?: number;
  horizontal_flip?: boolean;
  vertical_flip?: boolean;
}

/**
 * What a Keras `ImageDataGenerator` does, as settings: every range is drawn from for every image, zoom for each axis on its own
 * and evenly in the extent, one channel shift for all channels. Keras' shear also narrows by the angle's cosine; that is left out.
 * @throws Problem `not-symmetric` where brightness_range has another middle than 1
 */
export function fromImageDataGenerator(given: ImageDataGeneratorArguments): AugmentConfig {
  const augment = structuredClone(defaultAugment);
  const on = (value: unknown) => (value ? 1 : 0);
  augment.fill = { mode: given.fill_mode ?? 'nearest', value: given.cval ?? 0 };
  augment.flip = { horizontal: given.horizontal_flip ? 0.5 : 0, vertical: given.vertical_flip ? 0.5 : 0 };
  augment.rotate = { probability: on(given.rotation_range), degrees: given.rotation_range ?? 0 };
  const x = given.width_shift_range ?? 0;
  const y = given.height_shift_range ?? 0;
  augment.shift = { probability: on(x || y), x, y };
  augment.shear = { probability: on(given.shear_range), x: given.shear_range ?? 0, y: 0 };
  const zoom = given.zoom_range ?? 0;
  const [low, high] = typeof zoom === 'number' ? [1 - zoom, 1 + zoom] : zoom;
  augment.zoom = {
    probability: on(low !== 1 || high !== 1),
    min: 1 / high,
    max: 1 / low,
    evenly: 'extent',
    stretch: true,
    center: 'middle',
  };
  const shift = given.channel_shift_range ?? 0;
  augment.channelShift = { probability: on(shift), amount: shift, together: true };
  if (given.brightness_range) augment.brightness = { probability: 1, amount: symmetric(given.brightness_range) };
  return augment;
}

function symmetric([low, high]: readonly [number, number]): number {
  if (Math.abs(high - 1 - (1 - low)) < 1e-9) return high - 1;
  throw new Problem(
    'not-symmetric',
    `brightness_range ${low}–${high} does not lie evenly about 1.`,
    `Use ${1 - (high - low) / 2}–${1 + (high - low) / 2}, or scale the images.`,
  );
}

export const augmentPresets: readonly AugmentPreset[] = [
  { name: 'none', description: 'Images as they are.', augment: defaultAugment },
  {
    name: 'light',
    description: 'Mirrored half of the time and moved by up to an eighth: the usual recipe for small images.',
    augment: withChanges({ flip: { horizontal: 0.5, vertical: 0 }, crop: { ...defaultAugment.crop, probability: 1 } }),
  },
  {
    name: 'fastai',
    description: 'fastai’s aug_transforms: flip, slight turns, zoom, tilt and light.',
    augment: withChanges({
      flip: { horizontal: 0.5, vertical: 0 },
      rotate: { probability: 0.75, degrees: 10 },
      zoom: { probability: 0.75, min: 1, max: 1.1, evenly: 'magnification', stretch: false, center: 'random' },
      perspective: { probability: 0.75, amount: 0.2 },
      fill: { mode: 'reflect', value: 0 },
      lighting: 'logit',
      brightness: { probability: 0.75, amount: 0.2 },
      contrast: { probability: 0.75, amount: 0.2 },
    }),
  },
  {
    name: 'keras',
    description: 'Keras’ ImageDataGenerator as its guide uses it: turns to 20°, shifts to a fifth, flip.',
    augment: fromImageDataGenerator({
      rotation_range: 20,
      width_shift_range: 0.2,
      height_shift_range: 0.2,
      horizontal_flip: true,
    }),
  },
  {
    name: 'rand-augment',
    description: 'Flip, padded crop and two RandAugment operations of magnitude 9, for longer trainings.',
    augment: withChanges({
      flip: { horizontal: 0.5, vertical: 0 },
      crop: { ...defaultAugment.crop, probability: 1 },
      policy: { name: 'rand-augment', operations: 2, magnitude: 9 },
    }),
  },
  {
    name: 'trivial-augment',
    description: 'Flip, padded crop and one TrivialAugment operation: strong, and nothing to tune.',
    augment: withChanges({
      flip: { horizontal: 0.5, vertical: 0 },
      crop: { ...defaultAugment.crop, probability: 1 },
      policy: { ...defaultAugment.policy, name: 'trivial-augment' },
    }),
  },
  {
    name: 'mix',
    description:
      'Flip, padded crop, and half of the images each in MixUp or CutMix: for long trainings and noisy labels.',
    augment: withChanges({
      flip: { horizontal: 0.5, vertical: 0 },
      crop: { ...defaultAugment.crop, probability: 1 },
      mixUp: { probability: 0.5, alpha: 0.4 },
      cutMix: { probability: 0.5, alpha: 1 },
    }),
  },
];

function withChanges(changes: Partial<AugmentConfig>): AugmentConfig {
  return { ...structuredClone(defaultAugment), ...changes };
}
