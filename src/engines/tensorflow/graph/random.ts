import type { Graph } from './graph.ts';
import { withBatchOf } from './reshaping.ts';
import type { Shape, Tensor } from './types.ts';
import { dataType } from './types.ts';

/**
 * Random float32 numbers that depend on `seed` (int32 [2]) alone: TensorFlow's stateless generator (Philox) gives the same
 * on every device. `Uniform`: 0 ≤ x < 1; `Normal`: mean 0, deviation 1.
 * @param shape its only unknown size, if any, is the batch's: that of `x`.
 */
export function random(
  graph: Graph,
  distribution: 'Uniform' | 'Normal',
  shape: Shape,
  x: Tensor,
  seed: Tensor,
  name: string,
): Tensor {
  const attributes = {
    dtype: { type: dataType.float },
    T: { type: dataType.int32 },
    Tseed: { type: dataType.int32 },
  };
  const operation = `StatelessRandom${distribution}`;
  const inputs = [withBatchOf(graph, shape, x), seed];
  return graph.tensor(operation, inputs, attributes, { type: dataType.float, shape }, { name });
}
