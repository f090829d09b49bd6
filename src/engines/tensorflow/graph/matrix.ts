import { first, type Graph } from './graph.ts';
import type { Shape, Tensor } from './types.ts';

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
