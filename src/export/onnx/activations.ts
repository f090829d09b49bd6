import { Unsupported } from '../../engines/tensorflow/lower/layer-config.ts';
import type { OnnxGraph } from './graph.ts';

type Activation = (graph: OnnxGraph, x: string) => string;

const operation =
  (name: string): Activation =>
  (graph, x) =>
    graph.add(name, [x]);

/** By the names TensorFlow.js gives them, with its formulas. Softmax is not among them: it needs to know the axis. */
const activations: Record<string, Activation> = {
  linear: (_, x) => x,
  relu: operation('Relu'),
  relu6: (graph, x) => clip(graph, x, 6),
  elu: operation('Elu'),
  selu: operation('Selu'),
  sigmoid: operation('Sigmoid'),
  softplus: operation('Softplus'),
  softsign: operation('Softsign'),
  tanh: operation('Tanh'),
  hardSigmoid: (graph, x) => graph.add('HardSigmoid', [x], { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  swish: (graph, x) => graph.add('Mul', [x, graph.add('Sigmoid', [x])]),
  mish: (graph, x) => graph.add('Mul', [x, graph.add('Tanh', [graph.add('Softplus', [x])])]),
  gelu: (graph, x) => {
    const share = graph.add('Erf', [graph.add('Mul', [x, graph.floats(Math.SQRT1_2)])]);
    return halfTimes(graph, x, share);
  },
  gelu_new: (graph, x) => {
    const cube = graph.add('Mul', [graph.add('Mul', [x, x]), x]);
    const inner = graph.add('Add', [x, graph.add('Mul', [cube, graph.floats(0.044715)])]);
    return halfTimes(graph, x, graph.add('Tanh', [graph.add('Mul', [inner, graph.floats(Math.sqrt(2 / Math.PI))])]));
  },
};

/** @throws Unsupported */
export function activate(graph: OnnxGraph, x: string, name: string): string {
  const activation = activations[name];
  if (!activation) throw new Unsupported(`its activation is ${name}`);
  return activation(graph, x);
}

/** Between 0 and `most`. */
export function clip(graph: OnnxGraph, x: string, most: number): string {
  return graph.add('Clip', [x, graph.floats(0), graph.floats(most)]);
}

/** x · (1 + share) / 2 */
function halfTimes(graph: OnnxGraph, x: string, share: string): string {
  const half = graph.add('Mul', [graph.add('Add', [share, graph.floats(1)]), graph.floats(0.5)]);
  return graph.add('Mul', [x, half]);
}
