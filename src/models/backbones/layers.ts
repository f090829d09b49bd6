import { initializers, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { SeedSequence } from '../blocks.ts';
import { type FirstWeights, firstWeights } from '../first-weights.ts';

/**
 * Whose conventions a network follows: PyTorch pads ⌊kernel/2⌋ zeros on every side, Keras as TensorFlow's `same` does (which differs at stride 2); their
 * epsilons and momenta differ too.
 */
export type Flavor = 'torch' | 'keras';

export interface BackboneContext {
  seeds: SeedSequence;
  flavor: Flavor;
  /** Of every batch norm of the network. */
  epsilon: number;
  /** Share of the moving statistics that a step keeps, as TensorFlow counts it. */
  momentum: number;
  /** Whether batch norms scale what they normalise. */
  scale: boolean;
  /** Of its convolutions. */
  first: FirstWeights;
}

type Size = number | readonly [height: number, width: number];

export interface ConvOptions {
  name: string;
  filters: number;
  kernel: Size;
  stride?: number;
  /** Zeros on every side; default: as the flavor pads. 0: none. */
  padding?: Size;
  bias?: boolean;
}

/** [batch, height, width, channel] → [batch, height/stride, width/stride, filters]. */
export function conv(x: SymbolicTensor, context: BackboneContext, options: ConvOptions): SymbolicTensor {
  const { name, filters, bias = false, stride = 1 } = options;
  const { padded, mode } = pad(x, context, options);
  return layers
    .conv2d({
      name,
      filters,
      kernelSize: pair(options.kernel),
      strides: stride,
      padding: mode,
      useBias: bias,
      kernelInitializer: kernelOf(context, options.kernel, channelsOf(x), filters),
    })
    .apply(padded) as SymbolicTensor;
}

export type DepthwiseOptions = Omit<ConvOptions, 'filters'>;

/** A convolution of every channel by itself. */
export function depthwise(x: SymbolicTensor, context: BackboneContext, options: DepthwiseOptions): SymbolicTensor {
  const { name, bias = false, stride = 1 } = options;
  const { padded, mode } = pad(x, context, options);
  return layers
    .depthwiseConv2d({
      name,
      kernelSize: pair(options.kernel),
      strides: [stride, stride],
      padding: mode,
      useBias: bias,
      depthwiseInitializer: kernelOf(context, options.kernel, 1, channelsOf(x)),
    })
    .apply(padded) as SymbolicTensor;
}

export function norm(x: SymbolicTensor, { epsilon, momentum, scale }: BackboneContext, name: string): SymbolicTensor {
  return layers.batchNormalization({ name, epsilon, momentum, scale }).apply(x) as SymbolicTensor;
}

/** Over the channels of each position. */
export function layerNorm(x: SymbolicTensor, name: string, epsilon: number): SymbolicTensor {
  return layers.layerNormalization({ name, epsilon }).apply(x) as SymbolicTensor;
}

/** One factor a channel (Touvron et al. 2021): a depthwise convolution of 1 × 1, which every engine and format has. */
export function layerScale(x: SymbolicTensor, name: string, initial: number): SymbolicTensor {
  const depthwiseInitializer = initializers.constant({ value: initial });
  return layers
    .depthwiseConv2d({ name, kernelSize: 1, useBias: false, depthwiseInitializer })
    .apply(x) as SymbolicTensor;
}

export type ActivationName = 'relu' | 'relu6' | 'swish' | 'gelu' | 'sigmoid' | 'hard-swish' | 'hard-sigmoid';

export function activation(x: SymbolicTensor, kind: ActivationName, name: string): SymbolicTensor {
  if (kind === 'hard-sigmoid') return hardSigmoid(x, name);
  if (kind === 'hard-swish')
    return layers.multiply({ name }).apply([x, hardSigmoid(x, `${name}.gate`)]) as SymbolicTensor;
  return layers.activation({ name, activation: kind }).apply(x) as SymbolicTensor;
}

/** relu6(x + 3) / 6 (Howard et al. 2019); TensorFlow.js has an older one of another slope by this name. */
function hardSigmoid(x: SymbolicTensor, name: string): SymbolicTensor {
  const moved = layers.rescaling({ name: `${name}.move`, scale: 1, offset: 3 }).apply(x) as SymbolicTensor;
  const cut = layers.activation({ name: `${name}.relu6`, activation: 'relu6' }).apply(moved) as SymbolicTensor;
  return layers.rescaling({ name, scale: 1 / 6 }).apply(cut) as SymbolicTensor;
}

export interface PoolOptions {
  name: string;
  kernel: number;
  stride: number;
  /** Zeros on every side; `same`: as TensorFlow pads; `ceil`: at the end only, so that no pixel is left over (PyTorch's ceil_mode). */
  padding?: number | 'same' | 'ceil';
}

/** After a ReLU: the zeros that pad are then no larger than any value. */
export function maxPool(x: SymbolicTensor, { name, kernel, stride, padding = 0 }: PoolOptions): SymbolicTensor {
  const padded = padding === 'ceil' ? filledUp(x, `${name}.pad`, kernel, stride) : zeros(x, `${name}.pad`, padding);
  const mode = padding === 'same' ? 'same' : 'valid';
  return layers
    .maxPooling2d({ name, poolSize: kernel, strides: stride, padding: mode })
    .apply(padded) as SymbolicTensor;
}

export function add(a: SymbolicTensor, b: SymbolicTensor, name: string): SymbolicTensor {
  return layers.add({ name }).apply([a, b]) as SymbolicTensor;
}

export function concat(parts: SymbolicTensor[], name: string): SymbolicTensor {
  return layers.concatenate({ name, axis: -1 }).apply(parts) as SymbolicTensor;
}

export interface SqueezeExciteOptions {
  name: string;
  /** Channels in the middle. */
  squeezed: number;
  /** Names of the two convolutions below `name`, as the framework has them. */
  reduce: string;
  expand: string;
  inner: ActivationName;
  /** Default: sigmoid. */
  gate?: ActivationName;
}

/** Squeeze and excitation (Hu et al. 2018): every channel is scaled by a share that the picture's averages decide. */
export function squeezeExcite(
  x: SymbolicTensor,
  context: BackboneContext,
  { name, squeezed, reduce, expand, inner, gate = 'sigmoid' }: SqueezeExciteOptions,
): SymbolicTensor {
  const channels = channelsOf(x);
  let share = layers.globalAveragePooling2d({ name: `${name}.avgpool` }).apply(x) as SymbolicTensor;
  share = layers.reshape({ name: `${name}.reshape`, targetShape: [1, 1, channels] }).apply(share) as SymbolicTensor;
  share = conv(share, context, { name: `${name}.${reduce}`, filters: squeezed, kernel: 1, bias: true });
  share = activation(share, inner, `${name}.activation`);
  share = conv(share, context, { name: `${name}.${expand}`, filters: channels, kernel: 1, bias: true });
  share = activation(share, gate, `${name}.scale`);
  return layers.multiply({ name: `${name}.multiply` }).apply([x, share]) as SymbolicTensor;
}

export function channelsOf(x: SymbolicTensor): number {
  return x.shape.at(-1) ?? 0;
}

/** `value` rounded to a multiple of 8, and not below nine tenths of itself (`_make_divisible` of the MobileNets). */
export function divisibleBy8(value: number, least = 8): number {
  const rounded = Math.max(least, Math.floor((value + 4) / 8) * 8);
  return rounded < 0.9 * value ? rounded + 8 : rounded;
}

/** Zeros above and below, left and right. */
export function zeros(x: SymbolicTensor, name: string, size: Size | 'same'): SymbolicTensor {
  const [vertical, horizontal] = size === 'same' ? [0, 0] : pair(size);
  if (vertical === 0 && horizontal === 0) return x;
  const padding: [[number, number], [number, number]] = [
    [vertical, vertical],
    [horizontal, horizontal],
  ];
  return layers.zeroPadding2d({ name, padding }).apply(x) as SymbolicTensor;
}

/** Zeros below and to the right where the windows would leave pixels over. */
function filledUp(x: SymbolicTensor, name: string, kernel: number, stride: number): SymbolicTensor {
  const [bottom, right] = x.shape.slice(1, 3).map((side) => {
    const over = ((side ?? 0) - kernel) % stride;
    return over > 0 ? stride - over : 0;
  }) as [number, number];
  if (bottom === 0 && right === 0) return x;
  const padding: [[number, number], [number, number]] = [
    [0, bottom],
    [0, right],
  ];
  return layers.zeroPadding2d({ name, padding }).apply(x) as SymbolicTensor;
}

function pad(
  x: SymbolicTensor,
  { flavor }: BackboneContext,
  { name, kernel, stride = 1, padding }: DepthwiseOptions,
): { padded: SymbolicTensor; mode: 'same' | 'valid' } {
  const [height, width] = pair(kernel);
  const half: [number, number] = [Math.floor(height / 2), Math.floor(width / 2)];
  const wanted = padding === undefined ? half : pair(padding);
  // At stride 1 an odd kernel with half its size around it is what `same` does, without a copy of the picture.
  const isSame = stride === 1 && wanted[0] === half[0] && wanted[1] === half[1];
  if (padding !== 0 && (isSame || (padding === undefined && flavor === 'keras'))) return { padded: x, mode: 'same' };
  return { padded: zeros(x, `${name}.pad`, wanted), mode: 'valid' };
}

function kernelOf({ first, seeds }: BackboneContext, size: Size, entering: number, leaving: number) {
  const [height, width] = pair(size);
  return firstWeights(first, { area: height * width, entering, leaving, seed: seeds.next() });
}

function pair(size: Size): [number, number] {
  return typeof size === 'number' ? [size, size] : [size[0], size[1]];
}
