import {
  add,
  avgPool,
  backend_util,
  cast,
  conv2d,
  customGrad,
  depthwiseConv2d,
  div,
  greater,
  moments,
  mul,
  neg,
  pad,
  relu,
  reshape,
  slice,
  sqrt,
  sub,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tile,
  type Variable,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { batchNormConfig, convolutionConfig } from './layer-configs.ts';
import { applyLayer, type LayerCall, type LayerOp } from './ops.ts';
import type { Layer } from './plan.ts';
import { variableOf } from './weights.ts';

/**
 * Layers whose gradient TensorFlow.js 4.22 has wrong or not at all, composed of operations whose gradients are right:
 * average pooling with padding (its gradient counts the padding, its output does not), dilated convolutions (no gradient),
 * nearest-neighbour upsampling (wrong on `cpu` from the second image of a batch on, missing on `wasm`), batch norm without scale
 * or shift (can't train), thresholded ReLU (no gradient), parametric ReLU (`wasm` keeps the first slopes it sees).
 */
export const exactLayerOps: ReadonlyMap<string, LayerOp> = new Map<string, LayerOp>([
  ['AveragePooling2D', averagePooling],
  ['Conv2D', convolution],
  ['DepthwiseConv2D', convolution],
  ['UpSampling2D', upsampling],
  ['BatchNormalization', batchNormalization],
  ['ThresholdedReLU', thresholdedRelu],
  ['PReLU', parametricRelu],
]);

interface WindowConfig {
  poolSize: [number, number];
  strides: [number, number];
  padding: 'same' | 'valid';
  dataFormat: string;
}

/** The mean of the padded window, made the mean of what lies inside the picture by a factor for each position. */
function averagePooling(layer: Layer, call: LayerCall): Tensor {
  const { poolSize, strides, padding, dataFormat } = layer.getConfig() as unknown as WindowConfig;
  const x = call.inputs[0] as Tensor4D;
  if (padding !== 'same' || dataFormat !== 'channelsLast') return applyLayer(layer, call);
  const { padInfo, outHeight, outWidth, inHeight, inWidth } = backend_util.computePool2DInfo(
    x.shape,
    poolSize,
    strides,
    1,
    'same',
  );
  const { top, bottom, left, right } = padInfo;
  const padded = pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const inside = (out: number, size: number, stride: number, window: number, before: number) =>
    Math.min(size, out * stride - before + window) - Math.max(0, out * stride - before);
  const factors = Float32Array.from({ length: outHeight * outWidth }, (_, i) => {
    const rows = inside(Math.floor(i / outWidth), inHeight, strides[0], poolSize[0], top);
    const columns = inside(i % outWidth, inWidth, strides[1], poolSize[1], left);
    return (poolSize[0] * poolSize[1]) / (rows * columns);
  });
  return mul(avgPool(padded, poolSize, strides, 'valid'), tensor4d(factors, [1, outHeight, outWidth, 1]));
}

function convolution(layer: Layer, call: LayerCall): Tensor {
  return isDilated(layer) ? dilatedConvolution(layer, call.inputs[0] as Tensor4D) : applyLayer(layer, call);
}

export function isDilated(layer: Layer): boolean {
  const { dilationRate, dataFormat } = convolutionConfig(layer);
  return dataFormat === 'channelsLast' && dilationRate.some((rate) => rate > 1);
}

/** A convolution with the filter's taps spread out and zeros between them. */
export function dilatedConvolution(layer: Layer, x: Tensor4D): Tensor {
  const { useBias, activation, strides, padding, dilationRate } = convolutionConfig(layer);
  const [filter, bias] = layer.weights.map(variableOf) as Tensor[] as [Tensor, Tensor];
  const spread = spreadTaps(filter as Tensor4D, dilationRate);
  const y =
    layer.getClassName() === 'DepthwiseConv2D'
      ? depthwiseConv2d(x, spread, strides, padding)
      : conv2d(x, spread, strides, padding);
  const biased = useBias ? add(y, bias) : y;
  return activation === 'linear' ? biased : activate(biased, activation);
}

function activate(x: Tensor, activation: string): Tensor {
  return layers.activation({ activation: activation as 'relu' }).apply(x) as Tensor;
}

/** [ky, kx, in, out] → [(ky − 1)·rows + 1, (kx − 1)·columns + 1, in, out] */
function spreadTaps(filter: Tensor4D, [rows, columns]: [number, number]): Tensor4D {
  const [ky, kx, inChannels, outChannels] = filter.shape;
  const channels = inChannels * outChannels;
  const height = (ky - 1) * rows + 1;
  const width = (kx - 1) * columns + 1;
  const tall = slice(
    reshape(padAfter(reshape(filter, [ky, 1, kx * channels]), rows), [ky * rows, -1]),
    [0, 0],
    [height, -1],
  );
  const wide = reshape(padAfter(reshape(tall, [height * kx, 1, channels]), columns), [height, kx * columns, channels]);
  return reshape(slice(wide, [0, 0, 0], [height, width, -1]), [height, width, inChannels, outChannels]);
}

/** [n, 1, m] → [n, count, m], zeros after the first. */
function padAfter(x: Tensor, count: number): Tensor {
  return pad(x, [
    [0, 0],
    [0, count - 1],
    [0, 0],
  ]);
}

function upsampling(layer: Layer, call: LayerCall): Tensor {
  const { size, interpolation, dataFormat } = layer.getConfig() as {
    size: [number, number];
    interpolation: string;
    dataFormat: string;
  };
  const x = call.inputs[0] as Tensor4D;
  if (interpolation !== 'nearest' || dataFormat !== 'channelsLast') return applyLayer(layer, call);
  const [batch, height, width, channels] = x.shape;
  const wide = tile(reshape(x, [batch * height * width, 1, channels]), [1, size[1], 1]);
  const tall = tile(reshape(wide, [batch * height, 1, width * size[1] * channels]), [1, size[0], 1]);
  return reshape(tall, [batch, height * size[0], width * size[1], channels]);
}

function batchNormalization(layer: Layer, call: LayerCall): Tensor {
  const { axis, epsilon, momentum, scale, center } = batchNormConfig(layer);
  const x = call.inputs[0] as Tensor;
  if (!call.training || (scale && center) || (axis !== -1 && axis !== x.rank - 1)) return applyLayer(layer, call);
  const weights = layer.weights.map(variableOf);
  const [movingMean, movingVariance] = weights.slice(-2) as [Variable, Variable];
  const { mean, variance } = moments(x, [...x.shape.keys()].slice(0, -1));
  for (const [moving, value] of [
    [movingMean, mean],
    [movingVariance, variance],
  ] as const) {
    moving.assign(add(moving, mul(sub(value, moving), 1 - momentum)));
  }
  const y = div(sub(x, mean), sqrt(add(variance, epsilon)));
  if (scale) return mul(y, weights[0] as Tensor);
  return center ? add(y, weights[0] as Tensor) : y;
}

/** x where it is above θ, else 0. */
function thresholdedRelu(layer: Layer, { inputs }: LayerCall): Tensor {
  const { theta } = layer.getConfig() as { theta: number };
  const op = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (saved: Tensor[]) => void];
    const open = cast(greater(x, theta), 'float32');
    save([open]);
    return { value: mul(x, open), gradFunc: (dy, [saved]) => mul(dy, saved as Tensor) };
  });
  return op(inputs[0] as Tensor);
}

/** max(x, 0) + α·min(x, 0) */
function parametricRelu(layer: Layer, { inputs }: LayerCall): Tensor {
  const x = inputs[0] as Tensor;
  const [alpha] = layer.weights.map(variableOf);
  return sub(relu(x), mul(alpha as Tensor, relu(neg(x))));
}
