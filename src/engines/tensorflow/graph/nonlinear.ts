import { multiply, negate, subtract, sum, unary } from './elementwise.ts';
import type { Graph } from './graph.ts';
import type { Attribute, Tensor } from './types.ts';

/** An operation whose gradient is an operation of TensorFlow's own, of (gradient, output) or (gradient, input). */
function withGradient(
  graph: Graph,
  operation: string,
  x: Tensor,
  gradient: (dy: Tensor, y: Tensor) => Tensor,
  attributes: Record<string, Attribute> = {},
): Tensor {
  const y: Tensor = graph.tensor(operation, [x], { T: { type: x.type }, ...attributes }, x, {
    gradient: ([dy]) => [dy ? gradient(dy, y) : null],
  });
  return y;
}

function gradientOf(
  graph: Graph,
  operation: string,
  inputs: readonly Tensor[],
  like: Tensor,
  attributes: Record<string, Attribute> = {},
): Tensor {
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

/** 1/√x */
export function reciprocalRoot(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Rsqrt', x, (dy, y) => gradientOf(graph, 'RsqrtGrad', [y, dy], x));
}

/** Gauss error function; d/dx erf(x) = 2/√π · e^(−x²). */
export function erf(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Erf', x, (dy) => {
    const bell = unary(graph, 'Exp', negate(graph, multiply(graph, x, x)));
    return multiply(graph, dy, multiply(graph, bell, 2 / Math.sqrt(Math.PI)));
  });
}

/** Over the last axis; the gradient is (dy − Σ dy·y)·y. */
export function softmax(graph: Graph, x: Tensor): Tensor {
  return withGradient(graph, 'Softmax', x, (dy, y) => {
    const total = sum(graph, multiply(graph, dy, y), [x.shape.length - 1], true);
    return multiply(graph, subtract(graph, dy, total), y);
  });
}

/** Over the last axis; the gradient is dy − softmax(x)·Σ dy. */
export function logSoftmax(graph: Graph, x: Tensor): Tensor {
  const y: Tensor = graph.tensor('LogSoftmax', [x], { T: { type: x.type } }, x, {
    gradient: ([dy]) => {
      if (!dy) return [null];
      const total = sum(graph, dy, [x.shape.length - 1], true);
      return [subtract(graph, dy, multiply(graph, unary(graph, 'Exp', y), total))];
    },
  });
  return y;
}
