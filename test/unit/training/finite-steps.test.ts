import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, outOfMemory } from '../../../src/engines/engine-error.ts';
import { withSmallerBatch } from '../../../src/training/finite-steps.ts';

test('out of memory names the batch size to try', () => {
  const before = outOfMemory('wasm', 2 ** 31, 3 * 2 ** 30);
  const after = withSmallerBatch(before, 65) as EngineError;
  assert.deepEqual([after.failure, after.message, after.cause], ['out-of-memory', before.message, before]);
  assert.match(after.advice, /training\.batchSize 32 instead of 65 .*can be resumed/);
});

test('nothing is added where the batch is not the cause, or can not be smaller', () => {
  const lost = new EngineError('device-lost', 'The GPU was lost.', 'Resume the run.');
  const single = outOfMemory('wasm', 1, 1);
  assert.equal(withSmallerBatch(lost, 8), lost);
  assert.equal(withSmallerBatch(single, 1), single);
});
