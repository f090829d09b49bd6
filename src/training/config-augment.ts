/**
 * What may happen to a training image each time it is seen. Every operation has a probability per image (0: off) and strengths
 * that are its field's usual ones; lengths are shares of the image's size, so that a setting means the same at every size.
 */
export interface AugmentConfig {
  flip: FlipConfig;
  rotate: RotateConfig;
  shift: ShiftConfig;
  shear: ShearConfig;
  zoom: ZoomConfig;
  perspective: PerspectiveConfig;
  crop: CropConfig;
  fill: FillConfig;
  /** `linear`: factors on the pixel values (torchvision, Keras). `logit`: on their log-odds, where nothing is clipped (fastai). */
  lighting: 'linear' | 'logit';
  brightness: AmountConfig;
  contrast: AmountConfig;
  saturation: AmountConfig;
  hue: AmountConfig;
  channelShift: ChannelShiftConfig;
  policy: PolicyConfig;
  blur: BlurConfig;
  noise: NoiseConfig;
  jpeg: JpegConfig;
  erase: EraseConfig;
  mixUp: MixConfig;
  cutMix: MixConfig;
}

/** Probabilities, 0–1. */
export interface FlipConfig {
  horizontal: number;
  vertical: number;
}

export interface RotateConfig {
  probability: number;
  /** Largest angle either way, 0–180. */
  degrees: number;
}

/** Largest shift either way, as a share of width and height. */
export interface ShiftConfig {
  probability: number;
  x: number;
  y: number;
}

/** Largest angle either way, degrees. */
export interface ShearConfig {
  probability: number;
  x: number;
  y: number;
}

export interface ZoomConfig {
  probability: number;
  /** Magnification: 2 shows half of the width. */
  min: number;
  max: number;
  /** Drawn evenly: the magnification (fastai), or the share of the width that is seen, 1/max … 1/min (Keras). */
  evenly: 'magnification' | 'extent';
  /** Width and height are zoomed each by its own draw (Keras). */
  stretch: boolean;
  /** What stays in place: the image's centre (Keras) or a random point (fastai). */
  center: 'random' | 'middle';
}

export interface PerspectiveConfig {
  probability: number;
  /** Largest tilt about each axis, as fastai's Warp: the near edge grows and the far edge shrinks by this share; each axis is tilted with the probability of its own. */
  amount: number;
}

export interface CropConfig {
  probability: number;
  /** `padded`: a window of the image's size at a random place of the image with `padding` around it. `resized`: a random part, enlarged. */
  mode: 'padded' | 'resized';
  /** Of width and height. */
  padding: number;
  /** Part of the image's area, and its width to height, relative to the image's. */
  minArea: number;
  maxArea: number;
  minAspect: number;
  maxAspect: number;
}

/** What lies beyond the image's edge. */
export interface FillConfig {
  /** `nearest`: aaaa|abcd|dddd; `reflect`: dcba|abcd|dcba; `wrap`: abcd|abcd|abcd; `constant`: `value`. */
  mode: 'nearest' | 'constant' | 'reflect' | 'wrap';
  /** 0–255, of all channels. */
  value: number;
}

/** Factors 1 − amount … 1 + amount; hue: a turn of at most `amount` circles either way. */
export interface AmountConfig {
  probability: number;
  amount: number;
}

export interface ChannelShiftConfig {
  probability: number;
  /** Largest change either way, in levels of 255. */
  amount: number;
  /** One draw for all channels (Keras); else each channel has its own. */
  together: boolean;
}

export interface PolicyConfig {
  /** RandAugment (Cubuk 2020) or TrivialAugment Wide (Müller 2021), with torchvision's operations and magnitudes. */
  name: 'none' | 'rand-augment' | 'trivial-augment';
  /** RandAugment: operations an image. */
  operations: number;
  /** RandAugment: 0–30. */
  magnitude: number;
}

export interface BlurConfig {
  probability: number;
  /** Standard deviation of the Gaussian in pixels, drawn evenly. */
  minSigma: number;
  maxSigma: number;
}

export interface NoiseConfig {
  probability: number;
  /** Standard deviation of each channel's Gaussian noise, in levels of 255. */
  deviation: number;
}

export interface JpegConfig {
  probability: number;
  /** libjpeg's quality, 1–100, drawn evenly. */
  minQuality: number;
  maxQuality: number;
}

export interface EraseConfig {
  probability: number;
  /** Of the image's area. */
  minArea: number;
  maxArea: number;
  /** Width to height. */
  minAspect: number;
  maxAspect: number;
  /** Rectangles. */
  count: number;
  fill: 'black' | 'mean' | 'noise';
}

export interface MixConfig {
  /** Share of the images that are mixed with another one of their batch. */
  probability: number;
  /** Of the Beta(α, α) distribution of the mixing share. */
  alpha: number;
}

export const defaultAugment: AugmentConfig = {
  flip: { horizontal: 0, vertical: 0 },
  rotate: { probability: 0, degrees: 10 },
  shift: { probability: 0, x: 0.1, y: 0.1 },
  shear: { probability: 0, x: 10, y: 0 },
  zoom: { probability: 0, min: 1, max: 1.1, evenly: 'magnification', stretch: false, center: 'random' },
  perspective: { probability: 0, amount: 0.2 },
  crop: {
    probability: 0,
    mode: 'padded',
    padding: 0.125,
    minArea: 0.35,
    maxArea: 1,
    minAspect: 0.75,
    maxAspect: 1.3333,
  },
  fill: { mode: 'reflect', value: 0 },
  lighting: 'linear',
  brightness: { probability: 0, amount: 0.2 },
  contrast: { probability: 0, amount: 0.2 },
  saturation: { probability: 0, amount: 0.4 },
  hue: { probability: 0, amount: 0.05 },
  channelShift: { probability: 0, amount: 20, together: false },
  policy: { name: 'none', operations: 2, magnitude: 9 },
  blur: { probability: 0, minSigma: 0.1, maxSigma: 2 },
  noise: { probability: 0, deviation: 8 },
  jpeg: { probability: 0, minQuality: 30, maxQuality: 90 },
  erase: { probability: 0, minArea: 0.02, maxArea: 0.33, minAspect: 0.3, maxAspect: 3.3333, count: 1, fill: 'black' },
  mixUp: { probability: 0, alpha: 0.4 },
  cutMix: { probability: 0, alpha: 1 },
};

/** Pairs of settings that must not be the other way round. */
export const augmentRanges = [
  ['zoom', 'min', 'max'],
  ['crop', 'minArea', 'maxArea'],
  ['crop', 'minAspect', 'maxAspect'],
  ['blur', 'minSigma', 'maxSigma'],
  ['jpeg', 'minQuality', 'maxQuality'],
  ['erase', 'minArea', 'maxArea'],
  ['erase', 'minAspect', 'maxAspect'],
] as const;
