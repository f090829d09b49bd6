import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { epochOrder, stepsPerEpoch } from '../../../src/training/order.ts';

const images = Uint32Array.from({ length: 50 }, (_, i) => i * 3);

describe('epochOrder', () => {
  it('has every image once', () => assert.deepEqual(epochOrder(images, 1, 0).sort(), images));
  it('is the same for the same seed and epoch', () => {
    assert.deepEqual(epochOrder(images, 7, 4), epochOrder(images, 7, 4));
  });
  it('is another for another epoch or seed', () => {
    assert.notDeepEqual(epochOrder(images, 7, 4), epochOrder(images, 7, 5));
    assert.notDeepEqual(epochOrder(images, 7, 4), epochOrder(images, 8, 4));
  });
});

describe('stepsPerEpoch', () => {
  for (const [count, batch, steps] of [
    [100, 10, 10],
    [109, 10, 10],
    [10, 10, 1],
    [3, 10, 1],
  ] as const) {
    it(`is ${steps} for ${count} images in batches of ${batch}`, () =>
      assert.equal(stepsPerEpoch(count, batch), steps));
  }
});
