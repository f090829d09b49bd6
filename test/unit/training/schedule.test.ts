import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { learningRateAt } from '../../../src/training/schedule.ts';

// Computed in Python from the formulas of fastai's `combined_cos` and SGDR.
const golden: ['constant' | 'cosine' | 'one-cycle', peak: number, step: number, steps: number, rate: number][] = [
  ['constant', 0.1, 0, 100, 0.1],
  ['constant', 0.1, 99, 100, 0.1],
  ['cosine', 0.1, 0, 100, 0.1],
  ['cosine', 0.1, 25, 100, 0.08535533905932738],
  ['cosine', 0.1, 50, 100, 0.05],
  ['cosine', 0.1, 99, 100, 2.467198171342e-5],
  ['one-cycle', 1e-3, 0, 100, 4e-5],
  ['one-cycle', 1e-3, 10, 100, 3.716718427e-4],
  ['one-cycle', 1e-3, 25, 100, 1e-3],
  ['one-cycle', 1e-3, 62, 100, 5.104761052295791e-4],
  ['one-cycle', 1e-3, 0, 1, 4e-5],
];

describe('learningRateAt', () => {
  for (const [schedule, peak, step, steps, rate] of golden) {
    it(`${schedule} of ${peak} is ${rate} at ${step} of ${steps}`, () => {
      const actual = learningRateAt(schedule, peak, { step, steps });
      assert.ok(Math.abs(actual - rate) < 1e-6 * peak + 1e-12, `${actual}`);
    });
  }

  it('ends one-cycle near 1/100,000 of the peak', () => {
    assert.ok(learningRateAt('one-cycle', 1, { step: 99_999, steps: 100_000 }) < 1.1e-5);
  });
});
