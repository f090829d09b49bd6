import { unary } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node, Tensor, Variable } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';

/** Carries one variable's value in signatures that assign and read. */
export const valueKey = (name: string): string => `value:${name}`;

/** A signature that writes variables. */
export function addAssign(graph: Graph, name: string, variables: readonly Variable[]): void {
  const inputs: Record<string, Tensor> = {};
  const assigned = variables.map((variable) => {
    const value = graph.placeholder(`${name}/${variable.name}`, dataType.float, variable.shape);
    inputs[valueKey(variable.name)] = value;
    // A variable takes over the buffer it is given; without the copy, a training step would write into the caller's array.
    return graph.assign(variable, unary(graph, 'DeepCopy', value));
  });
  graph.signatures[name] = { inputs, outputs: { done: done(graph, name, assigned) } };
}

/** A signature that returns variables. */
export function addRead(graph: Graph, name: string, variables: readonly Variable[]): void {
  const outputs = Object.fromEntries(variables.map((one) => [valueKey(one.name), graph.read(one)]));
  graph.signatures[name] = { inputs: {}, outputs };
}

/** A signature that runs nodes: a session can only be asked for outputs. */
export function addRun(graph: Graph, name: string, nodes: readonly Node[]): void {
  graph.signatures[name] = { inputs: {}, outputs: { done: done(graph, name, nodes) } };
}

function done(graph: Graph, name: string, nodes: readonly Node[]): Tensor {
  return graph.after(`${name}/done`, graph.integers(1), nodes);
}
