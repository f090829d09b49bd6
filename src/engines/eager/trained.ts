import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainerOptions } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { weightNames } from '../weight-names.ts';
import type { Layer } from './plan.ts';
import { variableOf } from './weights.ts';

/** A weight that steps change. */
export interface TrainedWeight {
  /** As `weightNames` gives it. */
  name: string;
  variable: Variable;
  /** Factor of the learning rate, > 0. */
  rate: number;
}

/**
 * The weights that train at the given rates, in the order of the model's. A nested model's rate holds for its layers that
 * have none of their own.
 * @throws EngineError when nothing is left to train.
 */
export function trainedWeights(model: LayersModel, rates: TrainerOptions['layerRates']): TrainedWeight[] {
  const names = weightNames(model);
  const trainable = new Set(model.trainableWeights);
  const trained = model.weights
    .map((weight, i) => ({ weight, name: names[i] as string }))
    .filter(({ weight }) => trainable.has(weight))
    .map(({ weight, name }) => ({ name, variable: variableOf(weight), rate: rateOf(name, rates) }))
    .filter(({ rate }) => rate > 0);
  if (trained.length > 0) return trained;
  throw new EngineError(
    'unsupported-model',
    `All layers of the model ${model.name} are frozen, so there is nothing to train.`,
    'Give at least the last layer a learning rate.',
  );
}

/** @param name `<layer>/<role>`, or `<model>/<layer>/<role>` for a nested model's. */
function rateOf(name: string, rates: TrainerOptions['layerRates']): number {
  for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
    const rate = rates.get(name.slice(0, end));
    if (rate !== undefined) return rate;
  }
  return 1;
}

export function isFrozen(layer: Layer, rates: TrainerOptions['layerRates']): boolean {
  return !layer.trainable || rates.get(layer.name) === 0;
}
