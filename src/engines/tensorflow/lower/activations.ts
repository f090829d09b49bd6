import {
  add,
  bound,
  elu,
  erf,
  multiply,
  relu,
  relu6,
  selu,
  sigmoid,
  softmax,
  softplus,
  softsign,
  tanh,
} from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../graph/types.ts';
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
  swish: (graph, x) => multiply(graph, x, sigmoid(graph, x)),
  mish: (graph, x) => multiply(graph, x, tanh(graph, softplus(graph, x))),
  gelu: (graph, x) => multiply(graph, x, half(graph, erf(graph, multiply(graph, x, graph.floats(Math.SQRT1_2))))),
  gelu_new: (graph, x) => {
    const cube = multiply(graph, multiply(graph, x, x), x);
    const inner = add(graph, x, multiply(graph, cube, graph.floats(0.044715)));
    return multiply(graph, x, half(graph, tanh(graph, multiply(graph, inner, graph.floats(Math.sqrt(2 / Math.PI))))));
  },
  hardSigmoid: (graph, x) => {
    const line = add(graph, multiply(graph, x, graph.floats(0.2)), graph.floats(0.5));
    return bound(graph, 'Minimum', bound(graph, 'Maximum', line, graph.floats(0)), graph.floats(1));
  },
};

/** @throws Unsupported when TensorFlow graphs have no such activation here. */
export function activate(graph: Graph, x: Tensor, name: string): Tensor {
  const activation = activations[name];
  if (!activation) throw new Unsupported(`its activation is ${name}`);
  return activation(graph, x);
}

/** (1 + x) / 2 */
function half(graph: Graph, x: Tensor): Tensor {
  return add(graph, multiply(graph, x, graph.floats(0.5)), graph.floats(0.5));
}
