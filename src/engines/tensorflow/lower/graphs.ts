import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../../images/preprocess.ts';
import type { OptimizerConfig } from '../../../training/config.ts';
import { cast, divide, multiply, softmax, subtract, sum, unary } from '../graph/elementwise.ts';
import { Graph } from '../graph/graph.ts';
import { knownSize } from '../graph/shapes.ts';
import type { Node, Shape, Tensor, Variable } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';
import { lowerLogits } from './model.ts';
import { lowerOptimizer, type StepScalars } from './optimizer.ts';
import type { Pass, StatisticUpdate } from './pass.ts';
import { type ModelWeight, modelWeights, WeightReader, WeightVariables } from './weights.ts';

/** Names that the runtime feeds and fetches by. `value:<variable>` carries one variable's value in `assign` and `read`. */
export const valueKey = (name: string): string => `value:${name}`;

export interface LoweredModel {
  graph: Graph;
  weights: readonly ModelWeight[];
  /** Optimizer slots, in the order of the weights they belong to. */
  slots: readonly Variable[];
}

/** Signatures: `assign` (weights in), `predict` (pixels → probabilities). */
export function lowerPredictor(model: LayersModel, normalization: Normalization): LoweredModel {
  const graph = new Graph();
  const weights = modelWeights(model);
  const variables = new WeightVariables(graph, weights);
  addPredict(graph, model, variables, normalization);
  addAssign(graph, 'assign', variables.all());
  return { graph, weights, slots: [] };
}

/**
 * Signatures: `train` (pixels, labels, step scalars → loss, correct), `predict`, `assign` and `read` (weights),
 * `assign_optimizer` and `read_optimizer` (slots), `init_optimizer`. `assign` and `init_optimizer` come before `train`.
 */
export function lowerTrainer(
  model: LayersModel,
  options: { optimizer: OptimizerConfig; normalization: Normalization },
): LoweredModel {
  const graph = new Graph();
  const weights = modelWeights(model);
  const variables = new WeightVariables(graph, weights);
  const slots = addTrain(graph, model, variables, options);
  addPredict(graph, model, variables, options.normalization);
  addAssign(graph, 'assign', variables.all());
  addRead(graph, 'read', variables.all());
  addAssign(graph, 'assign_optimizer', slots);
  if (slots.length > 0) addRead(graph, 'read_optimizer', slots);
  const zeros = slots.map((slot) => graph.assign(slot, fill(graph, slot.shape)));
  graph.signatures.init_optimizer = { inputs: {}, outputs: { done: done(graph, 'init_optimizer/done', zeros) } };
  return { graph, weights, slots };
}

function addTrain(
  graph: Graph,
  model: LayersModel,
  variables: WeightVariables,
  options: { optimizer: OptimizerConfig; normalization: Normalization },
): Variable[] {
  const pixels = pixelPlaceholder(graph, 'train/pixels', model);
  const labels = graph.placeholder('train/labels', dataType.int32, [null]);
  const stepSeed = graph.placeholder('train/step_seed', dataType.int32, []);
  const scalar = (name: string) => graph.placeholder(`train/${name}`, dataType.float, []);
  const scalars: StepScalars = {
    learningRate: scalar('learning_rate'),
    beta1Power: scalar('beta1_power'),
    beta2Power: scalar('beta2_power'),
    scaledEpsilon: scalar('scaled_epsilon'),
  };
  const statistics: StatisticUpdate[] = [];
  const pass: Pass = { graph, mode: 'training', stepSeed, statistics };
  const reader = new WeightReader(graph, variables);
  const logits = lowerLogits(model, normalize(graph, pixels, options.normalization), pass, reader);
  const { mean, perImage, seed } = crossEntropy(graph, logits, labels);
  const gradients = graph.gradients(perImage, seed);
  const { updates, slots } = lowerOptimizer(graph, options.optimizer, inOrder(gradients, variables), reader, scalars);
  const moved = statistics.map(({ variable, value }) => graph.assign(variable, value));
  const correct = countCorrect(graph, logits, labels);
  graph.signatures.train = {
    inputs: { pixels, labels, stepSeed, ...scalars },
    outputs: { loss: graph.after('train/loss', mean, [...updates, ...moved]), correct },
  };
  return slots;
}

function addPredict(graph: Graph, model: LayersModel, variables: WeightVariables, normalization: Normalization): void {
  const pixels = pixelPlaceholder(graph, 'predict/pixels', model);
  const pass: Pass = { graph, mode: 'inference', stepSeed: null, statistics: [] };
  const reader = new WeightReader(graph, variables);
  const logits = lowerLogits(model, normalize(graph, pixels, normalization), pass, reader);
  graph.signatures.predict = { inputs: { pixels }, outputs: { probabilities: softmax(graph, logits) } };
}

function addAssign(graph: Graph, name: string, variables: readonly Variable[]): void {
  const inputs: Record<string, Tensor> = {};
  const assigned = variables.map((variable) => {
    const value = graph.placeholder(`${name}/${variable.name}`, dataType.float, variable.shape);
    inputs[valueKey(variable.name)] = value;
    // A variable takes over the buffer it is given; without the copy, a training step would write into the caller's array.
    return graph.assign(variable, unary(graph, 'DeepCopy', value));
  });
  graph.signatures[name] = { inputs, outputs: { done: done(graph, `${name}/done`, assigned) } };
}

function addRead(graph: Graph, name: string, variables: readonly Variable[]): void {
  const outputs = Object.fromEntries(variables.map((one) => [valueKey(one.name), graph.read(one)]));
  graph.signatures[name] = { inputs: {}, outputs };
}

/** uint8 [batch, height, width, channel]. */
function pixelPlaceholder(graph: Graph, name: string, model: LayersModel): Tensor {
  const shape: Shape = [null, ...(model.inputs[0]?.shape ?? []).slice(1)];
  for (let axis = 1; axis < shape.length; axis++) knownSize(shape, axis);
  return graph.placeholder(name, dataType.uint8, shape);
}

/** (pixel / 255 − mean) / std as one multiplication and one addition. */
function normalize(graph: Graph, pixels: Tensor, { mean, std }: Normalization): Tensor {
  const x = cast(graph, pixels, dataType.float);
  const scale = graph.floats(std.map((one) => 1 / (255 * one)));
  const shift = graph.floats(mean.map((one, i) => one / (std[i] ?? 1)));
  return subtract(graph, multiply(graph, x, scale), shift);
}

/** Mean over the batch of −log softmax(logits)[label], with the loss of each image and the gradient of the mean by it. */
function crossEntropy(graph: Graph, logits: Tensor, labels: Tensor): { mean: Tensor; perImage: Tensor; seed: Tensor } {
  const batch = logits.shape[0] ?? null;
  const node = graph.add(
    'SparseSoftmaxCrossEntropyWithLogits',
    [logits, labels],
    { T: { type: logits.type }, Tlabels: { type: labels.type } },
    [{ type: logits.type, shape: [batch] }, logits],
    {
      name: 'train/cross_entropy',
      gradient: ([dy]) => [dy ? multiply(graph, node.outputs[1] as Tensor, dy) : null, null],
    },
  );
  const perImage = node.outputs[0] as Tensor;
  const sizeAttributes = { T: { type: labels.type }, out_type: { type: dataType.int32 } };
  const size = graph.tensor('Size', [labels], sizeAttributes, { type: dataType.int32, shape: [] });
  const count = cast(graph, size, dataType.float);
  return {
    mean: divide(graph, sum(graph, perImage, [0], false), count),
    perImage,
    seed: divide(graph, graph.floats(1), count),
  };
}

/** int32 scalar. */
function countCorrect(graph: Graph, logits: Tensor, labels: Tensor): Tensor {
  const batch = logits.shape[0] ?? null;
  const attributes = {
    T: { type: logits.type },
    Tidx: { type: dataType.int32 },
    output_type: { type: dataType.int32 },
  };
  const likeliest = graph.tensor('ArgMax', [logits, graph.integers(1)], attributes, {
    type: dataType.int32,
    shape: [batch],
  });
  const right = graph.tensor(
    'Equal',
    [likeliest, labels],
    { T: { type: dataType.int32 } },
    { type: dataType.bool, shape: [batch] },
  );
  return sum(graph, cast(graph, right, dataType.int32), [0], false);
}

/** The optimizer's slots follow the model's order of weights, not the order in which gradients were found. */
function inOrder(gradients: ReadonlyMap<Variable, Tensor>, variables: WeightVariables): Map<Variable, Tensor> {
  return new Map(
    variables.all().flatMap((variable) => {
      const gradient = gradients.get(variable);
      return gradient ? [[variable, gradient] as const] : [];
    }),
  );
}

function fill(graph: Graph, shape: readonly number[]): Tensor {
  const attributes = { T: { type: dataType.float }, index_type: { type: dataType.int32 } };
  return graph.tensor('Fill', [graph.integers(shape), graph.floats(0)], attributes, { type: dataType.float, shape });
}

function done(graph: Graph, name: string, nodes: readonly Node[]): Tensor {
  return graph.after(name, graph.integers(1), nodes);
}
