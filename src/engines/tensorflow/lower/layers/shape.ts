import { add, multiply } from '../../graph/elementwise.ts';
import { crop, pad, reshape, transpose } from '../../graph/reshaping.ts';
import { elements, knownSize } from '../../graph/shapes.ts';
import { resize } from '../../graph/space.ts';
import type { Tensor } from '../../graph/types.ts';
import { Unsupported } from '../layer-config.ts';
import type { LayerContext } from '../pass.ts';
import { only, requireChannelsLast } from './inputs.ts';

export function lowerFlatten(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  requireChannelsLast(context);
  const x = only(inputs);
  return reshape(context.graph, x, [x.shape[0] ?? null, elements(x.shape, 1)]);
}

export function lowerReshape(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const x = only(inputs);
  const target = context.config.numbers('targetShape');
  const total = elements(x.shape, 1);
  const known = target.reduce((product, size) => (size > 0 ? product * size : product), 1);
  const sizes = target.map((size) => (size > 0 ? size : total / known));
  return reshape(context.graph, x, [x.shape[0] ?? null, ...sizes]);
}

export function lowerPermute(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  return transpose(context.graph, only(inputs), [0, ...context.config.numbers('dims')]);
}

// A copy of its own: a convolution with explicit padding takes 1.4 times as long on TensorFlow's CPU kernels.
export function lowerZeroPadding2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  requireChannelsLast(context);
  return pad(context.graph, only(inputs), [[0, 0], ...context.config.margins('padding'), [0, 0]]);
}

export function lowerCropping2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  requireChannelsLast(context);
  return crop(context.graph, only(inputs), [[0, 0], ...context.config.margins('cropping'), [0, 0]]);
}

export function lowerUpSampling2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  requireChannelsLast(context);
  const x = only(inputs);
  const [down, right] = context.config.pair('size', [2, 2]);
  const interpolation = context.config.string('interpolation', 'nearest');
  if (interpolation !== 'nearest' && interpolation !== 'bilinear') {
    throw new Unsupported(`its interpolation is ${interpolation}`);
  }
  const kind = interpolation === 'nearest' ? 'NearestNeighbor' : 'Bilinear';
  return resize(context.graph, x, kind, [knownSize(x.shape, 1) * down, knownSize(x.shape, 2) * right]);
}

export function lowerRescaling(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, config } = context;
  return add(graph, multiply(graph, only(inputs), config.number('scale', 1)), config.number('offset', 0));
}
