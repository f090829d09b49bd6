import { addBias, cast } from '../../graph/elementwise.ts';
import { matrixMultiply } from '../../graph/matrix.ts';
import { reshape } from '../../graph/reshaping.ts';
import { knownSize } from '../../graph/shapes.ts';
import type { FloatType, Tensor } from '../../graph/types.ts';
import {
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  dilated,
  kernelWindow,
  type Pair,
  type WindowOptions,
} from '../../graph/windows.ts';
import { activate } from '../activations.ts';
import type { LayerContext } from '../pass.ts';
import { only, required } from './inputs.ts';
import { windowOptions } from './window-options.ts';

type Convolve = (x: Tensor, kernel: Tensor, options: WindowOptions) => Tensor;

export function lowerConv2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, pass } = context;
  const folded = pass.folded.get(context.layer);
  const convolve: Convolve = (x, kernel, options) => conv2d(graph, x, kernel, options);
  const kernel = folded?.kernel ?? required(context, 'kernel');
  return finish(context, convolution(context, only(inputs), kernel, pass.precision.products, convolve));
}

export function lowerDepthwiseConv2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, pass } = context;
  const folded = pass.folded.get(context.layer);
  const kernel = folded?.kernel ?? required(context, 'depthwise_kernel');
  return finish(context, depthwise(context, only(inputs), kernel, graph));
}

export function lowerSeparableConv2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, pass } = context;
  const x = depthwise(context, only(inputs), required(context, 'depthwise_kernel'), graph);
  const kernel = pass.folded.get(context.layer)?.kernel ?? required(context, 'pointwise_kernel');
  const type = pass.precision.products;
  const y = conv2d(graph, cast(graph, x, type), cast(graph, kernel, type), {
    name: `${context.name}/pointwise`,
    strides: [1, 1],
    padding: 'VALID',
  });
  return finish(context, y);
}

export function lowerConv2dTranspose(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, pass } = context;
  const type = pass.precision.products;
  const kernel = cast(graph, required(context, 'kernel'), type);
  return finish(context, conv2dTranspose(graph, cast(graph, only(inputs), type), kernel, windowOptions(context)));
}

export function lowerDense(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph } = context;
  const x = only(inputs);
  const kernel = required(context, 'kernel');
  const rows = x.shape.length === 2 ? x : reshape(graph, x, [null, knownSize(x.shape, -1)]);
  const product = matrixMultiply(graph, rows, kernel);
  const bias = context.weight('bias');
  const y = bias ? addBias(graph, product, bias) : product;
  const shaped = x.shape.length === 2 ? y : reshape(graph, y, [...x.shape.slice(0, -1), knownSize(kernel.shape, 1)]);
  return activate(graph, shaped, context.config.string('activation', 'linear'));
}

function depthwise(context: LayerContext, x: Tensor, kernel: Tensor, graph: LayerContext['graph']): Tensor {
  const { depthwise: type, products } = context.pass.precision;
  const convolve: Convolve = (input, weights, options) => depthwiseConv2d(graph, input, weights, options);
  return cast(graph, convolution(context, x, kernel, type, convolve), products);
}

function convolution(context: LayerContext, x: Tensor, kernel: Tensor, type: FloatType, convolve: Convolve): Tensor {
  const { graph, config } = context;
  const dilation = config.pair('dilationRate');
  const options = windowOptions(context);
  const [input, weights] = [cast(graph, x, type), cast(graph, kernel, type)];
  if (isOne(dilation)) return convolve(input, weights, options);
  return dilated(graph, input, kernelWindow(kernel), dilation, options.padding, (split) =>
    convolve(split, weights, { ...options, padding: 'VALID' }),
  );
}

function isOne([height, width]: Pair): boolean {
  return height === 1 && width === 1;
}

/** Bias and activation. A sum in half precision stays half; an activation that needs float32 gets it. */
function finish(context: LayerContext, x: Tensor): Tensor {
  const { graph, pass, config } = context;
  const bias = pass.folded.get(context.layer)?.bias ?? context.weight('bias');
  const y = bias ? addBias(graph, x, cast(graph, bias, x.type)) : x;
  return activate(graph, y, config.string('activation', 'linear'));
}
