import type { Graph } from './graph.ts';
import { knownSize, sizeOrUnknown } from './shapes.ts';
import type { Shape, Tensor } from './types.ts';
import { dataType } from './types.ts';

/** [before, after] of each axis. */
export type Margins = readonly (readonly [number, number])[];

/** int32 [rank]; a constant where the shape is fully known. */
export function shapeOf(graph: Graph, x: Tensor): Tensor {
  if (x.shape.every((size) => size !== null)) return graph.integers(x.shape.map(sizeOrUnknown));
  const attributes = { T: { type: x.type }, out_type: { type: dataType.int32 } };
  return graph.tensor('Shape', [x], attributes, { type: dataType.int32, shape: [x.shape.length] });
}

/** int32 [rank]: `shape`, its first size, where unknown, being that of `x`. */
export function withBatchOf(graph: Graph, shape: Shape, x: Tensor): Tensor {
  if (shape[0] !== null) return graph.integers(shape.map(sizeOrUnknown));
  const list = { T: { type: dataType.int32 } };
  const batch = graph.tensor(
    'Slice',
    [shapeOf(graph, x), graph.integers([0]), graph.integers([1])],
    { ...list, Index: { type: dataType.int32 } },
    { type: dataType.int32, shape: [1] },
  );
  return graph.tensor(
    'ConcatV2',
    [batch, graph.integers(shape.slice(1).map(sizeOrUnknown)), graph.integers(0)],
    { ...list, N: { integer: 2 }, Tidx: { type: dataType.int32 } },
    { type: dataType.int32, shape: [shape.length] },
  );
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

/** Axis `i` of the result is axis `order[i]` of `x`. */
export function transpose(graph: Graph, x: Tensor, order: readonly number[]): Tensor {
  const shape = order.map((axis) => x.shape[axis] ?? null);
  const attributes = { T: { type: x.type }, Tperm: { type: dataType.int32 } };
  const back = order.map((_, axis) => order.indexOf(axis));
  return graph.tensor(
    'Transpose',
    [x, graph.integers(order)],
    attributes,
    { type: x.type, shape },
    { gradient: ([dy]) => [dy ? transpose(graph, dy, back) : null, null] },
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

/** Adds zeros around `x`. */
export function pad(graph: Graph, x: Tensor, margins: Margins): Tensor {
  const attributes = { T: { type: x.type }, Tpaddings: { type: dataType.int32 } };
  const shape = x.shape.map((size, i) => (size === null ? null : size + total(margins, i)));
  return graph.tensor(
    'Pad',
    [x, marginsTensor(graph, margins)],
    attributes,
    { type: x.type, shape },
    { gradient: ([dy]) => [dy ? crop(graph, dy, margins) : null, null] },
  );
}

/** Takes the margins of `x` away. */
export function crop(graph: Graph, x: Tensor, margins: Margins): Tensor {
  const shape = x.shape.map((size, i) => (size === null ? null : size - total(margins, i)));
  const begin = margins.map(([before]) => before);
  const attributes = { T: { type: x.type }, Index: { type: dataType.int32 } };
  const inputs = [x, graph.integers(begin), graph.integers(shape.map(sizeOrUnknown))];
  return graph.tensor(
    'Slice',
    inputs,
    attributes,
    { type: x.type, shape },
    { gradient: ([dy]) => [dy ? pad(graph, dy, margins) : null, null, null] },
  );
}

/** int32 [axis, 2] */
export function marginsTensor(graph: Graph, margins: Margins): Tensor {
  return reshape(graph, graph.integers(margins.flat()), [margins.length, 2]);
}

/** float32 [batch, count]: 1 at each of `indices` [batch]. */
export function oneHot(graph: Graph, indices: Tensor, count: number): Tensor {
  const inputs = [indices, graph.integers(count), graph.floats(1), graph.floats(0)];
  const attributes = { T: { type: dataType.float }, TI: { type: indices.type }, axis: { integer: -1 } };
  const shape = [indices.shape[0] ?? null, count];
  return graph.tensor('OneHot', inputs, attributes, { type: dataType.float, shape });
}

export function zeros(graph: Graph, shape: readonly number[]): Tensor {
  const attributes = { T: { type: dataType.float }, index_type: { type: dataType.int32 } };
  return graph.tensor('Fill', [graph.integers(shape), graph.floats(0)], attributes, { type: dataType.float, shape });
}

/** `x` repeated to the shape of `like`; not differentiated. */
export function broadcastTo(graph: Graph, x: Tensor, like: Tensor): Tensor {
  const attributes = { T: { type: x.type }, Tidx: { type: dataType.int32 } };
  return graph.tensor('BroadcastTo', [x, shapeOf(graph, like)], attributes, { type: x.type, shape: like.shape });
}

function slice(graph: Graph, x: Tensor, begin: readonly number[], shape: Shape): Tensor {
  const attributes = { T: { type: x.type }, Index: { type: dataType.int32 } };
  const inputs = [x, graph.integers(begin), graph.integers(shape.map(sizeOrUnknown))];
  return graph.tensor('Slice', inputs, attributes, { type: x.type, shape });
}

function total(margins: Margins, axis: number): number {
  const [before, after] = margins[axis] ?? [0, 0];
  return before + after;
}
