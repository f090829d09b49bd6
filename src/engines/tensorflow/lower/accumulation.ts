import { slotName } from '../../weight-names.ts';
import { add, multiply } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import { zeros } from '../graph/reshaping.ts';
import type { Node, Variable } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';
import type { VariableGradients } from './update-gradients.ts';

/** Sums of the gradients of an update's earlier steps. */
export interface Accumulation {
  /** In the order of the gradients. */
  sums: Variable[];
  /** Run by a step that is not an update's last: adds its gradients. */
  additions: Node[];
  /** Run by the last step once the sums are read. */
  resets: Node[];
  /** The mean over all steps of the update, the last one's gradients included. */
  means: VariableGradients;
}

/** @param steps of one update, ≥ 2 */
export function accumulated(graph: Graph, gradients: VariableGradients, steps: number): Accumulation {
  const sums = new Map(
    [...gradients.keys()].map((variable) => {
      const sum = graph.variable(slotName(variable.name, 'accumulated'), variable.shape, false);
      return [variable, sum] as const;
    }),
  );
  const parts = [...gradients].map(([variable, gradient]) => {
    const sum = sums.get(variable);
    if (!sum) throw new Error(`No sum was made for ${variable.name}.`);
    const read = graph.read(sum);
    const attributes = { dtype: { type: dataType.float } };
    return {
      addition: graph.add('AssignAddVariableOp', [sum.handle, gradient], attributes, []),
      reset: graph.assign(sum, zeros(graph, variable.shape), [read.node]),
      mean: [variable, multiply(graph, add(graph, read, gradient), 1 / steps)] as const,
    };
  });
  return {
    sums: [...sums.values()],
    additions: parts.map(({ addition }) => addition),
    resets: parts.map(({ reset }) => reset),
    means: new Map(parts.map(({ mean }) => mean)),
  };
}
