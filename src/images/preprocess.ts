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

/** The part of the contract that decides a decoded image's bytes, and so the key of the decoded cache. */
export interface DecodeSettings {
  /** Pixels. */
  width: number;
  height: number;
  color: 'rgb' | 'grey';
  resize: 'stretch' | 'crop' | 'pad';
}

/** Bytes of one decoded image: height × width × channel, row-major, uint8. */
export function decodedSize(settings: DecodeSettings): number {
  return settings.width * settings.height * channelsOf(settings);
}

export function channelsOf(settings: Pick<DecodeSettings, 'color'>): number {
  return settings.color === 'rgb' ? 3 : 1;
}
