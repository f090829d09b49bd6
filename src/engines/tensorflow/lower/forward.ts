import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainerOptions } from '../../engine.ts';
import { add, divide, multiply } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import { oneHot, shapeOf } from '../graph/reshaping.ts';
import { knownSize } from '../graph/shapes.ts';
import type { Node, Tensor, Variable } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';
import { normalize, pixelPlaceholder } from './images.ts';
import { lowerLoss } from './loss.ts';
import { lowerLogits } from './model.ts';
import { type Layer, type Penalty, type Precision, plainPass } from './pass.ts';
import { penaltyGradient, penaltyLoss } from './regularizers.ts';
import type { VariableGradients } from './update-gradients.ts';
import { rateOf, type WeightVariables } from './weights.ts';

/** A training pass there and back. */
export interface Forward {
  /** pixels uint8 [batch, height, width, channel], labels int32 [batch], stepSeed; targets and weights may be left out. */
  inputs: Record<string, Tensor>;
  /** Scalar, regularisers included. */
  loss: Tensor;
  /** int32 scalar */
  correct: Tensor;
  /** Of the loss by the weights that train, in the order of the model's weights. */
  gradients: VariableGradients;
  /** What writes the moving statistics. */
  moved: Map<Variable, Node>;
  /** Factor of the loss while gradients are computed, fed with each step in float16. */
  lossScale: Tensor | null;
}

export function lowerForward(
  graph: Graph,
  model: LayersModel,
  variables: WeightVariables,
  options: TrainerOptions,
  precision: Precision,
): Forward {
  const pixels = pixelPlaceholder(graph, 'train/pixels', model);
  const labels = graph.placeholder('train/labels', dataType.int32, [null]);
  const stepSeed = graph.placeholder('train/step_seed', dataType.int32, []);
  const lossScale = precision.products === dataType.half ? scalar(graph, 'loss_scale') : null;
  const pass = plainPass({
    graph,
    mode: 'training',
    precision,
    weights: variables,
    stepSeed,
    keepsStatistics: (layer, path) =>
      options.storedStatistics.has(path) || (options.frozenBatchNorm === 'inference' && isFrozen(layer, path, options)),
  });
  const logits = lowerLogits(model, normalize(graph, pixels, options.normalization), pass);
  const targets = oneHotUnlessFed(graph, labels, knownSize(logits.shape, 1));
  const weights = onesUnlessFed(graph, labels);
  const loss = lowerLoss(graph, options.loss, options.classWeights, logits, targets, weights);
  const scaled = lossScale ? multiply(graph, loss.byLogits, lossScale) : loss.byLogits;
  return {
    inputs: { pixels, labels, stepSeed, targets, weights, ...(lossScale && { lossScale }) },
    loss: withPenalties(graph, variables, pass.penalties, loss.mean),
    correct: loss.correct,
    gradients: gradientsOf(graph, variables, pass.penalties, logits, scaled, lossScale),
    moved: new Map(pass.statistics.map(({ variable, value }) => [variable, graph.assign(variable, value)])),
    lossScale,
  };
}

/** A float32 scalar fed with each training step. */
export function scalar(graph: Graph, name: string): Tensor {
  return graph.placeholder(`train/${name}`, dataType.float, []);
}

function isFrozen(layer: Layer, path: string, { layerRates }: TrainerOptions): boolean {
  return !layer.trainable || rateOf(path, layerRates) === 0;
}

/** The optimizer's slots follow the model's order of weights, not the order in which gradients are found. */
function gradientsOf(
  graph: Graph,
  variables: WeightVariables,
  penalties: readonly Penalty[],
  logits: Tensor,
  seed: Tensor,
  lossScale: Tensor | null,
): VariableGradients {
  const found = graph.gradients(logits, seed);
  const unscale = lossScale && divide(graph, graph.floats(1), lossScale);
  const pairs = variables.weights.flatMap(({ source }) => {
    const variable = variables.variable(source);
    const gradient = found.by(variable);
    const penalty = variable.trainable ? penalties.find(({ weight }) => weight === source) : undefined;
    const pull = penalty ? penaltyGradient(graph, variables.value(source), penalty) : null;
    const own = gradient && unscale ? multiply(graph, gradient, unscale) : gradient;
    const all = own && pull ? add(graph, own, pull) : (own ?? pull);
    return all ? [[variable, all] as const] : [];
  });
  return new Map(pairs);
}

function withPenalties(graph: Graph, variables: WeightVariables, penalties: readonly Penalty[], loss: Tensor): Tensor {
  return penalties.reduce(
    (sum, penalty) => add(graph, sum, penaltyLoss(graph, variables.value(penalty.weight), penalty)),
    loss,
  );
}

/** float32 [batch, class] */
function oneHotUnlessFed(graph: Graph, labels: Tensor, classes: number): Tensor {
  return graph.placeholderWithDefault('train/targets', oneHot(graph, labels, classes));
}

/** float32 [batch] */
function onesUnlessFed(graph: Graph, labels: Tensor): Tensor {
  const attributes = { T: { type: dataType.float }, index_type: { type: dataType.int32 } };
  const ones = graph.tensor('Fill', [shapeOf(graph, labels), graph.floats(1)], attributes, {
    type: dataType.float,
    shape: [null],
  });
  return graph.placeholderWithDefault('train/weights', ones);
}
