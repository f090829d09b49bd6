import type { OptimizerConfig } from '../../training/config.ts';
import type { StepInput } from '../engine.ts';

/** What a step's graph is fed beside the images; see `lower/optimizer.ts`. */
export interface StepNumbers {
  learningRate: number;
  momentum: number;
  correction: number;
  scaledEpsilon: number;
}

/** @param t updates, this one included: Adam's t */
export function stepScalars(config: OptimizerConfig, input: StepInput, t: number): StepNumbers {
  const { learningRate } = input;
  const usual = config.name === 'sgd' || config.name === 'rmsprop' ? config.momentum : config.beta1;
  const momentum = input.momentum ?? usual;
  // TensorFlow decays by the float32 nearest to β₂, so the correction has to count with that too.
  const root = Math.sqrt(1 - Math.fround(config.beta2) ** t);
  return {
    learningRate,
    momentum,
    correction: root / (1 - Math.fround(momentum) ** t),
    scaledEpsilon: config.epsilon * root,
  };
}
