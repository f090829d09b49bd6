import { dropout } from '../graph/dropout.ts';
import {
  add,
  addBias,
  bound,
  elu,
  leakyRelu,
  matrixMultiply,
  multiply,
  relu,
  relu6,
  softmax,
  subtract,
} from '../graph/elementwise.ts';
import { batchNormInference, batchNormTraining } from '../graph/normalization.ts';
import { concatenate, maximum, mean, pad, reshape } from '../graph/reshaping.ts';
import { elements, knownSize, type Padding } from '../graph/shapes.ts';
import type { Tensor } from '../graph/types.ts';
import { averagePool, conv2d, depthwiseConv2d, maxPool, type WindowOptions } from '../graph/windows.ts';
import { activate } from './activations.ts';
import { Unsupported } from './layer-config.ts';
import type { LayerContext, LayerLowering } from './pass.ts';

/** How each TensorFlow.js layer becomes TensorFlow operations, by class name. */
export const lowerings: Record<string, LayerLowering> = {
  Activation: (context, inputs) => activate(context.graph, only(inputs), context.config.string('activation')),
  Add: ({ graph }, inputs) => inputs.reduce((a, b) => add(graph, a, b)),
  AveragePooling2D: (context, inputs) =>
    averagePool(context.graph, only(inputs), poolSize(context), windowOptions(context, poolSize(context))),
  BatchNormalization: lowerBatchNormalization,
  Concatenate: lowerConcatenate,
  Conv2D: lowerConv2d,
  Dense: lowerDense,
  DepthwiseConv2D: lowerDepthwiseConv2d,
  Dropout: lowerDropout,
  ELU: ({ graph, config }, inputs) => {
    if (config.number('alpha', 1) !== 1) throw new Unsupported(`its alpha is ${config.number('alpha')}`);
    return elu(graph, only(inputs));
  },
  Flatten: ({ graph }, inputs) => {
    const x = only(inputs);
    return reshape(graph, x, [x.shape[0] ?? null, elements(x.shape, 1)]);
  },
  GlobalAveragePooling2D: (context, inputs) => {
    requireChannelsLast(context);
    return mean(context.graph, only(inputs), [1, 2]);
  },
  GlobalMaxPooling2D: (context, inputs) => {
    requireChannelsLast(context);
    return maximum(context.graph, only(inputs), [1, 2]);
  },
  LeakyReLU: ({ graph, config }, inputs) => leakyRelu(graph, only(inputs), config.number('alpha')),
  MaxPooling2D: (context, inputs) =>
    maxPool(context.graph, only(inputs), poolSize(context), windowOptions(context, poolSize(context))),
  Multiply: ({ graph }, inputs) => inputs.reduce((a, b) => multiply(graph, a, b)),
  ReLU: ({ graph, config }, inputs) => {
    const limit = config.optionalNumber('maxValue');
    if (limit === null) return relu(graph, only(inputs));
    if (limit === 6) return relu6(graph, only(inputs));
    return bound(graph, 'Minimum', relu(graph, only(inputs)), graph.floats(limit));
  },
  Reshape: lowerReshape,
  SeparableConv2D: lowerSeparableConv2d,
  Softmax: ({ graph, config }, inputs) => {
    const x = only(inputs);
    const axis = config.number('axis', -1);
    if (axis !== -1 && axis !== x.shape.length - 1) throw new Unsupported(`its axis is ${axis}`);
    return softmax(graph, x);
  },
  // A copy of its own: a convolution with explicit padding takes 1.4 times as long on TensorFlow's CPU kernels.
  ZeroPadding2D: (context, inputs) => {
    requireChannelsLast(context);
    return pad(context.graph, only(inputs), [[0, 0], ...context.config.margins('padding'), [0, 0]]);
  },
};

function lowerConv2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const dilations = context.config.pair('dilationRate');
  refuseDilation(context);
  const options = { ...windowOptions(context), dilations };
  const y = conv2d(context.graph, only(inputs), required(context, 'kernel'), options);
  return withActivation(context, withBias(context, y));
}

function lowerDepthwiseConv2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  refuseDilation(context);
  const kernel = required(context, 'depthwise_kernel');
  const y = depthwiseConv2d(context.graph, only(inputs), kernel, windowOptions(context));
  return withActivation(context, withBias(context, y));
}

function lowerSeparableConv2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  refuseDilation(context);
  const { graph } = context;
  const options = windowOptions(context);
  const depthwise = depthwiseConv2d(graph, only(inputs), required(context, 'depthwise_kernel'), options);
  const y = conv2d(graph, depthwise, required(context, 'pointwise_kernel'), {
    name: `${context.name}/pointwise`,
    strides: [1, 1],
    dilations: [1, 1],
    padding: 'VALID',
  });
  return withActivation(context, withBias(context, y));
}

function lowerDense(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph } = context;
  const x = only(inputs);
  const kernel = required(context, 'kernel');
  const rows = x.shape.length === 2 ? x : reshape(graph, x, [null, knownSize(x.shape, -1)]);
  const y = withBias(context, matrixMultiply(graph, rows, kernel));
  const shaped = x.shape.length === 2 ? y : reshape(graph, y, [...x.shape.slice(0, -1), knownSize(kernel.shape, 1)]);
  return withActivation(context, shaped);
}

function lowerBatchNormalization(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, config, pass, name } = context;
  const given = only(inputs);
  const axis = config.number('axis', -1);
  if (axis !== -1 && axis !== given.shape.length - 1) throw new Unsupported(`its axis is ${axis}`);
  const channels = knownSize(given.shape, -1);
  const x = given.shape.length === 4 ? given : reshape(graph, given, [null, 1, 1, channels]);
  const gamma = context.weight('gamma') ?? graph.floats(Array<number>(channels).fill(1));
  const beta = context.weight('beta') ?? graph.floats(Array<number>(channels).fill(0));
  const mean = required(context, 'moving_mean');
  const variance = required(context, 'moving_variance');
  const epsilon = config.number('epsilon');
  if (pass.mode === 'inference') {
    const y = batchNormInference(graph, x, { gamma, beta, mean, variance }, epsilon, name);
    return given.shape.length === 4 ? y : reshape(graph, y, given.shape);
  }
  const batch = batchNormTraining(graph, x, gamma, beta, epsilon, name);
  const share = graph.floats(1 - config.number('momentum'));
  const towards = (moving: Tensor, value: Tensor) =>
    subtract(graph, moving, multiply(graph, subtract(graph, moving, value), share));
  pass.statistics.push(
    { variable: context.variable('moving_mean'), value: towards(mean, batch.mean) },
    { variable: context.variable('moving_variance'), value: towards(variance, batch.variance) },
  );
  return given.shape.length === 4 ? batch.y : reshape(graph, batch.y, given.shape);
}

function lowerConcatenate(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const rank = only(inputs.slice(0, 1)).shape.length;
  const axis = context.config.number('axis', -1);
  return concatenate(context.graph, inputs, axis < 0 ? axis + rank : axis);
}

function lowerDropout(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, config, pass } = context;
  const x = only(inputs);
  const rate = config.number('rate');
  if (pass.mode === 'inference' || rate === 0 || !pass.stepSeed) return x;
  if (config.isSet('noiseShape')) throw new Unsupported('its noiseShape is set');
  const parts = [pass.stepSeed, graph.integers(context.position)];
  const attributes = { N: { integer: 2 }, T: { type: pass.stepSeed.type }, axis: { integer: 0 } };
  const seed = graph.tensor('Pack', parts, attributes, { type: pass.stepSeed.type, shape: [2] });
  return dropout(graph, x, rate, seed, context.name);
}

function lowerReshape(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const x = only(inputs);
  const target = context.config.numbers('targetShape');
  const total = elements(x.shape, 1);
  const known = target.reduce((product, size) => (size > 0 ? product * size : product), 1);
  const sizes = target.map((size) => (size > 0 ? size : total / known));
  return reshape(context.graph, x, [x.shape[0] ?? null, ...sizes]);
}

function withBias(context: LayerContext, x: Tensor): Tensor {
  const bias = context.weight('bias');
  return bias ? addBias(context.graph, x, bias) : x;
}

function withActivation(context: LayerContext, x: Tensor): Tensor {
  return activate(context.graph, x, context.config.string('activation', 'linear'));
}

function windowOptions(context: LayerContext, missingStrides?: readonly [number, number]): WindowOptions {
  requireChannelsLast(context);
  return {
    name: context.name,
    strides: context.config.pair('strides', missingStrides),
    padding: paddingOf(context),
  };
}

function poolSize(context: LayerContext): readonly [number, number] {
  return context.config.pair('poolSize', [2, 2]);
}

function paddingOf(context: LayerContext): Padding {
  const padding = context.config.string('padding', 'valid');
  if (padding === 'same') return 'SAME';
  if (padding === 'valid') return 'VALID';
  throw new Unsupported(`its padding is ${padding}`);
}

function requireChannelsLast(context: LayerContext): void {
  const format = context.config.string('dataFormat', 'channelsLast');
  if (format !== 'channelsLast') throw new Unsupported(`its dataFormat is ${format}`);
}

/** TensorFlow's CPU kernels have no gradients of dilated convolutions. */
function refuseDilation(context: LayerContext): void {
  const [height, width] = context.config.pair('dilationRate');
  if (height !== 1 || width !== 1) throw new Unsupported(`its dilationRate is ${height}×${width}`);
}

function required(context: LayerContext, role: string): Tensor {
  const weight = context.weight(role);
  if (!weight) throw new Unsupported(`it has no weight ${role}`);
  return weight;
}

function only(inputs: readonly Tensor[]): Tensor {
  const [x, ...more] = inputs;
  if (!x || more.length > 0) throw new Unsupported(`it has ${inputs.length} inputs`);
  return x;
}
