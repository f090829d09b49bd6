import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../training/config.ts';
import type { UpdateOp, WeightUpdate } from '../eager/ops.ts';
import { adamFactors } from '../eager/update.ts';
import { addressOf, type Device } from './tensors.ts';
import { Float } from './threads.ts';

const PART_FLOATS = 32768;

/** The formulas of eager/update.ts in one pass over memory, in place. */
export function updateWithKernels(device: Device): UpdateOp {
  return (config, update) => {
    if (config.name === 'sgd') updateSgd(device, config, update);
    else updateAdam(device, config, update);
  };
}

function updateSgd(device: Device, config: OptimizerConfig, update: WeightUpdate): void {
  const { weight, gradient, slots, weightDecay, learningRate } = update;
  const [momentum] = slots;
  const args = [
    ...[addressOf(device, weight), momentum ? addressOf(device, momentum) : 0, addressOf(device, gradient)],
    ...[new Float(learningRate), new Float(config.momentum), new Float(weightDecay)],
  ];
  device.threads.run('update_sgd', args, weight.size, PART_FLOATS);
}

function updateAdam(device: Device, config: OptimizerConfig, update: WeightUpdate): void {
  const { weight, gradient, slots, weightDecay } = update;
  const [m, v] = slots as [Variable, Variable];
  const { rate, correction, shrink } = adamFactors(config, update);
  const pointers = ([weight, m, v, gradient] as Tensor[]).map((tensor) => addressOf(device, tensor));
  const numbers = [
    ...[rate, config.beta1, 1 - config.beta1, config.beta2, 1 - config.beta2, correction, config.epsilon],
    ...[config.name === 'adam' ? weightDecay : 0, shrink],
  ];
  device.threads.run('update_adam', [...pointers, ...numbers.map((n) => new Float(n))], weight.size, PART_FLOATS);
}
