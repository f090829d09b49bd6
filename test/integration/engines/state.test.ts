import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { memory } from '@tensorflow/tfjs-core';
import type { Engine, ImageBatch, Trainer, TrainerOptions } from '../../../src/engines/engine.ts';
import { startEngine } from '../../../src/engines/wasm/maker.ts';
import type { OptimizerConfig } from '../../../src/training/config.ts';
import { batchOf, mixedCnn, optionsWith, tinyCnn } from '../../unit/engines/models.ts';

describe('wasm trainer', { timeout: 300_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine(2, true);
  });
  after(() => engine.dispose());

  async function steps(trainer: Trainer, from: number, to: number): Promise<number[]> {
    const losses: number[] = [];
    for (let step = from; step < to; step++) {
      losses.push((await trainer.step(batchOf(6, step), { step, learningRate: 0.01 })).loss);
    }
    return losses;
  }

  const kinds: [what: string, optimizer: Partial<OptimizerConfig>, more: Partial<TrainerOptions>][] = [
    ...(['sgd', 'adam', 'adamw', 'rmsprop', 'lion'] as const).map(
      (name) => [name, { name }, {}] as [string, Partial<OptimizerConfig>, Partial<TrainerOptions>],
    ),
    ['no momentum', { momentum: 0 }, {}],
    ['in the middle of the first accumulation', { name: 'adamw' }, { accumulate: 4 }],
    ['in the middle of the second accumulation', {}, { accumulate: 2, clip: { norm: 1, value: 0.1 } }],
    ['moving average', { name: 'rmsprop' }, { ema: 0.9 }],
    [
      'frozen layers',
      { name: 'lion' },
      {
        layerRates: new Map([
          ['a', 0],
          ['a.bn', 0],
          ['b', 0.1],
        ]),
        ema: 0.5,
        accumulate: 2,
      },
    ],
  ];
  for (const [what, optimizer, more] of kinds) {
    test(`${what}: three steps, a saved state, three steps more equal six steps, bit for bit`, async () => {
      const options = { ...optionsWith(optimizer), ...more };
      const whole = await engine.createTrainer(mixedCnn(), options);
      const losses = await steps(whole, 0, 6);
      const first = await engine.createTrainer(mixedCnn(), options);
      await steps(first, 0, 3);
      const saved = structuredClone(await first.readState());
      first.dispose();
      const second = await engine.createTrainer(mixedCnn(), options);
      await steps(second, 0, 1);
      await second.writeState(saved);
      assert.deepEqual(await second.readState(), saved);
      assert.deepEqual(await steps(second, 3, 6), losses.slice(3));
      assert.deepEqual(await second.readState(), await whole.readState());
      whole.dispose();
      second.dispose();
    });
  }

  test('no optimizer slots before the first step; a state of another model is refused and changes nothing', async () => {
    const trainer = await engine.createTrainer(mixedCnn(), optionsWith());
    const state = await trainer.readState();
    assert.deepEqual(state.optimizer, []);
    const other = await engine.createTrainer(tinyCnn(), optionsWith());
    await assert.rejects(trainer.writeState(await other.readState()), { code: 'bad-state' });
    assert.deepEqual(await trainer.readState(), state);
  });

  test('what was read does not change with later steps', async () => {
    const trainer = await engine.createTrainer(tinyCnn(), optionsWith());
    await steps(trainer, 0, 1);
    const state = await trainer.readState();
    const copy = structuredClone(state);
    await steps(trainer, 1, 3);
    assert.deepEqual(state, copy);
  });

  test('dropout follows seed and step, and prediction has none', async () => {
    const losses: number[] = [];
    for (const seed of [1, 1, 2]) {
      const trainer = await engine.createTrainer(mixedCnn(), optionsWith({}, seed));
      losses.push(...(await steps(trainer, 0, 1)));
      const predicted = await trainer.predict(batchOf(5));
      assert.deepEqual(await trainer.predict(batchOf(5)), predicted);
      trainer.dispose();
    }
    assert.equal(losses[0], losses[1]);
    assert.notEqual(losses[0], losses[2]);
  });

  test('a loss that is no number names the step, the rate and the loss', async () => {
    const trainer = await engine.createTrainer(mixedCnn(0), optionsWith({ weightDecay: 0 }));
    const diverge = async () => {
      for (let step = 0; step < 50; step++) await trainer.step(batchOf(6), { step, learningRate: 1e39 });
    };
    await assert.rejects(diverge(), /loss of step \d+ is (NaN|Infinity) at learning rate 1e\+39/);
    trainer.dispose();
  });

  test('a batch that does not fit in memory is an error that says what to lower, and the trainer goes on', async () => {
    const trainer = await engine.createTrainer(tinyCnn(), optionsWith());
    await assert.rejects(trainer.step(hugeBatch(700_000), { step: 0, learningRate: 0.01 }), tooLarge);
    const before = memory().numTensors;
    await steps(trainer, 0, 2);
    assert.ok(Number.isFinite((await steps(trainer, 2, 3))[0]));
    assert.ok(memory().numTensors <= before + 20);
    trainer.dispose();
  });
});

test('memory that fills up block by block is the same error, and what remains can be closed', {
  timeout: 60_000,
}, async () => {
  const engine = await startEngine(2, true);
  const trainer = await engine.createTrainer(tinyCnn(), optionsWith());
  for (const images of [700_000, 400_000, 400_000]) {
    await assert.rejects(trainer.step(hugeBatch(images), { step: 0, learningRate: 0.01 }), tooLarge);
  }
  trainer.dispose();
  await engine.dispose();
});

const tooLarge = { code: 'out-of-memory', advice: /batch size or the image size/ };

function hugeBatch(images: number): ImageBatch {
  return { pixels: new Uint8Array(images * 12 * 12 * 3), labels: new Int32Array(images), size: images };
}
