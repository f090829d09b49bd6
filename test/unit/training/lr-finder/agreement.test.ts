import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { agreementBand, rangesOf } from '../../../../src/training/lr-finder/agreement.ts';

describe('agreementBand', () => {
  it('has the lowest, middle and highest loss of each iteration', () => {
    const rates = [1, 2, 3];
    const band = agreementBand([
      { rates, smoothed: [5, 4, 3] },
      { rates, smoothed: [7, 3, 9] },
      { rates, smoothed: [6, 5, 1] },
    ]);
    assert.deepEqual(band, { rates, min: [5, 3, 1], median: [6, 4, 3], max: [7, 5, 9] });
  });
  it('goes as far as the longest sweep, and leaves out what is no number', () => {
    const band = agreementBand([
      { rates: [1], smoothed: [4] },
      { rates: [1, 2, 3], smoothed: [2, 8, null] },
    ]);
    assert.deepEqual(band, { rates: [1, 2], min: [2, 8], median: [3, 8], max: [4, 8] });
  });
  it('is empty without sweeps', () => assert.deepEqual(agreementBand([]).rates, []));
});

describe('rangesOf', () => {
  it('takes the median on the logarithmic scale', () => {
    const ranges = rangesOf([{ valley: 1e-4 }, { valley: 1e-2, steep: 3 }]);
    assert.ok(Math.abs(ranges.valley!.median - 1e-3) < 1e-12);
    assert.deepEqual([ranges.valley!.min, ranges.valley!.max, ranges.valley!.seeds], [1e-4, 1e-2, 2]);
    assert.equal(ranges.steep?.seeds, 1);
    assert.equal(ranges.slide, undefined);
  });
});
