import { add, cast, multiply, softmax } from '../../engines/tensorflow/graph/elementwise.ts';
import { Graph } from '../../engines/tensorflow/graph/graph.ts';
import type { Node, Tensor } from '../../engines/tensorflow/graph/types.ts';
import { dataType } from '../../engines/tensorflow/graph/types.ts';
import { lowerLogits } from '../../engines/tensorflow/lower/model.ts';
import type { Pass } from '../../engines/tensorflow/lower/pass.ts';
import { modelWeights, WeightReader, WeightVariables } from '../../engines/tensorflow/lower/weights.ts';
import { Problem } from '../../problem.ts';
import { affineOf, type ExportSource, type Preprocessing } from '../source.ts';

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
  const image = graph.placeholder('image', inside ? dataType.uint8 : dataType.float, shape);
  const weights = modelWeights(model);
  const variables = new WeightVariables(graph, weights);
  const pass: Pass = { graph, mode: 'inference', stepSeed: null, statistics: [] };
  const { scale, offset } = affineOf(preprocess.normalization);
  const x = inside
    ? add(graph, multiply(graph, cast(graph, image, dataType.float), graph.floats(scale)), graph.floats(offset))
    : image;
  const logits = lowerLogits(model, x, pass, new WeightReader(graph, variables));
  const result = softmax(graph, logits);
  const probabilities = graph.tensor('Identity', [result], { T: { type: result.type } }, result, {
    name: 'probabilities',
  });
  const values = new Map(
    weights.map((weight) => [variables.of(weight.source).handle.node, weight.source.read().dataSync<'float32'>()]),
  );
  return { nodes: withConstants(needed(graph.nodes(), probabilities.node), values), image, probabilities };
}

/** @throws Problem `model-too-large`: one protocol-buffer message can't be longer than 2 GiB. */
export function assertMessageSize(bytes: number, format: string): void {
  if (bytes < 2 ** 31) return;
  throw new Problem(
    'model-too-large',
    `The model has ${(bytes / 2 ** 30).toFixed(1)} GiB of weights, and one ${format} file can't hold more than 2.`,
    'Export it as Keras or TensorFlow.js.',
  );
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

/** Every read of a variable becomes a constant of the same name; the variables themselves go. */
function withConstants(nodes: readonly Node[], values: ReadonlyMap<Node, Float32Array>): Node[] {
  return nodes.flatMap((node): Node[] => {
    if (node.operation === 'VarHandleOp') return [];
    if (node.operation !== 'ReadVariableOp') return [node];
    const data = values.get((node.inputs[0] as Tensor).node) as Float32Array;
    const shape = (node.outputs[0] as Tensor).shape as number[];
    const attributes = {
      dtype: { type: dataType.float },
      value: { tensor: { type: dataType.float, shape, data } },
    };
    return [{ ...node, operation: 'Const', inputs: [], control: [], attributes }];
  });
}
