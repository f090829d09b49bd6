import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EngineError } from '../../../src/engines/engine-error.ts';
import { engineError } from '../../../src/engines/tensorflow/failures.ts';

describe('what TensorFlow says when a step fails', () => {
  const messages: [string, string][] = [
    ['Session fail to run with error: OOM when allocating tensor with shape[32,64]', 'out-of-memory'],
    ['RESOURCE_EXHAUSTED: failed to allocate memory', 'out-of-memory'],
    ['INTERNAL: CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access', 'device-lost'],
    ['Received a label value of 9 which is outside the valid range', 'engine-failed'],
  ];
  for (const [message, failure] of messages) {
    it(`${message.slice(0, 40)}… is ${failure}`, () => {
      const error = engineError(new Error(message));
      assert.ok(error instanceof EngineError);
      assert.equal(error.failure, failure);
    });
  }

  it('keeps the first line, without the binding’s prefix', () => {
    const error = engineError(new Error('Session fail to run with error: bad label\n\t [[{{node x}}]]'));
    assert.equal(error.message, 'TensorFlow could not run the step: bad label');
  });

  it('leaves an engine error as it is', () => {
    const error = new EngineError('not-finite', 'm', 'a');
    assert.equal(engineError(error), error);
  });
});
