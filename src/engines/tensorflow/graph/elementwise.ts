import { first, type Graph } from './graph.ts';
import { broadcastAxes, broadcastShape, sizeOrUnknown } from './shapes.ts';
import type { DataType, Shape, Tensor } from './types.ts';
import { dataType } from './types.ts';

export function cast(graph: Graph, x: Tensor, type: DataType): Tensor {
  if (x.type === type) return x;
  const attributes = { SrcT: { type: x.type }, DstT: { type }, Truncate: { boolean: false } };
  return graph.tensor('Cast', [x], attributes, { type, shape: x.shape });
}

export function add(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return broadcasting(graph, 'AddV2', a, b, (dy) => [dy, dy]);
}

export function subtract(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return broadcasting(graph, 'Sub', a, b, (dy) => [dy, b.node.differentiable ? unary(graph, 'Neg', dy) : null]);
}

export function multiply(graph: Graph, a: Tensor, b: Tensor): Tensor {
  return broadcasting(graph, 'Mul', a, b, (dy) => [
    a.node.differentiable ? multiply(graph, dy, b) : null,
    b.node.differentiable ? multiply(graph, dy, a) : null,
  ]);
}

/** Not differentiated. */
export function divide(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const shape = broadcastShape(a.shape, b.shape);
  return graph.tensor('RealDiv', [a, b], { T: { type: a.type } }, { type: a.type, shape });
}

/** The larger (`Maximum`) or smaller (`Minimum`) of both; only `a` is differentiated: `b` is a constant bound. */
export function bound(graph: Graph, kind: 'Maximum' | 'Minimum', a: Tensor, b: Tensor): Tensor {
  const comparison = kind === 'Maximum' ? 'Greater' : 'Less';
  return broadcasting(graph, kind, a, b, (dy) => {
    const shape = broadcastShape(a.shape, b.shape);
    const passes = graph.tensor(comparison, [a, b], { T: { type: a.type } }, { type: dataType.bool, shape });
    return [multiply(graph, dy, cast(graph, passes, dy.type)), null];
  });
}

/** An elementwise operation of one input that is never differentiated. */
export function unary(graph: Graph, operation: string, x: Tensor): Tensor {
  return graph.tensor(operation, [x], { T: { type: x.type } }, x);
}

/** An operation whose gradient is an operation of TensorFlow's own, of (gradient, output) or (gradient, input). */
function withGradient(
  graph: Graph,
  operation: string,
  x: Tensor,
  gradient: (dy: Tensor, y: Tensor) => Tensor,
  attributes = {},
): Tensor {
  const y: Tensor = graph.tensor(operation, [x], { T: { type: x.type }, ...attributes }, x, {
    gradient: ([dy]) => [dy ? gradient(dy, y) : null],
  });
  return y;
}

function gradientOf(graph: Graph, operation: string, inputs: readonly Tensor[], like: Tensor, attributes = {}): Tensor {
  return graph.tensor(operation, inputs, { T: { type: like.type }, ...attributes }, like);
}

export function relu(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Relu', x, (dy, y) => gradientOf(graph, 'ReluGrad', [dy, y], x));
}

export function relu6(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Relu6', x, (dy, y) => gradientOf(graph, 'Relu6Grad', [dy, y], x));
}

export function leakyRelu(graph: Graph, x: Tensor, alpha: number): Tensor {
  const attributes = { alpha: { float: alpha } };
  const gradient = (dy: Tensor) => gradientOf(graph, 'LeakyReluGrad', [dy, x], x, attributes);
  return withGradient(graph, 'LeakyRelu', x, gradient, attributes);
}

export function elu(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Elu', x, (dy, y) => gradientOf(graph, 'EluGrad', [dy, y], x));
}

export function selu(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Selu', x, (dy, y) => gradientOf(graph, 'SeluGrad', [dy, y], x));
}

export function sigmoid(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Sigmoid', x, (dy, y) => gradientOf(graph, 'SigmoidGrad', [y, dy], x));
}

export function tanh(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Tanh', x, (dy, y) => gradientOf(graph, 'TanhGrad', [y, dy], x));
}

export function softplus(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Softplus', x, (dy) => gradientOf(graph, 'SoftplusGrad', [dy, x], x));
}

export function softsign(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Softsign', x, (dy) => gradientOf(graph, 'SoftsignGrad', [dy, x], x));
}

/** Gauss error function; d/dx erf(x) = 2/√π · e^(−x²). */
export function erf(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Erf', x, (dy) => {
    const bell = unary(graph, 'Exp', unary(graph, 'Neg', multiply(graph, x, x)));
    return multiply(graph, dy, multiply(graph, bell, graph.floats(2 / Math.sqrt(Math.PI))));
  });
}

/** Over the last axis; the gradient is (dy − Σ dy·y)·y. */
export function softmax(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Softmax', x, (dy, y) => {
    const total = sum(graph, multiply(graph, dy, y), [x.shape.length - 1], true);
    return multiply(graph, subtract(graph, dy, total), y);
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

/** [batch, a] × [a, b] → [batch, b]. */
export function matrixMultiply(graph: Graph, a: Tensor, b: Tensor): Tensor {
  const product = (left: Tensor, right: Tensor, shape: Shape, transposeLeft: boolean, transposeRight: boolean) =>
    ({
      operation: 'MatMul',
      inputs: [left, right],
      attributes: {
        T: { type: a.type },
        transpose_a: { boolean: transposeLeft },
        transpose_b: { boolean: transposeRight },
      },
      output: { type: a.type, shape },
    }) as const;
  const forward = product(a, b, [a.shape[0] ?? null, b.shape[1] ?? null], false, false);
  const node = graph.add(forward.operation, forward.inputs, forward.attributes, [forward.output], {
    gradient: ([dy]) => {
      if (!dy) return [null, null];
      const left = product(dy, b, a.shape, false, true);
      const right = product(a, dy, b.shape, true, false);
      return [
        a.node.differentiable ? graph.tensor(left.operation, left.inputs, left.attributes, left.output) : null,
        b.node.differentiable ? graph.tensor(right.operation, right.inputs, right.attributes, right.output) : null,
      ];
    },
  });
  return first(node);
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
