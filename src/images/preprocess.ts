import { rgbToHsv, rgbToLab } from './color-space.ts';

/** The network sees `(pixel / 255 − mean) / std`, per channel. */
export interface Normalization {
  mean: number[];
  std: number[];
}

/**
 * How an image file becomes the numbers a network sees. Saved as `preprocess.json` beside the weights; training, validation,
 * prediction and export all read this one contract.
 */
export interface Preprocess extends DecodeSettings {
  version: 1;
  normalization: Normalization;
}

export type ColorSpace = 'rgb' | 'grey' | 'hsv' | 'lab' | 'rgba' | 'bands';

/** The part of the contract that decides a decoded image's bytes, and so the key of the decoded cache. */
export interface DecodeSettings {
  /** Pixels. */
  width: number;
  height: number;
  /**
   * What the bytes mean: sRGB; luma (ITU-R BT.601); hue, saturation, value (0–255 each, as Pillow's `HSV`); CIE L*a*b* (D65) as
   * L* × 2.55, a* + 128, b* + 128. The image is resized as RGB and converted last. `rgba`: sRGB and transparency, which nothing is put
   * behind; `bands`: all bands as the file has them.
   */
  color: ColorSpace;
  /** How many, where `color` is `bands`. */
  bands?: number;
  /** What becomes 255, where `color` is `bands`; 0: the most that the file's type holds. */
  bandMaximum?: number;
  resize: 'stretch' | 'crop' | 'pad';
}

/** Bytes of one decoded image: height × width × channel, row-major, uint8. */
export function decodedSize(settings: DecodeSettings): number {
  return settings.width * settings.height * channelsOf(settings);
}

export function channelsOf({ color, bands = 4 }: Pick<DecodeSettings, 'color' | 'bands'>): number {
  if (color === 'bands') return bands;
  return color === 'grey' ? 1 : color === 'rgba' ? 4 : 3;
}

/** The contract's part of settings that hold more, in a fixed order. */
export function decodeSettingsOf({ width, height, color, resize, bands, bandMaximum }: DecodeSettings): DecodeSettings {
  if (color !== 'bands') return { width, height, color, resize };
  return {
    width,
    height,
    color,
    resize,
    bands: channelsOf({ color, ...(bands && { bands }) }),
    bandMaximum: bandMaximum ?? 0,
  };
}

/** The settings whose bytes the decoded cache keeps: other three-channel spaces are made from RGB, after augmentation. */
export function storedSettings(settings: DecodeSettings): DecodeSettings {
  const plain = decodeSettingsOf(settings);
  return plain.color === 'hsv' || plain.color === 'lab' ? { ...plain, color: 'rgb' } : plain;
}

/** Turns pixels of `storedSettings` into those of `color`, in place. */
export function convertStored(pixels: Uint8Array, color: ColorSpace): void {
  if (color === 'hsv') rgbToHsv(pixels);
  else if (color === 'lab') rgbToLab(pixels);
}
