import {
  add,
  addN,
  clipByValue,
  div,
  mul,
  sign,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../training/config.ts';
import type { GradientShaping, UpdateOps, WeightUpdate } from './ops.ts';

/** Composed of TensorFlow.js operations: for backends without kernels of their own. */
export const updatesWithOps: UpdateOps = {
  update(config, update) {
    tidy(() => updaters[config.name](config, update, shaped(update.gradient, update.shaping)));
  },
  average(average, weight, decay) {
    tidy(() => average.assign(add(average, mul(sub(weight, average), 1 - decay))));
  },
  async sumOfSquares(gradients, shaping) {
    const total = tidy(() =>
      addN(gradients.map((gradient) => sum(square(shaped(gradient, { ...shaping, factor: 1 }))))),
    );
    const [value] = await total.data();
    total.dispose();
    return value as number;
  },
};

type Updater = (config: OptimizerConfig, update: WeightUpdate, gradient: Tensor) => void;

/**
 * One step as PyTorch 2.x defines it (`torch.optim`), with g the shaped gradient:
 * - SGD: g += λw; v = μv + g; w −= ηv, or with Nesterov w −= η(g + μv).
 * - Adam g += λw, AdamW w −= ηλw; then m = β₁m + (1−β₁)g; v = β₂v + (1−β₂)g²; w −= η/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε).
 * - RMSprop: g += λw; v = ρv + (1−ρ)g²; b = μb + g/(√v + ε); w −= ηb.
 * - Lion (Chen et al. 2023): w −= ηλw; w −= η·sign(β₁m + (1−β₁)g); m = β₂m + (1−β₂)g.
 */
const updaters: Record<OptimizerConfig['name'], Updater> = {
  sgd(config, { weight, slots, weightDecay, learningRate }, gradient) {
    const g = decayed(gradient, weight, weightDecay);
    const [momentum] = slots;
    if (momentum) momentum.assign(add(mul(momentum, config.momentum), g));
    const direction = momentum && config.nesterov ? add(g, mul(momentum, config.momentum)) : (momentum ?? g);
    weight.assign(sub(weight, mul(direction, learningRate)));
  },
  adam: updateAdam,
  adamw: updateAdam,
  rmsprop(config, { weight, slots, weightDecay, learningRate }, gradient) {
    const g = decayed(gradient, weight, weightDecay);
    const [v, momentum] = slots as [Variable, Variable?];
    v.assign(add(mul(v, config.rho), mul(square(g), 1 - config.rho)));
    const step = div(g, add(sqrt(v), config.epsilon));
    if (momentum) momentum.assign(add(mul(momentum, config.momentum), step));
    weight.assign(sub(weight, mul(momentum ?? step, learningRate)));
  },
  lion(config, { weight, slots, weightDecay, learningRate }, g) {
    const [m] = slots as [Variable];
    const direction = sign(add(mul(m, config.beta1), mul(g, 1 - config.beta1)));
    weight.assign(sub(mul(weight, 1 - learningRate * weightDecay), mul(direction, learningRate)));
    m.assign(add(mul(m, config.beta2), mul(g, 1 - config.beta2)));
  },
};

function updateAdam(config: OptimizerConfig, update: WeightUpdate, gradient: Tensor): void {
  const { weight, slots, weightDecay } = update;
  const [m, v] = slots as [Variable, Variable];
  const g = config.name === 'adamw' ? gradient : decayed(gradient, weight, weightDecay);
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

function shaped(gradient: Tensor, { scale, limit, factor }: GradientShaping): Tensor {
  const scaled = scale === 1 ? gradient : mul(gradient, scale);
  const clipped = limit === Number.POSITIVE_INFINITY ? scaled : clipByValue(scaled, -limit, limit);
  return factor === 1 ? clipped : mul(clipped, factor);
}

function decayed(gradient: Tensor, weight: Variable, weightDecay: number): Tensor {
  return weightDecay > 0 ? add(gradient, mul(weight, weightDecay)) : gradient;
}
