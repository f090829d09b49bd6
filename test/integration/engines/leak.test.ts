import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memory } from '@tensorflow/tfjs-core';
import { startEngine } from '../../../src/engines/wasm/maker.ts';
import { batchOf, optionsWith, tinyCnn } from '../../unit/engines/models.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Resident memory, MiB, without what V8 holds in reserve for its own heap. */
function usedMemory(): number {
  collectGarbage();
  const { rss, heapTotal, heapUsed } = process.memoryUsage();
  return (rss - heapTotal + heapUsed) / 2 ** 20;
}

test('2,000 steps and 200 predictions leave no tensor and no memory behind', { timeout: 300_000 }, async () => {
  const engine = await startEngine(2, true);
  const trainer = await engine.createTrainer(tinyCnn(), optionsWith({ name: 'adamw' }));
  const batches = Array.from({ length: 10 }, (_, i) => batchOf(8, i));
  const last = batchOf(3);
  const used = async (from: number, to: number) => {
    for (let step = from; step < to; step++) {
      const batch = step % 10 === 9 ? last : (batches[step % 10] as typeof last);
      await trainer.step(batch, { step, learningRate: 1e-3 });
      if (step % 10 === 0) await trainer.predict(batch);
    }
    return { tensors: memory().numTensors, memory: usedMemory() };
  };
  // Until then the engine's code is still being compiled.
  const warm = await used(0, 1000);
  const end = await used(1000, 3000);
  assert.equal(end.tensors, warm.tensors);
  const grown = end.memory - warm.memory;
  assert.ok(grown < 16, `resident memory grew by ${grown.toFixed(1)} MiB`);
  trainer.dispose();
  await engine.dispose();
});
