import { add, bound, cast, multiply } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import {
  elu,
  erf,
  logSoftmax,
  relu,
  relu6,
  selu,
  sigmoid,
  softmax,
  softplus,
  softsign,
  tanh,
} from '../graph/nonlinear.ts';
import type { Tensor } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';
import { Unsupported } from './layer-config.ts';

type Activation = (graph: Graph, x: Tensor) => Tensor;

/** By the names TensorFlow.js gives them, with its formulas. */
const activations: Record<string, Activation> = {
  linear: (_, x) => x,
  relu,
  relu6,
  elu,
  selu,
  sigmoid,
  softplus,
  softsign,
  softmax,
  tanh,
  logSoftmax,
  swish: (graph, x) => multiply(graph, x, sigmoid(graph, x)),
  mish: (graph, x) => multiply(graph, x, tanh(graph, softplus(graph, x))),
  gelu: (graph, x) => multiply(graph, x, half(graph, erf(graph, multiply(graph, x, Math.SQRT1_2)))),
  gelu_new: (graph, x) => {
    const cube = multiply(graph, multiply(graph, x, x), x);
    const inner = add(graph, x, multiply(graph, cube, 0.044715));
    return multiply(graph, x, half(graph, tanh(graph, multiply(graph, inner, Math.sqrt(2 / Math.PI)))));
  },
  hardSigmoid: (graph, x) => {
    const line = add(graph, multiply(graph, x, 0.2), 0.5);
    return bound(graph, 'Minimum', bound(graph, 'Maximum', line, 0), 1);
  },
};

const simple = new Set(['linear', 'relu', 'relu6']);

/** Whether an activation only picks or cuts, so that half precision costs it nothing. */
export function isSimpleActivation(name: string): boolean {
  return simple.has(name);
}

/** In float32, but for simple ones. @throws Unsupported when TensorFlow graphs have no such activation here. */
export function activate(graph: Graph, x: Tensor, name: string): Tensor {
  const activation = activations[name];
  if (!activation) throw new Unsupported(`its activation is ${name}`);
  return activation(graph, isSimpleActivation(name) ? x : cast(graph, x, dataType.float));
}

/** (1 + x) / 2 */
function half(graph: Graph, x: Tensor): Tensor {
  return add(graph, multiply(graph, x, 0.5), 0.5);
}
