import type { Graph } from './graph.ts';
import { broadcastAxes, broadcastShape, sizeOrUnknown } from './shapes.ts';
import type { DataType, Shape, Tensor } from './types.ts';
import { dataType } from './types.ts';

/** A tensor, or a number that takes the other operand's type. */
export type Operand = Tensor | number;

export function cast(graph: Graph, x: Tensor, type: DataType): Tensor {
  if (x.type === type) return x;
  const attributes = { SrcT: { type: x.type }, DstT: { type }, Truncate: { boolean: false } };
  return graph.tensor(
    'Cast',
    [x],
    attributes,
    { type, shape: x.shape },
    { gradient: ([dy]) => [dy ? cast(graph, dy, x.type) : null] },
  );
}

export function add(graph: Graph, a: Tensor, b: Operand): Tensor {
  return broadcasting(graph, 'AddV2', a, operand(graph, b, a), (dy) => [dy, dy]);
}

export function subtract(graph: Graph, a: Tensor, b: Operand): Tensor {
  const right = operand(graph, b, a);
  return broadcasting(graph, 'Sub', a, right, (dy) => [dy, right.node.differentiable ? negate(graph, dy) : null]);
}

export function multiply(graph: Graph, a: Tensor, b: Operand): Tensor {
  const right = operand(graph, b, a);
  return broadcasting(graph, 'Mul', a, right, (dy) => [
    a.node.differentiable ? multiply(graph, dy, right) : null,
    right.node.differentiable ? multiply(graph, dy, a) : null,
  ]);
}

/** Not differentiated. */
export function divide(graph: Graph, a: Tensor, b: Operand): Tensor {
  return plain(graph, 'RealDiv', a, b);
}

/** Not differentiated. */
export function power(graph: Graph, a: Tensor, b: Operand): Tensor {
  return plain(graph, 'Pow', a, b);
}

/**
 * The larger (`Maximum`) or smaller (`Minimum`) of both. Where they are equal, the gradient is `a`'s, as in TensorFlow.js's
 * merging layers.
 */
export function extreme(graph: Graph, kind: 'Maximum' | 'Minimum', a: Tensor, b: Tensor): Tensor {
  return broadcasting(graph, kind, a, b, (dy) => {
    const takesA = compare(graph, kind === 'Maximum' ? 'GreaterEqual' : 'LessEqual', a, b);
    const share = multiply(graph, dy, cast(graph, takesA, dy.type));
    return [share, b.node.differentiable ? subtract(graph, dy, share) : null];
  });
}

/** `extreme` with a constant; on the bound itself no gradient flows. */
export function bound(graph: Graph, kind: 'Maximum' | 'Minimum', a: Tensor, limit: number): Tensor {
  const b = operand(graph, limit, a);
  return broadcasting(graph, kind, a, b, (dy) => {
    const passes = compare(graph, kind === 'Maximum' ? 'Greater' : 'Less', a, b);
    return [multiply(graph, dy, cast(graph, passes, dy.type)), null];
  });
}

type Comparison = 'Greater' | 'GreaterEqual' | 'Less' | 'LessEqual' | 'Equal';

/** A boolean for each element. */
export function compare(graph: Graph, comparison: Comparison, a: Tensor, b: Operand): Tensor {
  const right = operand(graph, b, a);
  const shape = broadcastShape(a.shape, right.shape);
  return graph.tensor(comparison, [a, right], { T: { type: a.type } }, { type: dataType.bool, shape });
}

/** An elementwise operation of one input that is never differentiated. */
export function unary(graph: Graph, operation: string, x: Tensor): Tensor {
  return graph.tensor(operation, [x], { T: { type: x.type } }, x);
}

export function negate(graph: Graph, x: Tensor): Tensor {
  return unary(graph, 'Neg', x);
}

/** `x` + `bias` along the last axis. */
export function addBias(graph: Graph, x: Tensor, bias: Tensor): Tensor {
  const attributes = { T: { type: x.type }, data_format: { string: 'NHWC' } };
  return graph.tensor('BiasAdd', [x, bias], attributes, x, {
    gradient: ([dy]) => [
      dy ?? null,
      dy && bias.node.differentiable ? graph.tensor('BiasAddGrad', [dy], attributes, bias) : null,
    ],
  });
}

/** Not differentiated. */
export function sum(graph: Graph, x: Tensor, axes: readonly number[], keepAxes: boolean): Tensor {
  const shape = reducedShape(x.shape, axes, keepAxes);
  const attributes = {
    T: { type: x.type },
    Tidx: { type: dataType.int32 },
    keep_dims: { boolean: keepAxes },
  };
  return graph.tensor('Sum', [x, graph.integers(axes)], attributes, { type: x.type, shape });
}

export function reducedShape(shape: Shape, axes: readonly number[], keepAxes: boolean): Shape {
  return shape.flatMap((size, axis) => (axes.includes(axis) ? (keepAxes ? [1] : []) : [size]));
}

function operand(graph: Graph, value: Operand, like: Tensor): Tensor {
  return typeof value === 'number' ? cast(graph, graph.floats(value), like.type) : value;
}

function plain(graph: Graph, operation: string, a: Tensor, b: Operand): Tensor {
  const right = operand(graph, b, a);
  const shape = broadcastShape(a.shape, right.shape);
  return graph.tensor(operation, [a, right], { T: { type: a.type } }, { type: a.type, shape });
}

function broadcasting(
  graph: Graph,
  operation: string,
  a: Tensor,
  b: Tensor,
  gradient: (dy: Tensor) => readonly [Tensor | null, Tensor | null],
): Tensor {
  const shape = broadcastShape(a.shape, b.shape);
  return graph.tensor(
    operation,
    [a, b],
    { T: { type: a.type } },
    { type: a.type, shape },
    {
      gradient: ([dy]) => {
        if (!dy) return [null, null];
        const [left, right] = gradient(dy);
        return [
          left && a.node.differentiable ? sumTo(graph, left, a.shape) : null,
          right && b.node.differentiable ? sumTo(graph, right, b.shape) : null,
        ];
      },
    },
  );
}

/** Undoes broadcasting: sums `x` over the axes along which a tensor of `shape` was repeated. */
function sumTo(graph: Graph, x: Tensor, shape: Shape): Tensor {
  const axes = broadcastAxes(shape, x.shape);
  if (axes.length === 0) return x;
  const kept = sum(graph, x, axes, true);
  if (kept.shape.length === shape.length) return kept;
  const target = graph.integers(shape.map(sizeOrUnknown));
  const attributes = { T: { type: x.type }, Tshape: { type: dataType.int32 } };
  return graph.tensor('Reshape', [kept, target], attributes, { type: x.type, shape });
}
