import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { chooseEngine } from '../../../../src/engines/choose.ts';
import type { Engine, ImageBatch, Trainer } from '../../../../src/engines/engine.ts';
import { mixSeed, seededRandom } from '../../../../src/random.ts';
import { defaultConfig, type OptimizerConfig, type RunConfig } from '../../../../src/training/config.ts';
import { runSweep } from '../../../../src/training/lr-finder/sweep.ts';
import { buildNetwork, createNetworkTrainer } from '../../../../src/training/network.ts';
import { skip as noTensorFlow, useTensorFlow } from '../../tensorflow/support.ts';

const classes = 3;
const size = 8;

function batchAt(number: number): ImageBatch {
  const random = seededRandom(mixSeed(5, number));
  const labels = Int32Array.from({ length: size }, () => Math.floor(random() * classes));
  const pixels = Uint8Array.from(
    { length: size * 64 * 3 },
    (_, i) => 60 * labels[Math.floor(i / 192)]! + random() * 100,
  );
  return { pixels, labels, size };
}

async function* batches(from: number): AsyncGenerator<ImageBatch, void> {
  for (let number = from; ; number++) yield batchAt(number);
}

async function trainerOf(engine: Engine, optimizer: Partial<OptimizerConfig>): Promise<Trainer> {
  const config: RunConfig = {
    ...defaultConfig,
    input: { ...defaultConfig.input, width: 8, height: 8 },
    model: { ...defaultConfig.model, width: 0.25 },
    training: { ...defaultConfig.training, optimizer: { ...defaultConfig.training.optimizer, ...optimizer } },
  };
  const model = buildNetwork(config, classes);
  return await createNetworkTrainer(engine, model, config, {
    normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
    classWeights: null,
    freeze: [],
  });
}

async function train(trainer: Trainer, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    losses.push((await trainer.step(batchAt(step), { step, learningRate: 0.01 })).loss);
  }
  return losses;
}

const sweep = (trainer: Trainer, settings: { start: number; end: number; steps: number }, stopAfter = 1e9) => {
  let points = 0;
  return runSweep({
    trainer,
    batches: batches(1000),
    settings,
    accumulate: 1,
    firstStep: 1000,
    stopRequested: () => points >= stopAfter,
    onPoint: () => points++,
  });
};

/** What a sweep may do to a trainer before it gives it back. */
const endings = {
  'to its end': { settings: { start: 1e-6, end: 0.1, steps: 20 }, end: 'completed' },
  'until the loss is no number': { settings: { start: 1e36, end: 1e38, steps: 20 }, end: 'not-finite' },
  'until it is stopped': { settings: { start: 1e-6, end: 0.1, steps: 20 }, stopAfter: 7, end: 'stopped' },
} as const;

for (const [name, skip] of [
  ['cpu', false],
  ['wasm', false],
  ['tensorflow', noTensorFlow],
] as const) {
  describe(`runSweep on ${name}`, { skip }, () => {
    if (name === 'tensorflow') before(useTensorFlow);
    for (const optimizer of ['sgd', 'adamw'] as const) {
      for (const [what, { settings, end, ...rest }] of Object.entries(endings)) {
        it(`${what}: ${optimizer} goes on as if nothing had happened, bit by bit`, async () => {
          const { engine } = await chooseEngine({ name, threads: 1, adapter: '', precision: 'float32' });
          const [swept, plain] = [
            await trainerOf(engine, { name: optimizer }),
            await trainerOf(engine, { name: optimizer }),
          ];
          try {
            // Once before the first step, when the optimizer has no state yet, and once in the middle of a training.
            for (const from of [0, 4]) {
              const before = await swept.readState();
              const result = await sweep(swept, settings, 'stopAfter' in rest ? rest.stopAfter : undefined);
              // The ReLU of TensorFlow's oneDNN makes a zero of NaN: there the loss is only much too large.
              const ends = name === 'tensorflow' && end === 'not-finite' ? [end, 'diverged'] : [end];
              assert.ok(ends.includes(result.end), result.end);
              assert.deepEqual(await swept.readState(), before);
              assert.deepEqual(await train(swept, from, from + 4), await train(plain, from, from + 4));
              assert.deepEqual(await swept.readState(), await plain.readState());
            }
          } finally {
            swept.dispose();
            plain.dispose();
            await engine.dispose();
          }
        });
      }
    }
  });
}
