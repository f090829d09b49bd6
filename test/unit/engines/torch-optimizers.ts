import type { OptimizerConfig } from '../../../src/training/config.ts';

/** What one update of one weight is made of. */
export interface ScalarUpdate {
  gradient: number;
  learningRate: number;
  /** Of the config, or what takes its place. */
  momentum?: number;
  /** Biases and batch-norm scales do not decay. */
  decays: boolean;
}

/** One weight trained in double precision by PyTorch's formulas (`torch.optim`; Lion by Chen et al. 2023, algorithm 2). */
export class ScalarOptimizer {
  readonly #config: OptimizerConfig;
  #weight: number;
  #first = 0;
  #second = 0;
  #steps = 0;

  constructor(config: OptimizerConfig, weight: number) {
    this.#config = config;
    this.#weight = weight;
  }

  get weight(): number {
    return this.#weight;
  }

  step({ gradient, learningRate, momentum, decays }: ScalarUpdate): void {
    const { name, nesterov, beta2, rho, epsilon } = this.#config;
    const mu = momentum ?? this.#config.momentum;
    const beta1 = momentum ?? this.#config.beta1;
    const decay = decays ? this.#config.weightDecay : 0;
    this.#steps++;
    const decoupled = name === 'adamw' || name === 'lion';
    const g = decoupled ? gradient : gradient + decay * this.#weight;
    if (decoupled) this.#weight *= 1 - learningRate * decay;
    if (name === 'sgd') {
      this.#first = this.#config.momentum > 0 ? mu * this.#first + g : g;
      this.#weight -= learningRate * (nesterov && this.#config.momentum > 0 ? g + mu * this.#first : this.#first);
    } else if (name === 'rmsprop') {
      this.#second = rho * this.#second + (1 - rho) * g * g;
      const step = g / (Math.sqrt(this.#second) + epsilon);
      this.#first = this.#config.momentum > 0 ? mu * this.#first + step : step;
      this.#weight -= learningRate * this.#first;
    } else if (name === 'lion') {
      this.#weight -= learningRate * Math.sign(beta1 * this.#first + (1 - beta1) * g);
      this.#first = beta2 * this.#first + (1 - beta2) * g;
    } else {
      this.#first = beta1 * this.#first + (1 - beta1) * g;
      this.#second = beta2 * this.#second + (1 - beta2) * g * g;
      const denominator = Math.sqrt(this.#second) / Math.sqrt(1 - beta2 ** this.#steps) + epsilon;
      this.#weight -= ((learningRate / (1 - beta1 ** this.#steps)) * this.#first) / denominator;
    }
  }
}
