import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainerOptions } from '../../engine.ts';
import { EngineError } from '../../engine-error.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node, Tensor, Variable } from '../graph/types.ts';
import { type Accumulation, accumulated } from './accumulation.ts';
import { lowerAverages } from './averages.ts';
import { type Forward, lowerForward, scalar } from './forward.ts';
import { Gate } from './gate.ts';
import { lowerOptimizer, type StepScalars } from './optimizer.ts';
import type { Precision } from './pass.ts';
import { allFinite, clipped, mapped } from './update-gradients.ts';
import type { ModelWeight, WeightVariables } from './weights.ts';

/** Variables that training needs beside the weights. */
export interface TrainingVariables {
  slots: Variable[];
  /** Sums of gradients; empty where every step is an update. */
  sums: Variable[];
}

/**
 * Adds the signatures
 * - `train` (images, step scalars → loss, correct, norm, applied): a step that changes the weights. `norm` is there with
 *   clipping by norm; `lossScale` and `applied` (0: a gradient overflowed, nothing was changed) in float16;
 * - `accumulate` (images → loss, correct), where an update takes several steps: a step that only sums up its gradients.
 */
export function addTraining(
  graph: Graph,
  model: LayersModel,
  variables: WeightVariables,
  averages: WeightVariables | null,
  options: TrainerOptions,
  precision: Precision,
): TrainingVariables {
  const forward = lowerForward(graph, model, variables, options, precision);
  if (forward.gradients.size === 0) throw nothingToTrain(model);
  const accumulation = options.accumulate > 1 ? accumulated(graph, forward.gradients, options.accumulate) : null;
  if (accumulation) addAccumulate(graph, forward, accumulation);
  const update = addUpdate(graph, forward, accumulation, variables, averages, options);
  return { slots: update.slots, sums: accumulation?.sums ?? [] };
}

function addAccumulate(graph: Graph, forward: Forward, { additions }: Accumulation): void {
  const after = [...additions, ...forward.moved.values()];
  graph.signatures.accumulate = {
    inputs: forward.inputs,
    outputs: { loss: graph.after('accumulate/loss', forward.loss, after), correct: forward.correct },
  };
}

function addUpdate(
  graph: Graph,
  forward: Forward,
  accumulation: Accumulation | null,
  variables: WeightVariables,
  averages: WeightVariables | null,
  options: TrainerOptions,
): { slots: Variable[] } {
  const means = accumulation?.means ?? forward.gradients;
  const { gradients, norm } = clipped(graph, means, options.clip);
  const gate = forward.lossScale ? new Gate(graph, allFinite(graph, means)) : null;
  const scalars = stepScalars(graph);
  const weights = new Map(variables.weights.map((weight) => [variables.variable(weight.source), weight]));
  const { updates, slots } = lowerOptimizer(
    graph,
    options.optimizer,
    gate ? mapped(gradients, (one) => gate.pass(one)) : gradients,
    scalars,
    (variable) => variables.value(known(weights, variable).source),
    (variable) => known(weights, variable).rate,
  );
  const averageDecay = scalar(graph, 'average_decay');
  const changes = new Map<Variable, Node>([...forward.moved, ...updates]);
  const open = gate ? [gate.pass(graph.integers(1)).node] : [];
  const averaged = averages ? lowerAverages(graph, variables, averages, averageDecay, changes, open) : [];
  const changed = [...updates.values(), ...averaged];
  const after = [
    ...(gate ? [gate.join(changed)] : changed),
    ...forward.moved.values(),
    ...(accumulation?.resets ?? []),
  ];
  graph.signatures.train = {
    inputs: { ...forward.inputs, ...scalars, averageDecay },
    outputs: {
      loss: graph.after('train/loss', forward.loss, after),
      correct: forward.correct,
      ...(norm && { norm }),
      ...(gate && { applied: gate.condition }),
    },
  };
  return { slots };
}

function stepScalars(graph: Graph): StepScalars & Record<string, Tensor> {
  return {
    learningRate: scalar(graph, 'learning_rate'),
    momentum: scalar(graph, 'momentum'),
    correction: scalar(graph, 'correction'),
    scaledEpsilon: scalar(graph, 'scaled_epsilon'),
  };
}

function known(weights: ReadonlyMap<Variable, ModelWeight>, variable: Variable): ModelWeight {
  const weight = weights.get(variable);
  if (!weight) throw new Error(`${variable.name} is no weight of the model.`);
  return weight;
}

function nothingToTrain(model: LayersModel): EngineError {
  return new EngineError(
    'unsupported-model',
    `All layers of the model ${model.name} are frozen, so there is nothing to train.`,
    'Give at least the last layer a learning rate.',
  );
}
