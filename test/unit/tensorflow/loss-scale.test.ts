import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LossScale } from '../../../src/engines/tensorflow/loss-scale.ts';

describe('the factor of float16 losses', () => {
  it('is halved by each overflow, not below 1', () => {
    const scale = new LossScale();
    assert.equal(scale.value, 65536);
    scale.update(false);
    assert.equal(scale.value, 32768);
    for (let i = 0; i < 40; i++) scale.update(false);
    assert.equal(scale.value, 1);
  });

  it('doubles after 2000 updates without overflow, as in PyTorch, not above 2²⁴', () => {
    const scale = new LossScale();
    for (let i = 0; i < 1999; i++) scale.update(true);
    assert.equal(scale.value, 65536);
    scale.update(true);
    assert.equal(scale.value, 131072);
    scale.update(false);
    for (let i = 0; i < 1999; i++) scale.update(true);
    assert.equal(scale.value, 65536);
    for (let i = 0; i < 40_000; i++) scale.update(true);
    assert.equal(scale.value, 2 ** 24);
  });

  it('goes on from what was read', () => {
    const [a, b] = [new LossScale(), new LossScale()];
    a.update(false);
    for (let i = 0; i < 1500; i++) a.update(true);
    b.write(a.read());
    for (let i = 0; i < 500; i++) for (const one of [a, b]) one.update(true);
    assert.equal(a.value, 65536);
    assert.deepEqual(b.read(), a.read());
    b.write(null);
    assert.deepEqual(b.read(), [65536, 0]);
  });
});
