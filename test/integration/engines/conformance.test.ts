import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { cpuMaker } from '../../../src/engines/cpu/maker.ts';
import type { Engine, StepResult, TrainerOptions, TrainerState } from '../../../src/engines/engine.ts';
import { startEngine } from '../../../src/engines/wasm/maker.ts';
import { batchOf, mixedCnn, optionsWith, residualBlock } from '../../unit/engines/models.ts';

const models: [name: string, build: () => LayersModel][] = [
  ['CNN with bias, dropout, batch norm, strides and odd windows', mixedCnn],
  ['residual block with padding and projection', residualBlock],
];
const optimizers = [
  { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-2 },
  { name: 'adam', weightDecay: 1e-2 },
  { name: 'adamw', weightDecay: 1e-1 },
] as const;
const engines: [name: string, start: () => Promise<Engine>][] = [
  ['1 thread', () => startEngine(1, true)],
  ['2 threads', () => startEngine(2, true)],
  ['plain SIMD, 3 threads', () => startEngine(3, false)],
];

async function train(engine: Engine, model: LayersModel, options: TrainerOptions) {
  const trainer = await engine.createTrainer(model, options);
  const results: StepResult[] = [];
  for (let step = 0; step < 5; step++) {
    results.push(await trainer.step(batchOf(9, step), { step, learningRate: 0.01 }));
  }
  const state = await trainer.readState();
  const probabilities = await trainer.predict(batchOf(7));
  trainer.dispose();
  model.dispose();
  return { results, state, probabilities };
}

type Trained = Awaited<ReturnType<typeof train>>;

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);
}

function assertClose(actual: Trained, expected: Trained): void {
  for (const [i, { loss }] of expected.results.entries()) {
    const other = actual.results[i]?.loss as number;
    assert.ok(Math.abs(other - loss) < 1e-4 * (1 + loss), `loss of step ${i}: ${other} instead of ${loss}`);
  }
  for (const [i, { name, data }] of expected.state.weights.entries()) {
    const difference = largestDifference(actual.state.weights[i]?.data as Float32Array, data);
    // Adam turns a gradient of nearly nothing into a step of ±η.
    assert.ok(difference < 2e-3, `${name} differs by ${difference}`);
  }
  assert.ok(largestDifference(actual.probabilities, expected.probabilities) < 2e-3);
}

describe('wasm engine against the cpu engine', { timeout: 300_000 }, () => {
  const expected = new Map<string, Trained>();

  before(async () => {
    const oracle = await cpuMaker.start({ threads: 0 });
    for (const [name, build] of models) {
      for (const optimizer of optimizers) {
        expected.set(name + optimizer.name, await train(oracle, build(), optionsWith(optimizer)));
      }
    }
  });

  for (const [threads, start] of engines) {
    describe(threads, () => {
      let engine: Engine;
      before(async () => {
        engine = await start();
      });
      after(() => engine.dispose());

      for (const [name, build] of models) {
        for (const optimizer of optimizers) {
          test(`${name}, ${optimizer.name}`, async () => {
            const trained = await train(engine, build(), optionsWith(optimizer));
            assertClose(trained, expected.get(name + optimizer.name) as Trained);
            assert.deepEqual(
              trained.state.weights.map((weight) => weight.name),
              expected.get(name + optimizer.name)?.state.weights.map((weight) => weight.name),
            );
          });
        }
      }
    });
  }
});

describe('reproducibility', { timeout: 120_000 }, () => {
  const states: TrainerState[] = [];
  for (const threads of [1, 2, 2, 4]) {
    test(`${threads} threads give the same bits`, async () => {
      const engine = await startEngine(threads, true);
      try {
        assert.equal(engine.info.threads, threads);
        states.push((await train(engine, mixedCnn(), optionsWith())).state);
        assert.deepEqual(states.at(-1), states[0]);
      } finally {
        await engine.dispose();
      }
    });
  }
});
