import type { Graph } from '../graph/graph.ts';
import type { Node, Tensor } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';

/**
 * Lets a part of the graph run only where a condition holds (TensorFlow's Switch and Merge: what hangs on a switch's other
 * side does not run).
 */
export class Gate {
  readonly #graph: Graph;
  /** Boolean scalar. */
  readonly condition: Tensor;

  constructor(graph: Graph, condition: Tensor) {
    this.#graph = graph;
    this.condition = condition;
  }

  /** `x`, where the condition holds. */
  pass(x: Tensor): Tensor {
    return this.#sides(x)[1];
  }

  /** A node that runs in either case: after `nodes`, which hang on `pass`, where the condition holds. */
  join(nodes: readonly Node[]): Node {
    const graph = this.#graph;
    const one = graph.integers(1);
    const [shut, open] = this.#sides(one);
    const done = graph.tensor('Identity', [open], { T: { type: one.type } }, one, { control: nodes });
    const attributes = { N: { integer: 2 }, T: { type: one.type } };
    return graph.add('Merge', [shut, done], attributes, [one, { type: dataType.int32, shape: [] }]);
  }

  #sides(x: Tensor): [shut: Tensor, open: Tensor] {
    const node = this.#graph.add('Switch', [x, this.condition], { T: { type: x.type } }, [x, x]);
    return node.outputs as [Tensor, Tensor];
  }
}
