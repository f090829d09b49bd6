import { mul, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { mixSeed, seededRandom } from '../../random.ts';
import { applyLayer, type EagerOps, type LayerCall, type LayerOp } from './ops.ts';
import type { Layer, Plan, PlanStep } from './plan.ts';

export interface ForwardOptions {
  /** Whether a layer normalises by the batch, drops, and so on. */
  isTraining: (layer: Layer) => boolean;
  /** Whether a layer's weights get gradients. */
  learns: (layer: Layer) => boolean;
  /** Decides what dropout drops in this step. */
  seed: number;
  /** Dispose values as soon as nothing needs them; not while a gradient is being recorded. */
  free: boolean;
}

export const inference: ForwardOptions = {
  isTraining: () => false,
  learns: () => false,
  seed: 0,
  free: true,
};

/** Values of a plan by their numbers, as far as they are computed. */
export type Values = (Tensor | undefined)[];

/** Computes the logits [batch, class] from normalised pixels [batch, height, width, channel]. Call inside `tidy`. */
export function forward(plan: Plan, ops: EagerOps, images: Tensor, options: ForwardOptions): Tensor {
  const values: Values = [images];
  runSteps(plan.steps, ops, values, options);
  return values[plan.logits] as Tensor;
}

/** Computes the outputs of some of a plan's steps, whose inputs are in `values`. Call inside `tidy`. */
export function runSteps(steps: PlanStep[], ops: EagerOps, values: Values, options: ForwardOptions): void {
  for (const step of steps) {
    const op = ops.layerOps.get(step.layer.getClassName()) ?? commonOps.get(step.layer.getClassName()) ?? applyLayer;
    const call: LayerCall = {
      inputs: step.inputs.map((value) => values[value] as Tensor),
      training: options.isTraining(step.layer),
      learns: options.learns(step.layer),
      relu: step.relu,
      ...(step.padding && { padding: step.padding }),
      seed: mixSeed(options.seed, step.number),
    };
    values[step.output] = op(step.layer, call);
    if (options.free) freeValues(values, step.lastUses);
  }
}

function freeValues(values: Values, numbers: number[]): void {
  for (const number of numbers) {
    const value = values[number];
    values[number] = undefined;
    // A layer that does nothing, such as dropout in inference, hands its input on.
    if (number > 0 && value && !values.includes(value)) value.dispose();
  }
}

const commonOps = new Map<string, LayerOp>([
  ['Dropout', dropout],
  ['InputLayer', (_, { inputs }) => inputs[0] as Tensor],
]);

/**
 * Inverted dropout: zero with probability `rate`, else x / (1 − rate), decided for each value, or for each place of `noiseShape`.
 * The mask depends on `seed` alone, on every backend.
 */
function dropout(layer: Layer, { inputs: [x], training, seed }: LayerCall): Tensor {
  const { rate, noiseShape } = layer.getConfig() as { rate: number; noiseShape?: (number | null)[] | null };
  if (!x || !training || rate <= 0) return x as Tensor;
  const random = seededRandom(seed);
  const scale = 1 / (1 - rate);
  const shape = x.shape.map((size, axis) => noiseShape?.[axis] ?? size);
  const places = shape.reduce((product, size) => product * size, 1);
  const mask = Float32Array.from({ length: places }, () => (random() < rate ? 0 : scale));
  return mul(x, tensor(mask, shape));
}
