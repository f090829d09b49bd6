import { add, extreme, multiply, subtract } from '../../graph/elementwise.ts';
import { concatenate } from '../../graph/reshaping.ts';
import type { Tensor } from '../../graph/types.ts';
import { Unsupported } from '../layer-config.ts';
import type { LayerContext, LayerLowering } from '../pass.ts';
import { only } from './inputs.ts';

type Merge = (context: LayerContext, a: Tensor, b: Tensor) => Tensor;

/** Two or more inputs of one rank, sizes of 1 repeated. */
function merging(merge: Merge): LayerLowering {
  return (context, inputs) => {
    // TensorFlow.js adds missing axes after the batch axis, TensorFlow before it.
    if (inputs.some((input) => input.shape.length !== inputs[0]?.shape.length)) {
      throw new Unsupported('its inputs differ in rank');
    }
    return inputs.reduce((a, b) => merge(context, a, b));
  };
}

export const lowerAdd = merging(({ graph }, a, b) => add(graph, a, b));
export const lowerMultiply = merging(({ graph }, a, b) => multiply(graph, a, b));
export const lowerMaximum = merging(({ graph }, a, b) => extreme(graph, 'Maximum', a, b));
export const lowerMinimum = merging(({ graph }, a, b) => extreme(graph, 'Minimum', a, b));

export function lowerSubtract(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  if (inputs.length !== 2) throw new Unsupported(`it has ${inputs.length} inputs`);
  return merging(({ graph }, a, b) => subtract(graph, a, b))(context, inputs);
}

export function lowerAverage(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  return multiply(context.graph, lowerAdd(context, inputs), 1 / inputs.length);
}

export function lowerConcatenate(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const rank = only(inputs.slice(0, 1)).shape.length;
  const axis = context.config.number('axis', -1);
  return concatenate(context.graph, inputs, axis < 0 ? axis + rank : axis);
}
