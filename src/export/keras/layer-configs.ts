import { Unsupported } from '../../engines/tensorflow/lower/layer-config.ts';
import { axesOf, type LayerCall, weightOf } from '../flat-model.ts';

/** A layer as Keras 3 writes it into `config.json`, without what every layer has (name, dtype, inputs). */
export interface KerasLayer {
  className: string;
  config: Record<string, unknown>;
  /** Roles of its weights in Keras' order: those that are trained first. */
  weights: readonly string[];
}

type Converter = (call: LayerCall) => KerasLayer;

const layer = (
  className: string,
  config: Record<string, unknown> = {},
  weights: readonly string[] = [],
): KerasLayer => ({ className, config, weights });

/** By TensorFlow.js' class name. Activations are written as layers of their own and are `linear` here. */
export const converters: Record<string, Converter> = {
  Add: () => layer('Add'),
  Average: () => layer('Average'),
  AveragePooling2D: (call) => layer('AveragePooling2D', pooling(call)),
  BatchNormalization: ({ config }) =>
    layer(
      'BatchNormalization',
      {
        axis: config.number('axis', -1),
        momentum: config.number('momentum', 0.99),
        epsilon: config.number('epsilon'),
        center: config.boolean('center', true),
        scale: config.boolean('scale', true),
      },
      ['gamma', 'beta', 'moving_mean', 'moving_variance'],
    ),
  Concatenate: ({ config }) => layer('Concatenate', { axis: config.number('axis', -1) }),
  Conv2D: (call) =>
    layer('Conv2D', { ...convolution(call), filters: call.config.number('filters'), groups: 1 }, ['kernel', 'bias']),
  Cropping2D: (call) => layer('Cropping2D', { cropping: call.config.margins('cropping'), ...channelsLast(call) }),
  Dense: ({ config }) =>
    layer('Dense', { units: config.number('units'), activation: 'linear', use_bias: config.boolean('useBias', true) }, [
      'kernel',
      'bias',
    ]),
  DepthwiseConv2D: (call) =>
    layer('DepthwiseConv2D', { ...convolution(call), depth_multiplier: depthMultiplier(call) }, [
      'depthwise_kernel',
      'bias',
    ]),
  Dropout: (call) => layer('Dropout', { rate: call.config.number('rate'), noise_shape: noiseShape(call) }),
  ELU: ({ config }) => layer('ELU', { alpha: config.number('alpha', 1) }),
  Flatten: () => layer('Flatten', { data_format: 'channels_last' }),
  GaussianDropout: ({ config }) => layer('GaussianDropout', { rate: config.number('rate') }),
  GaussianNoise: ({ config }) => layer('GaussianNoise', { stddev: config.number('stddev') }),
  GlobalAveragePooling2D: (call) => layer('GlobalAveragePooling2D', channelsLast(call)),
  GlobalMaxPooling2D: (call) => layer('GlobalMaxPooling2D', channelsLast(call)),
  LayerNormalization: layerNormalization,
  LeakyReLU: ({ config }) => layer('LeakyReLU', { negative_slope: config.number('alpha', 0.3) }),
  Maximum: () => layer('Maximum'),
  MaxPooling2D: (call) => layer('MaxPooling2D', pooling(call)),
  Minimum: () => layer('Minimum'),
  Multiply: () => layer('Multiply'),
  Permute: ({ config }) => layer('Permute', { dims: config.numbers('dims') }),
  PReLU: ({ config }) =>
    layer('PReLU', { shared_axes: config.isSet('sharedAxes') ? config.numbers('sharedAxes') : null }, ['alpha']),
  ReLU: ({ config }) => layer('ReLU', { max_value: config.optionalNumber('maxValue') }),
  Rescaling: ({ config }) => layer('Rescaling', { scale: config.number('scale'), offset: config.number('offset', 0) }),
  Reshape: ({ shape }) => layer('Reshape', { target_shape: shape.slice(1) }),
  SeparableConv2D: (call) =>
    layer(
      'SeparableConv2D',
      {
        ...convolution(call),
        filters: call.config.number('filters'),
        depth_multiplier: depthMultiplier(call),
      },
      ['depthwise_kernel', 'pointwise_kernel', 'bias'],
    ),
  Softmax: ({ config }) => layer('Softmax', { axis: config.number('axis', -1) }),
  ZeroPadding2D: (call) => layer('ZeroPadding2D', { padding: call.config.margins('padding'), ...channelsLast(call) }),
};

/** Keras' names of activations that mean the same there. */
const sameActivations: Record<string, string> = {
  relu: 'relu',
  relu6: 'relu6',
  elu: 'elu',
  selu: 'selu',
  sigmoid: 'sigmoid',
  softplus: 'softplus',
  softsign: 'softsign',
  softmax: 'softmax',
  tanh: 'tanh',
  swish: 'silu',
  mish: 'mish',
  gelu: 'gelu',
};

/**
 * The layers that compute an activation; none for `linear`.
 * @throws Unsupported
 */
export function activationLayers(name: string): KerasLayer[] {
  if (name === 'linear') return [];
  // Keras 3 takes clip(x / 6 + 1/2), TensorFlow.js clip(x / 5 + 1/2), both between 0 and 1.
  if (name === 'hardSigmoid') {
    return [layer('Rescaling', { scale: 1.2, offset: 0 }), layer('Activation', { activation: 'hard_sigmoid' })];
  }
  const same = sameActivations[name];
  if (!same) throw new Unsupported(`Keras has no activation like ${name}`);
  return [layer('Activation', { activation: same })];
}

function convolution(call: LayerCall): Record<string, unknown> {
  const { config } = call;
  return {
    kernel_size: config.pair('kernelSize'),
    strides: config.pair('strides'),
    padding: config.string('padding', 'valid'),
    dilation_rate: config.pair('dilationRate'),
    activation: 'linear',
    use_bias: config.boolean('useBias', true),
    ...channelsLast(call),
  };
}

/** From the kernel [height, width, channel, multiplier]: TensorFlow.js leaves it out of a separable convolution's config. */
function depthMultiplier(call: LayerCall): number {
  return weightOf(call, 'depthwise_kernel')?.shape[3] ?? 1;
}

/** null, or which axes share a decision: [null, 1, 1, 1] for one an image. */
function noiseShape(call: LayerCall): (number | null)[] | null {
  const shape = call.layer.getConfig().noiseShape;
  return Array.isArray(shape) ? shape.map((size) => (typeof size === 'number' ? size : null)) : null;
}

function pooling(call: LayerCall): Record<string, unknown> {
  const size = call.config.pair('poolSize', [2, 2]);
  return {
    pool_size: size,
    strides: call.config.pair('strides', size),
    padding: call.config.string('padding', 'valid'),
    ...channelsLast(call),
  };
}

function layerNormalization(call: LayerCall): KerasLayer {
  const { config, shape } = call;
  const axes = axesOf(call);
  if (axes.join() !== String(shape.length - 1)) throw new Unsupported(`its axis is ${axes}`);
  return layer(
    'LayerNormalization',
    {
      axis: -1,
      epsilon: config.number('epsilon'),
      center: config.boolean('center', true),
      scale: config.boolean('scale', true),
    },
    ['gamma', 'beta'],
  );
}

function channelsLast({ config }: LayerCall): { data_format: string } {
  const format = config.string('dataFormat', 'channelsLast');
  if (format !== 'channelsLast') throw new Unsupported(`its dataFormat is ${format}`);
  return { data_format: 'channels_last' };
}
