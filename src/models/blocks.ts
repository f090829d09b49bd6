import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { mixSeed } from '../random.ts';
import type { Activation } from '../training/config.ts';
import type { Flavor } from './backbones/layers.ts';
import { firstWeights } from './first-weights.ts';

/** What a model is built for. */
export interface ModelShape {
  /** Pixels. */
  width: number;
  height: number;
  channels: number;
  classes: number;
  /** Decides every initial weight and what dropout drops. */
  seed: number;
  /**
   * Shorter side in pixels that the layers are chosen for; default: this shape's own. Networks of one design side have the same
   * weights at every size.
   */
  designSide?: number;
  /** Whose conventions a network with pretrained weights follows; default: as the name of the config's weights says. */
  flavor?: Flavor;
  /** Absolute path of the `model.json` that `layers-model` is built of. */
  source?: string;
}

export function designSideOf({ designSide, width, height }: ModelShape): number {
  return designSide ?? Math.min(width, height);
}

/** Hands out one seed a layer, so that a layer's weights depend only on the run's seed and the layer's place. */
export class SeedSequence {
  readonly #seed: number;
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  next(): number {
    return mixSeed(this.#seed, ++this.#count) & 0x7fffffff;
  }
}

export interface ConvolutionOptions {
  name: string;
  filters: number;
  kernel: number;
  stride?: 1 | 2;
  /** `torch`: ⌊kernel/2⌋ zeros on every side, as PyTorch pads; `same`: as TensorFlow pads. Equal at stride 1. */
  padding?: 'torch' | 'same';
}

/**
 * A convolution without bias (a batch norm follows): [batch, height, width, channel] → [batch, height/stride, width/stride,
 * filters]. He-normal initial weights, fan-out as in torchvision.
 */
export function convolution(x: SymbolicTensor, seeds: SeedSequence, options: ConvolutionOptions): SymbolicTensor {
  const { name, filters, kernel, stride = 1, padding = 'torch' } = options;
  // At stride 2 `same` would pad an even side at the end only and shift the picture by half a pixel against PyTorch's.
  const explicit = padding === 'torch' && stride > 1 && kernel > 1;
  const padded = explicit ? zeroPad(x, `${name}.pad`, Math.floor(kernel / 2)) : x;
  return layers
    .conv2d({
      name,
      filters,
      kernelSize: kernel,
      strides: stride,
      padding: explicit ? 'valid' : 'same',
      useBias: false,
      kernelInitializer: firstWeights('he-fan-out', {
        area: kernel * kernel,
        entering: x.shape.at(-1) ?? 1,
        leaving: filters,
        seed: seeds.next(),
      }),
    })
    .apply(padded) as SymbolicTensor;
}

/** `size` zeros on every side of the picture. */
export function zeroPad(x: SymbolicTensor, name: string, size: number): SymbolicTensor {
  const padding: [[number, number], [number, number]] = [
    [size, size],
    [size, size],
  ];
  return layers.zeroPadding2d({ name, padding }).apply(x) as SymbolicTensor;
}

/** Batch norm with torchvision's constants (ε 1e-5, momentum 0.9 of the past). `zeroGamma` starts its scale at 0. */
export function batchNorm(x: SymbolicTensor, name: string, zeroGamma = false): SymbolicTensor {
  const gammaInitializer = zeroGamma ? 'zeros' : 'ones';
  return layers.batchNormalization({ name, epsilon: 1e-5, momentum: 0.9, gammaInitializer }).apply(x) as SymbolicTensor;
}

/** PyTorch's slope of a leaky ReLU. */
const LEAK = 0.01;

export function activate(x: SymbolicTensor, name: string, activation: Activation): SymbolicTensor {
  const layer =
    activation === 'leaky-relu' ? layers.leakyReLU({ name, alpha: LEAK }) : layers.activation({ name, activation });
  return layer.apply(x) as SymbolicTensor;
}

/**
 * Stochastic depth (Huang et al. 2016): while training, each image's residual is zero with probability `rate`, else divided by
 * 1 − rate. A Dropout layer with one decision an image, as Keras builds its EfficientNets, so that stock TensorFlow.js loads it.
 */
export function dropResidual(
  x: SymbolicTensor,
  seeds: SeedSequence,
  options: { name: string; rate: number },
): SymbolicTensor {
  if (options.rate === 0) return x;
  // TensorFlow.js takes null for "as in the input", as Keras does; its type does not say so.
  const noiseShape = [null, 1, 1, 1] as unknown as number[];
  return layers.dropout({ ...options, noiseShape, seed: seeds.next() }).apply(x) as SymbolicTensor;
}

/** `count × depth` blocks, at least one. */
export function scaledDepth(count: number, depth: number): number {
  return Math.max(1, Math.round(count * depth));
}

/** `channels × width`, rounded to a multiple of 8 (SIMD-friendly), at least 8. */
export function scaledChannels(channels: number, width: number): number {
  return Math.max(8, Math.round((channels * width) / 8) * 8);
}
