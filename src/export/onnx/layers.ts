import { Unsupported } from '../../engines/tensorflow/lower/layer-config.ts';
import { axesOf, type LayerCall, type Shape, type Weight, weightOf } from '../flat-model.ts';
import { only } from '../unsupported.ts';
import { activate, clip } from './activations.ts';
import type { OnnxGraph, Value } from './graph.ts';
import { kernelFirst, windowAttributes } from './windows.ts';

export interface LayerContext {
  graph: OnnxGraph;
  call: LayerCall;
}

type Converter = (context: LayerContext, inputs: readonly Value[]) => Value;

/** How each TensorFlow.js layer becomes ONNX operators in inference, by class name. */
export const converters: Record<string, Converter> = {
  Activation: (context, inputs) => activated(context, only(inputs), context.call.config.string('activation')),
  Add: merge('Sum'),
  AlphaDropout: (_, inputs) => only(inputs),
  Average: merge('Mean'),
  AveragePooling2D: (context, inputs) => pool(context, inputs, 'AveragePool'),
  BatchNormalization: batchNormalization,
  Concatenate: concatenate,
  Conv2D: convolution,
  Cropping2D: cropping,
  Dense: dense,
  DepthwiseConv2D: depthwise,
  Dropout: (_, inputs) => only(inputs),
  ELU: (context, inputs) =>
    elementwise(context, 'Elu', only(inputs), { alpha: { float: context.call.config.number('alpha', 1) } }),
  Flatten: ({ graph, call }, inputs) => {
    const x = graph.channelsLast(only(inputs));
    return plain(graph.add('Flatten', [x.name], { axis: { integer: 1 } }, call.name), call.shape);
  },
  GaussianDropout: (_, inputs) => only(inputs),
  GaussianNoise: (_, inputs) => only(inputs),
  GlobalAveragePooling2D: (context, inputs) => globalPool(context, inputs, 'GlobalAveragePool'),
  GlobalMaxPooling2D: (context, inputs) => globalPool(context, inputs, 'GlobalMaxPool'),
  LayerNormalization: layerNormalization,
  LeakyReLU: (context, inputs) =>
    elementwise(context, 'LeakyRelu', only(inputs), { alpha: { float: context.call.config.number('alpha', 0.3) } }),
  Maximum: merge('Max'),
  MaxPooling2D: (context, inputs) => pool(context, inputs, 'MaxPool'),
  Minimum: merge('Min'),
  Multiply: merge('Mul'),
  Permute: ({ graph, call }, inputs) => {
    const x = graph.channelsLast(only(inputs));
    const order = [0, ...call.config.numbers('dims')];
    return plain(graph.add('Transpose', [x.name], { perm: { integers: order } }, call.name), call.shape);
  },
  PReLU: (context, inputs) => {
    const x = context.graph.channelsLast(only(inputs));
    const slope = weight(context, 'alpha');
    return { ...x, name: context.graph.add('PRelu', [x.name, slope], {}, context.call.name) };
  },
  ReLU: (context, inputs) => {
    const { graph, call } = context;
    const x = only(inputs);
    const most = call.config.optionalNumber('maxValue');
    return most === null ? elementwise(context, 'Relu', x) : { ...x, name: clip(graph, x.name, most) };
  },
  Rescaling: ({ graph, call }, inputs) => {
    const x = only(inputs);
    const scaled = graph.add('Mul', [x.name, graph.floats(call.config.number('scale'))]);
    return { ...x, name: graph.add('Add', [scaled, graph.floats(call.config.number('offset', 0))], {}, call.name) };
  },
  Reshape: ({ graph, call }, inputs) => {
    const x = graph.channelsLast(only(inputs));
    const target = graph.integers([0, ...call.shape.slice(1).map((size) => size ?? -1)]);
    return plain(graph.add('Reshape', [x.name, target], {}, call.name), call.shape);
  },
  SeparableConv2D: separable,
  Softmax: (context, inputs) => {
    const axis = context.call.config.number('axis', -1);
    const x = only(inputs);
    if (axis !== -1 && axis !== x.shape.length - 1) throw new Unsupported(`its axis is ${axis}`);
    return softmax(context, x);
  },
  ZeroPadding2D: ({ graph, call }, inputs) => {
    requireChannelsLast(call);
    const x = graph.channelsFirst(only(inputs));
    const [[top, bottom], [left, right]] = call.config.margins('padding');
    const pads = graph.integers([0, 0, top, left, 0, 0, bottom, right]);
    return { ...x, shape: call.shape, name: graph.add('Pad', [x.name, pads, graph.floats(0)], {}, call.name) };
  },
};

function convolution(context: LayerContext, inputs: readonly Value[]): Value {
  const { graph, call } = context;
  requireChannelsLast(call);
  const x = graph.channelsFirst(only(inputs));
  const kernel = required(call, 'kernel');
  const [height, width] = kernel.shape as [number, number];
  const attributes = windowAttributes(call.config, [height, width], x.shape);
  const parts = [x.name, graph.weight(`${call.name}/kernel`, ...kernelFirst(kernel)), ...optionalBias(context)];
  const y = { ...x, shape: call.shape, name: graph.add('Conv', parts, attributes, call.name) };
  return withActivation(context, y);
}

function depthwise(context: LayerContext, inputs: readonly Value[]): Value {
  const y = depthwiseConvolution(context, only(inputs), optionalBias(context));
  return withActivation(context, { ...y, shape: context.call.shape });
}

function separable(context: LayerContext, inputs: readonly Value[]): Value {
  const { graph, call } = context;
  const spatial = depthwiseConvolution(context, only(inputs), []);
  const kernel = graph.weight(`${call.name}/pointwise_kernel`, ...kernelFirst(required(call, 'pointwise_kernel')));
  const parts = [spatial.name, kernel, ...optionalBias(context)];
  const name = graph.add('Conv', parts, { kernel_shape: { integers: [1, 1] } }, `${call.name}/pointwise`);
  return withActivation(context, { name, layout: 'nchw', shape: call.shape });
}

function depthwiseConvolution({ graph, call }: LayerContext, input: Value, bias: string[]): Value {
  requireChannelsLast(call);
  const x = graph.channelsFirst(input);
  const kernel = required(call, 'depthwise_kernel');
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  // A group a channel: its filters lie one after the other, as TensorFlow.js orders its outputs.
  const [, data] = kernelFirst({ shape: [height, width, 1, channels * multiplier], data: kernel.data });
  const weights = graph.weight(`${call.name}/depthwise_kernel`, [channels * multiplier, 1, height, width], data);
  const attributes = windowAttributes(call.config, [height, width], x.shape);
  const name = graph.add(
    'Conv',
    [x.name, weights, ...bias],
    { ...attributes, group: { integer: channels } },
    call.name,
  );
  return { ...x, name };
}

function dense(context: LayerContext, inputs: readonly Value[]): Value {
  const { graph, call } = context;
  const x = graph.channelsLast(only(inputs));
  const kernel = weight(context, 'kernel');
  const bias = optionalBias(context);
  if (x.shape.length === 2) {
    return withActivation(context, plain(graph.add('Gemm', [x.name, kernel, ...bias], {}, call.name), call.shape));
  }
  const product = graph.add('MatMul', [x.name, kernel], {}, call.name);
  const name = bias.length > 0 ? graph.add('Add', [product, ...bias], {}, `${call.name}/biased`) : product;
  return withActivation(context, plain(name, call.shape));
}

function batchNormalization(context: LayerContext, inputs: readonly Value[]): Value {
  const { graph, call } = context;
  const given = only(inputs);
  const axis = call.config.number('axis', -1);
  if (axis !== -1 && axis !== given.shape.length - 1) throw new Unsupported(`its axis is ${axis}`);
  if (given.shape.length !== 2 && given.shape.length !== 4) {
    throw new Unsupported(`its input has ${given.shape.length} axes`);
  }
  const x = graph.channelsFirst(given);
  const channels = given.shape.at(-1) as number;
  const parts = [
    channelWeight(context, 'gamma', channels, 1),
    channelWeight(context, 'beta', channels, 0),
    weight(context, 'moving_mean'),
    weight(context, 'moving_variance'),
  ];
  const epsilon = { float: call.config.number('epsilon') };
  return { ...x, name: graph.add('BatchNormalization', [x.name, ...parts], { epsilon }, call.name) };
}

function layerNormalization(context: LayerContext, inputs: readonly Value[]): Value {
  const { graph, call } = context;
  const x = graph.channelsLast(only(inputs));
  const axes = axesOf(call);
  if (axes.join() !== String(x.shape.length - 1)) throw new Unsupported(`its axis is ${axes}`);
  const channels = x.shape.at(-1) as number;
  const parts = [channelWeight(context, 'gamma', channels, 1), channelWeight(context, 'beta', channels, 0)];
  const attributes = { axis: { integer: -1 }, epsilon: { float: call.config.number('epsilon') } };
  return { ...x, name: graph.add('LayerNormalization', [x.name, ...parts], attributes, call.name) };
}

function concatenate({ graph, call }: LayerContext, inputs: readonly Value[]): Value {
  const rank = call.shape.length;
  const given = call.config.number('axis', -1);
  const axis = given < 0 ? given + rank : given;
  const parts = inputs.map((one) => graph.channelsFirst(one));
  const place = rank === 4 ? ([0, 2, 3, 1][axis] as number) : axis;
  const names = parts.map(({ name }) => name);
  const name = graph.add('Concat', names, { axis: { integer: place } }, call.name);
  return { name, shape: call.shape, layout: rank === 4 ? 'nchw' : 'nhwc' };
}

function cropping({ graph, call }: LayerContext, inputs: readonly Value[]): Value {
  requireChannelsLast(call);
  const x = graph.channelsFirst(only(inputs));
  const [[top], [left]] = call.config.margins('cropping');
  const [, height, width] = call.shape as [null, number, number, number];
  const from = graph.integers([top, left]);
  const to = graph.integers([top + height, left + width]);
  const name = graph.add('Slice', [x.name, from, to, graph.integers([2, 3])], {}, call.name);
  return { ...x, shape: call.shape, name };
}

function pool({ graph, call }: LayerContext, inputs: readonly Value[], operation: string): Value {
  requireChannelsLast(call);
  const x = graph.channelsFirst(only(inputs));
  const window = call.config.pair('poolSize', [2, 2]);
  const attributes = windowAttributes(call.config, window, x.shape, window);
  return { ...x, shape: call.shape, name: graph.add(operation, [x.name], attributes, call.name) };
}

function globalPool({ graph, call }: LayerContext, inputs: readonly Value[], operation: string): Value {
  requireChannelsLast(call);
  const x = graph.channelsFirst(only(inputs));
  const pooled = graph.add(operation, [x.name], {}, `${call.name}/pooled`);
  return plain(graph.add('Flatten', [pooled], { axis: { integer: 1 } }, call.name), call.shape);
}

/** Layers of several inputs that broadcast against each other. */
function merge(operation: string): Converter {
  return ({ graph, call }, inputs) => {
    const rank = call.shape.length;
    // Where ranks differ, TensorFlow.js puts the missing axes after the batch.
    const values = inputs.map((one) => {
      if (one.shape.length === rank) return rank === 4 ? graph.channelsFirst(one) : one;
      const missing = Array.from({ length: rank - one.shape.length }, (_, i) => 1 + i);
      const name = graph.add('Unsqueeze', [one.name, graph.integers(missing)]);
      const [batch = null, ...rest] = one.shape;
      const shape = [batch, ...missing.map(() => 1), ...rest];
      return graph.channelsFirst({ name, layout: 'nhwc', shape });
    });
    const names = values.map(({ name }) => name);
    const layout = rank === 4 ? 'nchw' : 'nhwc';
    // Products take two inputs, sums and means any number.
    const name =
      operation === 'Mul'
        ? names.reduce((a, b, i) => graph.add('Mul', [a, b], {}, i === names.length - 1 ? call.name : 'Mul'))
        : graph.add(names.length === 2 && operation === 'Sum' ? 'Add' : operation, names, {}, call.name);
    return { name, shape: call.shape, layout };
  };
}

function elementwise(context: LayerContext, operation: string, x: Value, attributes = {}): Value {
  return { ...x, name: context.graph.add(operation, [x.name], attributes, context.call.name) };
}

function withActivation(context: LayerContext, x: Value): Value {
  return activated(context, x, context.call.config.string('activation', 'linear'));
}

function activated(context: LayerContext, x: Value, activation: string): Value {
  if (activation === 'softmax') return softmax(context, x);
  return { ...x, name: activate(context.graph, x.name, activation) };
}

/** Over the channels. */
function softmax({ graph, call }: LayerContext, x: Value): Value {
  const axis = { integer: x.layout === 'nchw' ? 1 : -1 };
  return { ...x, name: graph.add('Softmax', [x.name], { axis }, `${call.name}/softmax`) };
}

function optionalBias({ graph, call }: LayerContext): string[] {
  const bias = weightOf(call, 'bias');
  return bias ? [graph.weight(`${call.name}/bias`, bias.shape, bias.data)] : [];
}

function weight({ graph, call }: LayerContext, role: string): string {
  const { shape, data } = required(call, role);
  return graph.weight(`${call.name}/${role}`, shape, data);
}

/** [channel]; `missing` in every place where the layer has no such weight. */
function channelWeight(context: LayerContext, role: string, channels: number, missing: number): string {
  if (weightOf(context.call, role)) return weight(context, role);
  return context.graph.floats(Array<number>(channels).fill(missing));
}

function required(call: LayerCall, role: string): Weight {
  const found = weightOf(call, role);
  if (!found) throw new Unsupported(`it has no weight ${role}`);
  return found;
}

function requireChannelsLast({ config }: LayerCall): void {
  const format = config.string('dataFormat', 'channelsLast');
  if (format !== 'channelsLast') throw new Unsupported(`its dataFormat is ${format}`);
}

function plain(name: string, shape: Shape): Value {
  return { name, shape, layout: 'nhwc' };
}
