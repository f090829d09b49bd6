import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../../images/preprocess.ts';
import { cast, multiply, subtract } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import { knownSize } from '../graph/shapes.ts';
import type { Shape, Tensor } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';

/** uint8 [batch, height, width, channel]. */
export function pixelPlaceholder(graph: Graph, name: string, model: LayersModel): Tensor {
  const shape: Shape = [null, ...(model.inputs[0]?.shape ?? []).slice(1)];
  for (let axis = 1; axis < shape.length; axis++) knownSize(shape, axis);
  return graph.placeholder(name, dataType.uint8, shape);
}

/** (pixel / 255 − mean) / std as one multiplication and one addition, float32. */
export function normalize(graph: Graph, pixels: Tensor, { mean, std }: Normalization): Tensor {
  const x = cast(graph, pixels, dataType.float);
  const scale = graph.floats(std.map((one) => 1 / (255 * one)));
  const shift = graph.floats(mean.map((one, i) => one / (std[i] ?? 1)));
  return subtract(graph, multiply(graph, x, scale), shift);
}
