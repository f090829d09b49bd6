import { cast, compare, divide, multiply, reducedShape } from './elementwise.ts';
import type { Graph } from './graph.ts';
import { broadcastTo, reshape } from './reshaping.ts';
import { knownSize } from './shapes.ts';
import type { Tensor } from './types.ts';
import { dataType } from './types.ts';

/** Mean over `axes`, whose sizes must be known; they are dropped, or kept with size 1. */
export function mean(graph: Graph, x: Tensor, axes: readonly number[], keepAxes = false): Tensor {
  const attributes = { T: { type: x.type }, Tidx: { type: dataType.int32 }, keep_dims: { boolean: keepAxes } };
  const count = axes.reduce((product, axis) => product * knownSize(x.shape, axis), 1);
  const shape = reducedShape(x.shape, axes, keepAxes);
  return graph.tensor(
    'Mean',
    [x, graph.integers(axes)],
    attributes,
    { type: x.type, shape },
    {
      gradient: ([dy]) => {
        if (!dy) return [null, null];
        const share = multiply(graph, dy, 1 / count);
        return [broadcastTo(graph, reshape(graph, share, reducedShape(x.shape, axes, true)), x), null];
      },
    },
  );
}

/** Largest value over `axes`, which are dropped; every element that equals it gets the gradient, as in TensorFlow.js. */
export function maximum(graph: Graph, x: Tensor, axes: readonly number[]): Tensor {
  const attributes = { T: { type: x.type }, Tidx: { type: dataType.int32 }, keep_dims: { boolean: false } };
  const shape = reducedShape(x.shape, axes, false);
  const kept = reducedShape(x.shape, axes, true);
  const y: Tensor = graph.tensor(
    'Max',
    [x, graph.integers(axes)],
    attributes,
    { type: x.type, shape },
    {
      gradient: ([dy]) => {
        if (!dy) return [null, null];
        const equal = compare(graph, 'Equal', x, reshape(graph, y, kept));
        return [multiply(graph, cast(graph, equal, x.type), reshape(graph, dy, kept)), null];
      },
    },
  );
  return y;
}

/** A float scalar: the number of elements per channel of `x` [batch, …, channel]. */
export function elementsPerChannel(graph: Graph, x: Tensor): Tensor {
  return divide(graph, cast(graph, sizeOf(graph, x), dataType.float), knownSize(x.shape, -1));
}

/** int32 scalar: the number of elements. */
export function sizeOf(graph: Graph, x: Tensor): Tensor {
  const attributes = { T: { type: x.type }, out_type: { type: dataType.int32 } };
  return graph.tensor('Size', [x], attributes, { type: dataType.int32, shape: [] });
}
