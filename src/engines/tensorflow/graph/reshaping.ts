import { cast, divide, multiply, reducedShape } from './elementwise.ts';
import type { Graph } from './graph.ts';
import { knownSize, sizeOrUnknown } from './shapes.ts';
import type { Shape, Tensor } from './types.ts';
import { dataType } from './types.ts';

/** int32 [rank]; a constant where the shape is fully known. */
export function shapeOf(graph: Graph, x: Tensor): Tensor {
  if (x.shape.every((size) => size !== null)) return graph.integers(x.shape as number[]);
  const attributes = { T: { type: x.type }, out_type: { type: dataType.int32 } };
  return graph.tensor('Shape', [x], attributes, { type: dataType.int32, shape: [x.shape.length] });
}

/** At most one size of `shape` is null. */
export function reshape(graph: Graph, x: Tensor, shape: Shape): Tensor {
  const target = graph.integers(shape.map(sizeOrUnknown));
  const attributes = { T: { type: x.type }, Tshape: { type: dataType.int32 } };
  return graph.tensor(
    'Reshape',
    [x, target],
    attributes,
    { type: x.type, shape },
    {
      gradient: ([dy]) => [dy ? reshape(graph, dy, x.shape) : null, null],
    },
  );
}

/** The inputs differ only along `axis`. */
export function concatenate(graph: Graph, inputs: readonly Tensor[], axis: number): Tensor {
  const one = inputs[0] as Tensor;
  const sizes = inputs.map((input) => knownSize(input.shape, axis));
  const total = sizes.reduce((a, b) => a + b, 0);
  const shape = one.shape.map((size, i) => (i === axis ? total : size));
  const attributes = { N: { integer: inputs.length }, T: { type: one.type }, Tidx: { type: dataType.int32 } };
  return graph.tensor(
    'ConcatV2',
    [...inputs, graph.integers(axis)],
    attributes,
    { type: one.type, shape },
    {
      gradient: ([dy]) => {
        let offset = 0;
        const gradients = inputs.map((input, i) => {
          const begin = shape.map((_, j) => (j === axis ? offset : 0));
          offset += sizes[i] as number;
          return dy && input.node.differentiable ? slice(graph, dy, begin, input.shape) : null;
        });
        return [...gradients, null];
      },
    },
  );
}

/** Adds `amounts` ([before, after] per axis) zeros around `x`. */
export function pad(graph: Graph, x: Tensor, amounts: readonly (readonly [number, number])[]): Tensor {
  const paddings = reshape(graph, graph.integers(amounts.flat()), [amounts.length, 2]);
  const shape = x.shape.map((size, i) =>
    size === null ? null : size + (amounts[i]?.[0] ?? 0) + (amounts[i]?.[1] ?? 0),
  );
  const attributes = { T: { type: x.type }, Tpaddings: { type: dataType.int32 } };
  return graph.tensor(
    'Pad',
    [x, paddings],
    attributes,
    { type: x.type, shape },
    {
      gradient: ([dy]) => [
        dy
          ? slice(
              graph,
              dy,
              amounts.map(([before]) => before),
              x.shape,
            )
          : null,
        null,
      ],
    },
  );
}

/** Mean over `axes`, whose sizes must be known; they are dropped. */
export function mean(graph: Graph, x: Tensor, axes: readonly number[]): Tensor {
  const attributes = { T: { type: x.type }, Tidx: { type: dataType.int32 }, keep_dims: { boolean: false } };
  const count = axes.reduce((product, axis) => product * knownSize(x.shape, axis), 1);
  const shape = reducedShape(x.shape, axes, false);
  return graph.tensor(
    'Mean',
    [x, graph.integers(axes)],
    attributes,
    { type: x.type, shape },
    {
      gradient: ([dy]) => {
        if (!dy) return [null, null];
        const share = multiply(graph, dy, graph.floats(1 / count));
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
        const equal = graph.tensor(
          'Equal',
          [x, reshape(graph, y, kept)],
          { T: { type: x.type } },
          { type: dataType.bool, shape: x.shape },
        );
        return [multiply(graph, cast(graph, equal, x.type), reshape(graph, dy, kept)), null];
      },
    },
  );
  return y;
}

/** A float scalar: the number of elements per channel of `x` [batch, …, channel]. */
export function elementsPerChannel(graph: Graph, x: Tensor): Tensor {
  const attributes = { T: { type: x.type }, out_type: { type: dataType.int32 } };
  const size = graph.tensor('Size', [x], attributes, { type: dataType.int32, shape: [] });
  return divide(graph, cast(graph, size, dataType.float), graph.floats(knownSize(x.shape, -1)));
}

function slice(graph: Graph, x: Tensor, begin: readonly number[], shape: Shape): Tensor {
  const attributes = { T: { type: x.type }, Index: { type: dataType.int32 } };
  const inputs = [x, graph.integers(begin), graph.integers(shape.map(sizeOrUnknown))];
  return graph.tensor('Slice', inputs, attributes, { type: x.type, shape });
}

function broadcastTo(graph: Graph, x: Tensor, like: Tensor): Tensor {
  const attributes = { T: { type: x.type }, Tidx: { type: dataType.int32 } };
  return graph.tensor('BroadcastTo', [x, shapeOf(graph, like)], attributes, like);
}
