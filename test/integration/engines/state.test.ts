import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { memory } from '@tensorflow/tfjs-core';
import type { Engine, Trainer } from '../../../src/engines/engine.ts';
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

  for (const name of ['sgd', 'adam', 'adamw'] as OptimizerConfig['name'][]) {
    test(`${name}: three steps, a saved state, three steps more equal six steps, bit for bit`, async () => {
      const options = optionsWith({ name });
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
    const images = 700_000;
    const bytes = new Uint8Array(images * 12 * 12 * 3);
    const huge = { pixels: bytes, labels: new Int32Array(images), size: images };
    await assert.rejects(trainer.step(huge, { step: 0, learningRate: 0.01 }), {
      code: 'out-of-memory',
      advice: /batch size or the image size/,
    });
    const before = memory().numTensors;
    await steps(trainer, 0, 2);
    assert.ok(Number.isFinite((await steps(trainer, 2, 3))[0]));
    assert.ok(memory().numTensors <= before + 20);
    trainer.dispose();
  });
});
