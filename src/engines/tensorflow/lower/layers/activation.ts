import { add, bound, cast, compare, multiply } from '../../graph/elementwise.ts';
import { elu, leakyRelu, relu, relu6, softmax } from '../../graph/nonlinear.ts';
import type { Tensor } from '../../graph/types.ts';
import { activate } from '../activations.ts';
import { Unsupported } from '../layer-config.ts';
import type { LayerContext } from '../pass.ts';
import { only, required } from './inputs.ts';

export function lowerActivation(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  return activate(context.graph, only(inputs), context.config.string('activation'));
}

export function lowerRelu({ graph, config }: LayerContext, inputs: readonly Tensor[]): Tensor {
  const limit = config.optionalNumber('maxValue');
  if (limit === null) return relu(graph, only(inputs));
  if (limit === 6) return relu6(graph, only(inputs));
  return bound(graph, 'Minimum', relu(graph, only(inputs)), limit);
}

export function lowerLeakyRelu({ graph, config }: LayerContext, inputs: readonly Tensor[]): Tensor {
  return leakyRelu(graph, only(inputs), config.number('alpha'));
}

export function lowerElu({ graph, config }: LayerContext, inputs: readonly Tensor[]): Tensor {
  if (config.number('alpha', 1) !== 1) throw new Unsupported(`its alpha is ${config.number('alpha')}`);
  return elu(graph, only(inputs));
}

/** α·x below zero, with an α of each channel that is trained. */
export function lowerPrelu(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph } = context;
  const x = only(inputs);
  const below = bound(graph, 'Minimum', x, 0);
  return add(graph, relu(graph, x), multiply(graph, below, required(context, 'alpha')));
}

export function lowerThresholdedRelu({ graph, config }: LayerContext, inputs: readonly Tensor[]): Tensor {
  const x = only(inputs);
  return multiply(graph, x, cast(graph, compare(graph, 'Greater', x, config.number('theta', 1)), x.type));
}

export function lowerSoftmax({ graph, config }: LayerContext, inputs: readonly Tensor[]): Tensor {
  const x = only(inputs);
  const axis = config.number('axis', -1);
  if (axis !== -1 && axis !== x.shape.length - 1) throw new Unsupported(`its axis is ${axis}`);
  return softmax(graph, x);
}
