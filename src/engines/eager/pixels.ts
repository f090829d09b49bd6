import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import type { Normalization } from '../../images/preprocess.ts';
import type { ImageBatch } from '../engine.ts';
import { EngineError } from '../engine-error.ts';

/** Turns decoded bytes into what a network sees: `(byte / 255 − mean) / std` per channel. */
export type Normalizer = (batch: ImageBatch) => Tensor4D;

/** @param shape of one image. @throws EngineError when the normalisation has another number of channels */
export function normalizer(
  shape: [height: number, width: number, channels: number],
  values: Normalization,
): Normalizer {
  const [height, width, channels] = shape;
  const table = normalizationTable(values, channels);
  return ({ pixels, size }) => {
    const length = size * height * width * channels;
    if (pixels.length < length) {
      throw new EngineError(
        'engine-failed',
        `A batch of ${size} images of ${width} × ${height} × ${channels} needs ${length} bytes and has ${pixels.length}.`,
        'This is a fault in Loupe: please report it with the run folder.',
      );
    }
    const normalized = new Float32Array(length);
    for (let i = 0; i < length; i += channels) {
      for (let c = 0; c < channels; c++) normalized[i + c] = table[c * 256 + (pixels[i + c] as number)] as number;
    }
    return tensor4d(normalized, [size, height, width, channels]);
  };
}

/** [channel, 256]: the value of every byte. */
export function normalizationTable({ mean, std }: Normalization, channels: number): Float32Array {
  if (mean.length !== channels || std.length !== channels || std.some((value) => !(value > 0))) {
    throw new EngineError(
      'engine-failed',
      `The normalisation has mean [${mean}] and std [${std}], but the model takes ${channels} channels and std must be positive.`,
      'Use one mean and one positive standard deviation per channel.',
    );
  }
  return Float32Array.from({ length: channels * 256 }, (_, i) => {
    const channel = i >> 8;
    return ((i & 255) / 255 - (mean[channel] as number)) / (std[channel] as number);
  });
}
