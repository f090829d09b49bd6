import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization } from '../../../images/preprocess.ts';
import type { TrainerOptions } from '../../engine.ts';
import { Graph } from '../graph/graph.ts';
import { zeros } from '../graph/reshaping.ts';
import { dataType, type Variable } from '../graph/types.ts';
import { EvaluationWeights } from './evaluation.ts';
import { normalize, pixelPlaceholder } from './images.ts';
import { addPredict } from './inference.ts';
import { lowerLogits } from './model.ts';
import { type Precision, plainPass } from './pass.ts';
import { addAssign, addRead, addRun } from './signatures.ts';
import { addTraining } from './training.ts';
import { type ModelWeight, modelWeights, WeightVariables } from './weights.ts';

export interface LoweredTrainer {
  graph: Graph;
  weights: readonly ModelWeight[];
  /** Optimizer slots, in the order of the weights they belong to. */
  slots: readonly Variable[];
  /** Sums of gradients under accumulation; empty where every step is an update. */
  sums: readonly Variable[];
  /** In the order of the weights; empty where no average is kept. */
  averages: readonly Variable[];
  /** Whether steps are fed a factor of the loss, against float16's vanishing gradients. */
  scalesLoss: boolean;
  classes: number;
}

/**
 * Signatures: those of `addTraining`; `evaluate` and `evaluate_averaged`, which take the weights or their averages over into
 * what `predict` (pixels → probabilities) works with; `assign`, `assign_slots`, `assign_sums`, `assign_averages` and `read…`
 * likewise; `reset`, which sets all but the weights to 0. `assign` and `reset` come before `train`.
 */
export function lowerTrainer(model: LayersModel, options: TrainerOptions, precision: Precision): LoweredTrainer {
  const graph = new Graph();
  const weights = modelWeights(model, options.layerRates);
  const variables = new WeightVariables(graph, weights);
  const averages = options.ema > 0 ? new WeightVariables(graph, weights, 'average/') : null;
  const { slots, sums } = addTraining(graph, model, variables, averages, options, precision);
  addEvaluation(graph, model, variables, averages, options.normalization, precision);
  const averaged = averages?.all() ?? [];
  const groups = { assign: variables.all(), assign_slots: slots, assign_sums: sums, assign_averages: averaged };
  for (const [name, group] of Object.entries(groups)) {
    if (group.length === 0) continue;
    addAssign(graph, name, group);
    addRead(graph, name.replace('assign', 'read'), group);
  }
  const cleared = [...slots, ...sums, ...averaged].map((one) => graph.assign(one, zeros(graph, one.shape)));
  addRun(graph, 'reset', cleared);
  return {
    ...{ graph, weights, slots, sums, averages: averaged },
    scalesLoss: precision.products === dataType.half,
    classes: model.outputs[0]?.shape.at(-1) ?? 0,
  };
}

function addEvaluation(
  graph: Graph,
  model: LayersModel,
  variables: WeightVariables,
  averages: WeightVariables | null,
  normalization: Normalization,
  precision: Precision,
): void {
  const weights = new EvaluationWeights(graph, model, variables.weights, precision);
  const pixels = pixelPlaceholder(graph, 'predict/pixels', model);
  const pass = plainPass({ graph, mode: 'inference', precision, weights, folded: weights.folded });
  addPredict(graph, pixels, lowerLogits(model, normalize(graph, pixels, normalization), pass));
  addRun(graph, 'evaluate', weights.refresh(variables));
  if (averages) addRun(graph, 'evaluate_averaged', weights.refresh(averages));
}
