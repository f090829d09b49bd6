import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../training/config.ts';
import type { GradientShaping, UpdateOps, WeightUpdate } from '../eager/ops.ts';
import { adamFactors } from '../eager/update.ts';
import { addressOf, type Device, withMemory } from './tensors.ts';
import { type Argument, Float } from './threads.ts';

const PART_FLOATS = 32768;

/** The formulas of eager/update.ts in one pass over memory, in place. */
export function updatesWithKernels(device: Device): UpdateOps {
  const address = (tensor: Tensor | undefined) => (tensor ? addressOf(device, tensor) : 0);
  return {
    update(config, update) {
      const { weight, gradient, shaping } = update;
      const common = [address(weight), address(gradient), ...shapingWords(shaping)];
      const [kernel, args] = updaters[config.name](config, update, address);
      device.threads.run(kernel, [...common, ...args], weight.size, PART_FLOATS);
    },
    average(average, weight, decay) {
      const args = [address(average), address(weight), new Float(1 - decay)];
      device.threads.run('move_average', args, weight.size, PART_FLOATS);
    },
    async sumOfSquares(gradients, shaping) {
      return gradients.reduce((sum, gradient) => sum + squares(device, gradient, { ...shaping, factor: 1 }), 0);
    },
  };
}

type Updater = (
  config: OptimizerConfig,
  update: WeightUpdate,
  address: (tensor: Tensor | undefined) => number,
) => [kernel: string, args: Argument[]];

const updaters: Record<OptimizerConfig['name'], Updater> = {
  sgd(config, { slots, learningRate, weightDecay }, address) {
    const numbers = floats(learningRate, config.momentum, weightDecay);
    return ['update_sgd', [address(slots[0]), ...numbers, config.nesterov ? 1 : 0]];
  },
  adam: updateAdam,
  adamw: updateAdam,
  rmsprop(config, { slots, learningRate, weightDecay }, address) {
    const numbers = floats(learningRate, config.rho, 1 - config.rho, config.momentum, config.epsilon, weightDecay);
    return ['update_rmsprop', [address(slots[0]), address(slots[1]), ...numbers]];
  },
  lion({ beta1, beta2 }, { slots, learningRate, weightDecay }, address) {
    const numbers = floats(learningRate, beta1, 1 - beta1, beta2, 1 - beta2, 1 - learningRate * weightDecay);
    return ['update_lion', [address(slots[0]), ...numbers]];
  },
};

function updateAdam(...[config, update, address]: Parameters<Updater>): ReturnType<Updater> {
  const { slots, weightDecay } = update;
  const [m, v] = slots as [Variable, Variable];
  const { beta1, beta2, epsilon } = config;
  const { rate, correction, shrink } = adamFactors(config, update);
  const decay = config.name === 'adam' ? weightDecay : 0;
  const numbers = floats(rate, beta1, 1 - beta1, beta2, 1 - beta2, correction, epsilon, decay, shrink);
  return ['update_adam', [address(m), address(v), ...numbers]];
}

function squares(device: Device, gradient: Tensor, shaping: GradientShaping): number {
  const parts = Math.ceil(gradient.size / PART_FLOATS);
  let total = 0;
  withMemory(device, parts * 8, (partial) => {
    const args = [addressOf(device, gradient), ...shapingWords(shaping), partial];
    device.threads.run('sum_squares', args, gradient.size, PART_FLOATS);
    const { memory } = device.backend.heap;
    total = new Float64Array(memory.buffer, partial, parts).reduce((sum, part) => sum + part, 0);
  });
  return total;
}

function shapingWords({ scale, limit, factor }: GradientShaping): Argument[] {
  return floats(scale, limit, factor);
}

function floats(...values: number[]): Float[] {
  return values.map((value) => new Float(value));
}
