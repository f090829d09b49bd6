import { Graph } from '../../engines/tensorflow/graph/graph.ts';
import { softmax } from '../../engines/tensorflow/graph/nonlinear.ts';
import type { Node, Tensor } from '../../engines/tensorflow/graph/types.ts';
import { dataType } from '../../engines/tensorflow/graph/types.ts';
import { normalize, pixelPlaceholder } from '../../engines/tensorflow/lower/images.ts';
import { lowerLogits } from '../../engines/tensorflow/lower/model.ts';
import { plainPass } from '../../engines/tensorflow/lower/pass.ts';
import { ConstantWeights } from '../../engines/tensorflow/lower/weights.ts';
import type { ExportSource, Preprocessing } from '../source.ts';

/** A TensorFlow graph without variables. */
export interface FrozenGraph {
  /** In an order they can run in. */
  nodes: Node[];
  /** [batch, height, width, channel]: uint8 pixels, or normalised float32 where preprocessing is outside. */
  image: Tensor;
  /** [batch, class] */
  probabilities: Tensor;
}

/**
 * The model as one TensorFlow graph in inference, with its weights as constants: the same operations as the TensorFlow
 * engine's own prediction.
 * @throws Problem `layer-not-supported`, `model-not-a-classifier`
 */
export function freeze({ model, preprocess }: ExportSource, preprocessing: Preprocessing): FrozenGraph {
  const graph = new Graph();
  const shape = [null, ...(model.inputs[0]?.shape ?? []).slice(1)];
  const inside = preprocessing === 'inside';
  const image = inside ? pixelPlaceholder(graph, 'image', model) : graph.placeholder('image', dataType.float, shape);
  const x = inside ? normalize(graph, image, preprocess.normalization) : image;
  const weights = new ConstantWeights(graph);
  const result = softmax(graph, lowerLogits(model, x, plainPass({ graph, mode: 'inference', weights })));
  const attributes = { T: { type: result.type } };
  const probabilities = graph.tensor('Identity', [result], attributes, result, { name: 'probabilities' });
  return { nodes: needed(graph.nodes(), probabilities.node), image, probabilities };
}

/** `last` and everything it depends on. */
function needed(nodes: readonly Node[], last: Node): Node[] {
  const reached = new Set<Node>([last]);
  for (const node of [...nodes].reverse()) {
    if (!reached.has(node)) continue;
    for (const input of node.inputs) reached.add(input.node);
    for (const before of node.control) reached.add(before);
  }
  return nodes.filter((node) => reached.has(node));
}
