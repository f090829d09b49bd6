import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { EagerEngine } from '../../../src/engines/eager/engine.ts';
import type { UpdateOp } from '../../../src/engines/eager/ops.ts';
import { Optimizer } from '../../../src/engines/eager/optimizer.ts';
import { updateWithOps } from '../../../src/engines/eager/update.ts';
import { startEngine } from '../../../src/engines/wasm/maker.ts';
import type { OptimizerConfig } from '../../../src/training/config.ts';
import { sgd } from './models.ts';

const learningRate = 0.1;
const start = [1, -2, 0.5, 3, 0.25];
const gradients = [
  [0.1, 0.2, -0.3, 0.001, 4],
  [-0.5, 0.1, 0.2, 0.3, -2],
  [0.7, -0.1, 0.05, 0, 1e-4],
];

/** `torch.optim.SGD(lr, momentum, weight_decay)`, one scalar in double precision. */
function torchSgd(w: number, gs: number[], { momentum, weightDecay }: OptimizerConfig, decays: boolean): number {
  let buffer: number | undefined;
  for (const raw of gs) {
    const g = raw + (decays ? weightDecay * w : 0);
    buffer = buffer === undefined ? g : momentum * buffer + g;
    w -= learningRate * (momentum > 0 ? buffer : g);
  }
  return w;
}

/** `torch.optim.Adam` and `AdamW` (betas, eps, weight_decay), one scalar in double precision. */
function torchAdam(w: number, gs: number[], config: OptimizerConfig, decays: boolean): number {
  const decay = decays ? config.weightDecay : 0;
  let [m, v] = [0, 0];
  gs.forEach((raw, i) => {
    if (config.name === 'adamw') w *= 1 - learningRate * decay;
    const g = config.name === 'adam' ? raw + decay * w : raw;
    m = config.beta1 * m + (1 - config.beta1) * g;
    v = config.beta2 * v + (1 - config.beta2) * g * g;
    const denominator = Math.sqrt(v) / Math.sqrt(1 - config.beta2 ** (i + 1)) + config.epsilon;
    w -= ((learningRate / (1 - config.beta1 ** (i + 1))) * m) / denominator;
  });
  return w;
}

const configs: OptimizerConfig[] = [
  { ...sgd, momentum: 0, nesterov: false, weightDecay: 0 },
  { ...sgd, momentum: 0, nesterov: false, weightDecay: 0.3 },
  { ...sgd, momentum: 0.9, nesterov: false, weightDecay: 0.3 },
  { ...sgd, name: 'adam', weightDecay: 0 },
  { ...sgd, name: 'adam', weightDecay: 0.3, beta1: 0.8, beta2: 0.95, rho: 0.99, epsilon: 1e-3 },
  { ...sgd, name: 'adamw', weightDecay: 0.3 },
];

for (const backend of ['cpu', 'wasm'] as const) {
  describe(`optimizer steps on ${backend} against PyTorch's formulas`, () => {
    let update: UpdateOp = updateWithOps;
    let engine: EagerEngine | undefined;

    before(async () => {
      tf.enableProdMode();
      if (backend === 'wasm') {
        engine = await startEngine(1, true);
        update = engine.ops.update;
      } else await tf.setBackend('cpu');
    });

    for (const config of configs) {
      for (const shape of [[5], [5, 1]]) {
        const decays = shape.length > 1;
        test(`${config.name} μ ${config.momentum} λ ${config.weightDecay} on ${decays ? 'a kernel' : 'a bias'}`, () => {
          const variable = tf.variable(tf.tensor(start, shape), true);
          const optimizer = new Optimizer(config, [{ name: 'w', variable }], update);
          for (const g of gradients) optimizer.apply({ [variable.name]: tf.tensor(g, shape) }, learningRate);
          const values = variable.dataSync();
          start.forEach((w, i) => {
            const gs = gradients.map((g) => g[i] as number);
            const expected = (config.name === 'sgd' ? torchSgd : torchAdam)(w, gs, config, decays);
            assert.ok(Math.abs((values[i] as number) - expected) < 2e-6, `${values[i]} instead of ${expected}`);
          });
        });
      }
    }
  });
}

test('a state that does not fit is refused and changes nothing', async () => {
  await tf.setBackend('cpu');
  const variable = tf.variable(tf.tensor([1, 2]), true);
  const optimizer = new Optimizer(sgd, [{ name: 'w', variable }], updateWithOps);
  optimizer.apply({ [variable.name]: tf.tensor([1, 1]) }, 0.1);
  const before = await optimizer.read();
  const wrong = [{ name: 'other/momentum', shape: [2], data: new Float32Array(2) }];
  assert.throws(() => optimizer.write(wrong), { code: 'bad-state' });
  assert.throws(() => optimizer.write([{ name: 'w/momentum', shape: [3], data: new Float32Array(3) }]), {
    code: 'bad-state',
  });
  assert.deepEqual(await optimizer.read(), before);
});
