import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultConfig } from '../../../src/training/config.ts';
import { positionOf } from '../../../src/training/position.ts';
import { atStart } from '../../../src/training/progress.ts';
import { ratesAt } from '../../../src/training/schedule.ts';
import { nextShare, stepsLeft, TimeBudget } from '../../../src/training/time-budget.ts';

describe('stepsLeft', () => {
  const pace = { stepSeconds: 1, validationSeconds: 0, stepsPerEpoch: 10 };
  for (const [change, steps] of [
    [{ secondsLeft: 30 }, 30],
    [{ secondsLeft: 30.9 }, 30],
    // 5 s each epoch and at the end: (35 − 5) / 1.5.
    [{ secondsLeft: 35, validationSeconds: 5 }, 20],
    [{ secondsLeft: 0.2 }, 1],
    [{ secondsLeft: -5 }, 1],
  ] as const) {
    it(`${JSON.stringify(change)}: ${steps}`, () => assert.equal(stepsLeft({ ...pace, ...change }), steps));
  }

  it('spreads the rest of the schedule over them', () => {
    assert.equal(nextShare({ ...pace, share: 0.5, secondsLeft: 5 }), 0.6);
    assert.equal(nextShare({ ...pace, share: 0.5, secondsLeft: 1 }), 1);
  });
});

describe('TimeBudget', () => {
  /** A training on a machine that takes `stepSeconds(step)` a step; returns the shares after each. */
  function train(seconds: number, stepSeconds: (step: number) => number): { shares: number[]; took: number } {
    let clock = 0;
    const budget = new TimeBudget(seconds, 0, () => clock * 1000);
    const work = { stepsPerEpoch: 10, validationBatches: 5 };
    const shares: number[] = [];
    while ((shares.at(-1) ?? 0) < 1 && shares.length < 10_000) {
      if (shares.length % 10 === 0) {
        if (shares.length > 0) {
          clock += 2;
          budget.validated(2);
        }
        budget.begin();
      }
      clock += stepSeconds(shares.length);
      shares.push(budget.step(shares.at(-1) ?? 0, work));
    }
    return { shares, took: clock + 2 };
  }

  for (const [name, stepSeconds] of [
    ['a steady machine', () => 0.5],
    ['a slow first step', (step: number) => (step === 0 ? 20 : 0.5)],
    ['a machine that slows down', (step: number) => (step < 40 ? 0.5 : 1.5)],
    ['one that speeds up', (step: number) => (step < 40 ? 1.5 : 0.5)],
    ['a noisy one', (step: number) => 0.3 + ((step * 7919) % 11) / 20],
  ] as const) {
    it(`ends on time with the schedule done on ${name}`, () => {
      const { shares, took } = train(120, stepSeconds);
      assert.equal(shares.at(-1), 1);
      assert.ok(
        shares.every((share, i) => share > (shares[i - 1] ?? 0)),
        'the schedule never goes back',
      );
      assert.ok(took > 110 && took < 125, `${took} s`);
    });
  }

  it('has no time left for a second step where the first took it all', () => {
    assert.deepEqual(train(5, () => 10).shares, [1]);
  });

  it('goes on with what earlier processes left of it', () => {
    let clock = 1000;
    const budget = new TimeBudget(100, 90, () => clock * 1000);
    const work = { stepsPerEpoch: 100, validationBatches: 0 };
    budget.begin();
    clock += 1;
    assert.ok(Math.abs(budget.step(0.9, work) - (0.9 + 0.1 / 9)) < 1e-9);
    assert.equal(budget.epochs(3, work), 4);
  });
});

describe('positionOf', () => {
  const segment = { epochs: 4 };
  it('counts the steps of its pass', () => {
    const progress = { ...atStart, epoch: 5, segmentStart: 3, stepInEpoch: 2, step: 52 };
    const position = positionOf(progress, segment, { stepsPerEpoch: 10, timed: false });
    assert.deepEqual(position, { step: 22, steps: 40, stepsPerEpoch: 10, drops: 0 });
  });

  it('follows the share of the time, and epochs count as they are', () => {
    const progress = { ...atStart, epoch: 2, stepInEpoch: 5, budgetShare: 0.5 };
    const position = positionOf(progress, segment, { stepsPerEpoch: 10, timed: true });
    assert.deepEqual(position, { step: 25, steps: 50, stepsPerEpoch: 10, drops: 0 });
    const cosine = { ...defaultConfig.training.schedule, name: 'cosine' as const };
    assert.equal(ratesAt(cosine, 1, position).learningRate, 0.5);
  });
});
