import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { shapeGradients } from '../../../src/engines/eager/clipping.ts';
import type { UpdateOps } from '../../../src/engines/eager/ops.ts';
import { Optimizer } from '../../../src/engines/eager/optimizer.ts';
import { updatesWithOps } from '../../../src/engines/eager/update.ts';
import { startEngine } from '../../../src/engines/wasm/maker.ts';
import type { ClipConfig, OptimizerConfig } from '../../../src/training/config.ts';
import { sgd } from './models.ts';
import { ScalarOptimizer } from './torch-optimizers.ts';

const start = [1, -2, 0.5, 3, 0.25];
const gradients = [
  [0.1, 0.2, -0.3, 0.001, 4],
  [-0.5, 0.1, 0.2, 0.3, -2],
  [0.7, -0.1, 0.05, 0, 1e-4],
];
const learningRate = 0.1;
const rate = 0.5;
const shaping = { scale: 0.5, limit: 0.9, factor: 0.75 };
const momenta = [0.9, 0.95, 0.85];

const configs: OptimizerConfig[] = [
  { ...sgd, momentum: 0, weightDecay: 0 },
  { ...sgd, momentum: 0, weightDecay: 0.3 },
  { ...sgd, momentum: 0.9, weightDecay: 0.3 },
  { ...sgd, momentum: 0.9, weightDecay: 0.3, nesterov: true },
  { ...sgd, name: 'adam', weightDecay: 0 },
  { ...sgd, name: 'adam', weightDecay: 0.3, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 },
  { ...sgd, name: 'adamw', weightDecay: 0.3 },
  { ...sgd, name: 'rmsprop', momentum: 0, weightDecay: 0.3, epsilon: 1e-2 },
  { ...sgd, name: 'rmsprop', momentum: 0.9, weightDecay: 0, rho: 0.9 },
  { ...sgd, name: 'lion', weightDecay: 0.3, beta2: 0.99 },
];

for (const backend of ['cpu', 'wasm'] as const) {
  describe(`updates on ${backend}`, () => {
    let updates: UpdateOps = updatesWithOps;

    before(async () => {
      tf.enableProdMode();
      if (backend === 'wasm') updates = (await startEngine(1, true)).ops.updates;
      else await tf.setBackend('cpu');
    });

    function assertLikeTorch(config: OptimizerConfig, shape: number[], perStep: boolean): void {
      const variable = tf.variable(tf.tensor(start, shape), true);
      const optimizer = new Optimizer(config, [{ name: 'w', variable, rate }], updates);
      const expected = start.map((weight) => new ScalarOptimizer(config, weight));
      gradients.forEach((values, step) => {
        const momentum = perStep ? { momentum: momenta[step] as number } : {};
        optimizer.apply({ [variable.name]: tf.tensor(values, shape) }, { learningRate, shaping, ...momentum });
        values.forEach((raw, i) => {
          const gradient = Math.max(-shaping.limit, Math.min(shaping.limit, raw * shaping.scale)) * shaping.factor;
          const decays = shape.length > 1;
          expected[i]?.step({ gradient, learningRate: learningRate * rate, decays, ...momentum });
        });
      });
      const actual = variable.dataSync();
      expected.forEach(({ weight }, i) => {
        assert.ok(Math.abs((actual[i] as number) - weight) < 2e-6, `${actual[i]} instead of ${weight}`);
      });
    }

    for (const config of configs) {
      const name = `${config.name}${config.nesterov ? ', Nesterov' : ''} μ ${config.momentum} λ ${config.weightDecay}`;
      test(`${name}: a kernel`, () => assertLikeTorch(config, [5, 1], false));
      test(`${name}: a bias does not decay`, () => assertLikeTorch(config, [5], false));
      test(`${name}: momentum of its own for each step`, () => assertLikeTorch(config, [5, 1], true));
    }

    test('the average moves by 1 − decay of the distance', () => {
      const average = tf.variable(tf.tensor(start), false);
      updates.average(average, tf.variable(tf.tensor([2, -2, 1, 0, 0])), 0.75);
      assert.deepEqual([...average.dataSync()], [1.25, -2, 0.625, 2.25, 0.1875]);
    });

    const clips: [what: string, clip: ClipConfig, norm: number | null, clipped: number[]][] = [
      ['none', { norm: 0, value: 0 }, null, [3, -4, 12]],
      ['by value', { norm: 0, value: 4 }, null, [3, -4, 4]],
      ['by norm, below it', { norm: 20, value: 0 }, 13, [3, -4, 12]],
      ['by norm', { norm: 6.5, value: 0 }, 13, [1.5, -2, 6]],
      ['by value, then by norm', { norm: 2.5, value: 3 }, 13, [2.5, -2.5, 2.5].map((x) => x / Math.sqrt(3))],
    ];
    for (const [what, clip, norm, clipped] of clips) {
      test(`clipping ${what}, of a mean of two`, async () => {
        const shape = await shapeGradients([tf.tensor1d([6, -8]), tf.tensor1d([24])], 0.5, clip, updates);
        assert.equal(shape.norm, norm);
        const weight = tf.variable(tf.zeros([3]));
        const optimizer = new Optimizer({ ...sgd, momentum: 0 }, [{ name: 'w', variable: weight, rate: 1 }], updates);
        optimizer.apply({ [weight.name]: tf.tensor1d([6, -8, 24]) }, { learningRate: 1, shaping: shape.shaping });
        weight.dataSync().forEach((value, i) => {
          assert.ok(Math.abs(value + (clipped[i] as number)) < 1e-5, `${value} instead of ${-(clipped[i] as number)}`);
        });
      });
    }

    test('a sum of squares over many values does not drift', async () => {
      const values = tf.fill([1_000_003], 0.1);
      const sum = await updates.sumOfSquares([values], { scale: 1, limit: Number.POSITIVE_INFINITY });
      assert.ok(Math.abs(sum / (1_000_003 * Math.fround(0.1) ** 2) - 1) < 1e-6, String(sum));
    });
  });
}

test('a state that does not fit is refused and changes nothing', async () => {
  await tf.setBackend('cpu');
  const variable = tf.variable(tf.tensor([1, 2]), true);
  const optimizer = new Optimizer(sgd, [{ name: 'w', variable, rate: 1 }], updatesWithOps);
  const plain = { scale: 1, limit: Number.POSITIVE_INFINITY, factor: 1 };
  optimizer.apply({ [variable.name]: tf.tensor([1, 1]) }, { learningRate: 0.1, shaping: plain });
  const before = await optimizer.read();
  const wrong = [{ name: 'other/momentum', shape: [2], data: new Float32Array(2) }];
  assert.throws(() => optimizer.prepareWrite(wrong), { code: 'bad-state' });
  assert.throws(() => optimizer.prepareWrite([{ name: 'w/momentum', shape: [3], data: new Float32Array(3) }]), {
    code: 'bad-state',
  });
  assert.deepEqual(await optimizer.read(), before);
});
