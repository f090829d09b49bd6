import { add, multiply, subtract } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node, Tensor, Variable } from '../graph/types.ts';
import type { WeightVariables } from './weights.ts';

/**
 * a ← d·a + (1 − d)·w for every weight, after it has changed.
 * @param averages in the order of the weights
 * @param decay scalar; with 0 the averages become the weights
 * @param changes what writes a weight in this step
 * @param after must have run before any average is taken
 */
export function lowerAverages(
  graph: Graph,
  weights: WeightVariables,
  averages: WeightVariables,
  decay: Tensor,
  changes: ReadonlyMap<Variable, Node>,
  after: readonly Node[],
): Node[] {
  const share = subtract(graph, graph.floats(1), decay);
  return weights.weights.map(({ source }) => {
    const weight = weights.variable(source);
    const average = averages.variable(source);
    const change = changes.get(weight);
    const value = graph.read(weight, change ? [...after, change] : after);
    // A weight that never changes is its own average.
    if (!change) return graph.assign(average, value);
    const old = graph.read(average);
    return graph.assign(average, add(graph, multiply(graph, old, decay), multiply(graph, value, share)));
  });
}
