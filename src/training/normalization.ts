import type { Normalization } from '../images/preprocess.ts';
import type { InputConfig } from './config.ts';

/** torchvision's ImageNet statistics; channels that are no colours take their mean. */
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
/** What Keras' networks from Caffe subtract, red first. */
const caffeMean = [123.68 / 255, 116.779 / 255, 103.939 / 255];
/** Half a grey level: images of one colour must not divide by zero. */
export const LEAST_STD = 0.5 / 255;

/** The normalisation that needs no look at the data. */
export function fixedNormalization(
  normalize: Exclude<InputConfig['normalize'], 'data-set'>,
  channels: number,
): Normalization {
  switch (normalize) {
    case 'zero-one':
      return filled(channels, 0, 1);
    case 'minus-one-one':
      return filled(channels, 0.5, 0.5);
    case 'imagenet':
      return { mean: spread(imagenet.mean, channels), std: spread(imagenet.std, channels) };
    case 'caffe':
      return {
        mean: spread(caffeMean, channels),
        std: new Array<number>(channels).fill(1 / 255),
      };
  }
}

/** Mean and standard deviation of each channel over streamed images; exact sums, so the order does not matter. */
export class PixelStatistics {
  readonly #sums: number[];
  readonly #squares: number[];
  #count = 0;

  constructor(channels: number) {
    this.#sums = new Array<number>(channels).fill(0);
    this.#squares = new Array<number>(channels).fill(0);
  }

  /** @param pixels [image, height, width, channel], 0–255. */
  add(pixels: Uint8Array): void {
    const channels = this.#sums.length;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      let squares = 0;
      for (let i = c; i < pixels.length; i += channels) {
        const value = pixels[i] as number;
        sum += value;
        squares += value * value;
      }
      this.#sums[c] = (this.#sums[c] as number) + sum;
      this.#squares[c] = (this.#squares[c] as number) + squares;
    }
    this.#count += pixels.length / channels;
  }

  /** In units of the pixel's range, 0–1. */
  result(): Normalization {
    const count = Math.max(1, this.#count);
    const mean = this.#sums.map((sum) => sum / count);
    const std = this.#squares.map((squares, c) =>
      Math.max(LEAST_STD, Math.sqrt(Math.max(0, squares / count - (mean[c] as number) ** 2)) / 255),
    );
    return { mean: mean.map((value) => value / 255), std };
  }
}

/** For the first three channels the colours' values, for all others, and where there are fewer, their mean. */
function spread(values: readonly number[], channels: number): number[] {
  return Array.from({ length: channels }, (_, c) => (channels >= 3 ? values[c] : undefined) ?? average(values));
}

function filled(channels: number, mean: number, std: number): Normalization {
  return { mean: new Array<number>(channels).fill(mean), std: new Array<number>(channels).fill(std) };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
