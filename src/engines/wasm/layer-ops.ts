import {
  add as addOp,
  avgPool,
  clone,
  conv2d,
  customGrad,
  engine,
  maxPool,
  type NamedAttrMap,
  type NamedTensorMap,
  registerKernel,
  relu as reluOp,
  reshape,
  type Tensor,
  type Tensor4D,
  type TensorInfo,
  unregisterKernel,
  type Variable,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { dilatedConvolution, exactLayerOps, isDilated } from '../eager/exact-layers.ts';
import { batchNormConfig, convolutionConfig } from '../eager/layer-configs.ts';
import { applyLayer, type LayerCall, type LayerOp } from '../eager/ops.ts';
import { type Fusions, isRelu, type Layer, type Padding } from '../eager/plan.ts';
import { variableOf } from '../eager/weights.ts';
import {
  type BatchNormOptions,
  batchNorm,
  batchNormGradient,
  batchNormInference,
  batchNormInferenceGradient,
  batchNormScaleGradient,
  columnSums,
} from './batch-norm.ts';
import { biasAdd, binary, relu } from './elementwise.ts';
import { BACKEND } from './stock-kernels.ts';
import type { Device } from './tensors.ts';

export const fusions: Fusions = {
  relu: new Set(['BatchNormalization', 'Add']),
  padding: new Set(['Conv2D', 'MaxPooling2D']),
};

type ExplicitPadding = Exclude<Parameters<typeof conv2d>[3], string | number>;

/** Layers that are worth more than the composition of operations TensorFlow.js makes of them. */
export const layerOps: ReadonlyMap<string, LayerOp> = new Map<string, LayerOp>([
  ...exactLayerOps,
  ['AveragePooling2D', applyLayer],
  ['BatchNormalization', batchNormLayer],
  ['Activation', activationLayer],
  ['ReLU', activationLayer],
  ['Add', addLayer],
  ['Conv2D', convolutionLayer],
  ['MaxPooling2D', maxPoolingLayer],
  ['GlobalAveragePooling2D', globalAverageLayer],
]);

type Implementation = (device: Device, inputs: Record<string, TensorInfo>, attrs: never) => TensorInfo | TensorInfo[];

/** Kernels of our own, called only by the layers in this file. */
const kernels: Record<string, Implementation> = {
  LoupeBatchNorm: (device, inputs, attrs: BatchNormAttributes) =>
    batchNorm(device, inputs as never, attrs, { mean: attrs.mean, variance: attrs.variance, momentum: attrs.momentum }),
  LoupeBatchNormGradient: (device, inputs, attrs: { relu: boolean }) =>
    batchNormGradient(device, inputs as never, attrs.relu),
  LoupeBatchNormInference: (device, inputs, attrs: BatchNormAttributes) =>
    batchNormInference(device, inputs as never, attrs, attrs),
  LoupeBatchNormInferenceGradient: (device, inputs, attrs: BatchNormAttributes) =>
    batchNormInferenceGradient(device, inputs as never, attrs, attrs),
  LoupeBatchNormScaleGradient: (device, inputs, attrs: BatchNormAttributes) =>
    batchNormScaleGradient(device, inputs as never, attrs, attrs),
  LoupeAddRelu: (device, { a, b }) => binary(device, 'add_relu', a as TensorInfo, b as TensorInfo),
  LoupeRelu: (device, { x }) => relu(device, x as TensorInfo),
  LoupeReluGradient: (device, { y, dy }) => binary(device, 'relu_gradient', y as TensorInfo, dy as TensorInfo),
  LoupeBiasAdd: (device, { x, bias }) => biasAdd(device, x as TensorInfo, bias as TensorInfo),
  LoupeColumnSums: (device, { x }) => columnSums(device, x as TensorInfo),
};

interface BatchNormAttributes extends BatchNormOptions {
  mean: Variable;
  variance: Variable;
  momentum: number;
}

/** @returns takes them out again */
export function registerLayerKernels(device: Device): () => void {
  for (const [kernelName, implementation] of Object.entries(kernels)) {
    registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => implementation(device, inputs as Record<string, TensorInfo>, attrs as never),
    });
  }
  return () => {
    for (const kernelName of Object.keys(kernels)) unregisterKernel(kernelName, BACKEND);
  };
}

function run<T extends Tensor | Tensor[] = Tensor>(
  name: string,
  inputs: Record<string, Tensor>,
  attrs: object = {},
): T {
  return engine().runKernel(name, inputs as NamedTensorMap, attrs as NamedAttrMap) as T;
}

function batchNormLayer(layer: Layer, call: LayerCall): Tensor {
  const x = call.inputs[0] as Tensor;
  const { axis, epsilon, momentum, scale, center } = batchNormConfig(layer);
  if ((axis !== -1 && axis !== x.rank - 1) || !scale || !center) {
    const y = (exactLayerOps.get('BatchNormalization') as LayerOp)(layer, call);
    return call.relu ? reluOp(y) : y;
  }
  const [gamma, beta, mean, variance] = layer.weights.map(variableOf) as [Variable, Variable, Variable, Variable];
  const attrs: BatchNormAttributes = { epsilon, momentum, relu: call.relu, mean, variance };
  if (!call.training) return (call.learns ? storedBatchNorm : frozenBatchNorm)(x, gamma, beta, attrs);
  const op = customGrad((...args) => {
    const [x, gamma, beta, save] = args as unknown as [Tensor, Tensor, Tensor, (saved: Tensor[]) => void];
    const [value, statistics] = run<[Tensor, Tensor]>('LoupeBatchNorm', { x, gamma, beta }, attrs);
    save([x, statistics]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [x, statistics] = saved as [Tensor, Tensor];
      return run<Tensor[]>('LoupeBatchNormGradient', { x, dy, statistics }, { relu: call.relu });
    };
    return { value, gradFunc };
  });
  return op(x, gamma, beta);
}

/** By the moving statistics; only x has a gradient. */
function frozenBatchNorm(x: Tensor, gamma: Variable, beta: Variable, attrs: BatchNormAttributes): Tensor {
  const op = customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, (saved: Tensor[]) => void];
    save([x]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) =>
      run('LoupeBatchNormInferenceGradient', { x: saved[0] as Tensor, dy, gamma, beta }, attrs);
    return { value: run('LoupeBatchNormInference', { x, gamma, beta }, attrs), gradFunc };
  });
  return op(x);
}

/** By the moving statistics, which stay; x, gamma and beta have gradients. */
function storedBatchNorm(x: Tensor, gamma: Variable, beta: Variable, attrs: BatchNormAttributes): Tensor {
  const op = customGrad((...args) => {
    const [x, gamma, beta, save] = args as unknown as [Tensor, Tensor, Tensor, (saved: Tensor[]) => void];
    save([x, gamma, beta]);
    const gradFunc = (dy: Tensor, [x, gamma, beta]: Tensor[]) => {
      const inputs = { x, gamma, beta, dy } as Record<string, Tensor>;
      const dx = run('LoupeBatchNormInferenceGradient', inputs, attrs);
      return [dx, ...run<Tensor[]>('LoupeBatchNormScaleGradient', inputs, attrs)];
    };
    return { value: run('LoupeBatchNormInference', { x, gamma, beta }, attrs), gradFunc };
  });
  return op(x, gamma, beta);
}

function activationLayer(layer: Layer, call: LayerCall): Tensor {
  return isRelu(layer) ? differentiableRelu(call.inputs[0] as Tensor) : applyLayer(layer, call);
}

function differentiableRelu(x: Tensor): Tensor {
  return withReluGradient('LoupeRelu', { x });
}

/** An operation that ends in a ReLU and whose inputs all get the same gradient. */
function withReluGradient(kernel: string, inputs: Record<string, Tensor>): Tensor {
  const op = customGrad((...args) => {
    const save = args.at(-1) as unknown as (saved: Tensor[]) => void;
    const value = run(kernel, inputs);
    save([value]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const dx = run('LoupeReluGradient', { y: saved[0] as Tensor, dy });
      // Each input's gradient is disposed by itself.
      return Object.keys(inputs).map((_, i) => (i === 0 ? dx : clone(dx)));
    };
    return { value, gradFunc };
  });
  return op(...Object.values(inputs));
}

function addLayer(_: Layer, { inputs, relu }: LayerCall): Tensor {
  const last = inputs.at(-1) as Tensor;
  const rest = inputs.slice(0, -1).reduce((sum, one) => addOp(sum, one));
  const sameShape = rest.shape.every((d, i) => d === last.shape[i]);
  if (!relu) return addOp(rest, last);
  return sameShape ? withReluGradient('LoupeAddRelu', { a: rest, b: last }) : differentiableRelu(addOp(rest, last));
}

/** In training a bias is added by itself, because its gradient needs a sum that does not drift. */
function convolutionLayer(layer: Layer, call: LayerCall): Tensor {
  const { useBias, activation, strides, padding, dilationRate, dataFormat } = convolutionConfig(layer);
  if (dataFormat !== 'channelsLast') return applyLayer(layer, call);
  if (isDilated(layer) && !call.padding) return dilatedConvolution(layer, call.inputs[0] as Tensor4D);
  if (!call.training && !call.padding) return applyLayer(layer, call);
  const [kernel, bias] = layer.weights.map(variableOf) as [Variable, Variable];
  const pad = call.padding ? explicit(call.padding) : padding;
  const y = conv2d(call.inputs[0] as Tensor4D, kernel as unknown as Tensor4D, strides, pad, 'NHWC', dilationRate);
  return activate(useBias ? differentiableBiasAdd(y, bias) : y, activation);
}

function explicit([vertical, horizontal]: Padding): ExplicitPadding {
  return [[0, 0], vertical, horizontal, [0, 0]];
}

function activate(x: Tensor, activation: string): Tensor {
  if (activation === 'linear') return x;
  if (activation === 'relu') return differentiableRelu(x);
  return layers.activation({ activation: activation as 'elu' }).apply(x) as Tensor;
}

function maxPoolingLayer(layer: Layer, call: LayerCall): Tensor {
  if (!call.padding) return applyLayer(layer, call);
  const { poolSize, strides } = layer.getConfig() as { poolSize: [number, number]; strides: [number, number] };
  return maxPool(call.inputs[0] as Tensor4D, poolSize, strides, explicit(call.padding));
}

function differentiableBiasAdd(x: Tensor, bias: Tensor): Tensor {
  const op = customGrad((...args) => {
    const [x, bias] = args as [Tensor, Tensor];
    const gradFunc = (dy: Tensor) => [clone(dy), run('LoupeColumnSums', { x: dy })];
    return { value: run('LoupeBiasAdd', { x, bias }), gradFunc };
  });
  return op(x, bias);
}

/** Average pooling over the whole picture, whose gradient is one kernel. */
function globalAverageLayer(layer: Layer, call: LayerCall): Tensor {
  const x = call.inputs[0] as Tensor4D;
  if (layer.getConfig().dataFormat !== 'channelsLast') return applyLayer(layer, call);
  const [batch, height, width, channels] = x.shape;
  return reshape(avgPool(x, [height, width], 1, 'valid'), [batch, channels]);
}
