import { cast, multiply } from './elementwise.ts';
import type { Graph } from './graph.ts';
import { shapeOf } from './reshaping.ts';
import type { Tensor } from './types.ts';
import { dataType } from './types.ts';

/**
 * Zeroes a share `rate` of `x` and scales the rest by 1/(1 − rate). What is dropped depends on `seed` (int32 [2]) alone:
 * TensorFlow's stateless generator (Philox) gives the same numbers on every device.
 */
export function dropout(graph: Graph, x: Tensor, rate: number, seed: Tensor, name: string): Tensor {
  const attributes = {
    dtype: { type: x.type },
    T: { type: dataType.int32 },
    Tseed: { type: dataType.int32 },
  };
  const uniform = graph.tensor('StatelessRandomUniform', [shapeOf(graph, x), seed], attributes, x, {
    name: `${name}/uniform`,
  });
  const threshold = graph.floats(rate);
  const keep = graph.tensor(
    'GreaterEqual',
    [uniform, threshold],
    { T: { type: x.type } },
    { type: dataType.bool, shape: x.shape },
  );
  const scale = multiply(graph, cast(graph, keep, x.type), graph.floats(1 / (1 - rate)));
  return multiply(graph, x, scale);
}
