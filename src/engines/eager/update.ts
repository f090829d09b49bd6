import { add, div, mul, sqrt, square, sub, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../training/config.ts';
import type { WeightUpdate } from './ops.ts';

/**
 * One step as PyTorch defines it (`torch.optim.SGD`, `Adam`, `AdamW` 2.x), composed of TensorFlow.js operations:
 * SGD g += λw; v = μv + g; w −= ηv. Adam g += λw, AdamW w −= ηλw; then m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²;
 * w −= η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
 */
export function updateWithOps(config: OptimizerConfig, update: WeightUpdate): void {
  tidy(() => {
    if (config.name === 'sgd') updateSgd(config, update);
    else updateAdam(config, update);
  });
}

function updateSgd(
  config: OptimizerConfig,
  { weight, gradient, slots, weightDecay, learningRate }: WeightUpdate,
): void {
  const g = decayed(gradient, weight, weightDecay);
  const [momentum] = slots;
  if (momentum) momentum.assign(add(mul(momentum, config.momentum), g));
  weight.assign(sub(weight, mul(momentum ?? g, learningRate)));
}

function updateAdam(config: OptimizerConfig, update: WeightUpdate): void {
  const { weight, gradient, slots, weightDecay } = update;
  const [m, v] = slots as [Variable, Variable];
  const decoupled = config.name === 'adamw';
  const g = decoupled ? gradient : decayed(gradient, weight, weightDecay);
  const { rate, correction, shrink } = adamFactors(config, update);
  m.assign(add(mul(m, config.beta1), mul(g, 1 - config.beta1)));
  v.assign(add(mul(v, config.beta2), mul(square(g), 1 - config.beta2)));
  const kept = shrink === 1 ? weight : mul(weight, shrink);
  const direction = div(m, add(mul(sqrt(v), correction), config.epsilon));
  weight.assign(sub(kept, mul(direction, rate)));
}

/** The factors of an Adam step that do not depend on the weight's values, in double precision. */
export function adamFactors(config: OptimizerConfig, { learningRate, weightDecay, iteration }: WeightUpdate) {
  return {
    /** η / (1 − β₁ᵗ) */
    rate: learningRate / (1 - config.beta1 ** iteration),
    /** 1 / √(1 − β₂ᵗ) */
    correction: 1 / Math.sqrt(1 - config.beta2 ** iteration),
    /** AdamW: 1 − ηλ */
    shrink: config.name === 'adamw' ? 1 - learningRate * weightDecay : 1,
  };
}

function decayed(gradient: Tensor, weight: Variable, weightDecay: number): Tensor {
  return weightDecay > 0 ? add(gradient, mul(weight, weightDecay)) : gradient;
}
