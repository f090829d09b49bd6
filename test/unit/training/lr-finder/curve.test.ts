import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultSweep } from '../../../../src/protocol/lr-finder.ts';
import { SweepCurve, sweepRate } from '../../../../src/training/lr-finder/curve.ts';

describe('sweepRate', () => {
  it('rises by the same factor each iteration, from the start to just below the end', () => {
    const rates = Array.from({ length: 100 }, (_, i) => sweepRate(i, defaultSweep));
    assert.equal(rates[0], 1e-7);
    assert.ok(Math.abs(rates[50]! - 1e-3) < 1e-15);
    const factor = 10 ** 0.08;
    for (let i = 1; i < 100; i++) assert.ok(Math.abs(rates[i]! / rates[i - 1]! - factor) < 1e-12);
    assert.ok(Math.abs(rates[99]! - 10 / factor) < 1e-12);
  });
});

describe('SweepCurve', () => {
  it('smooths with 0.98 and corrects the bias', () => {
    const curve = new SweepCurve();
    // v₁ = .02·2 = .04, /(1−.98) = 2; v₂ = .0392 + .08 = .1192, /(1−.9604) = 3.0101…
    assert.equal(curve.add(2).toFixed(12), '2.000000000000');
    assert.equal(curve.add(4).toFixed(6), (0.1192 / 0.0396).toFixed(6));
    assert.deepEqual(curve.losses, [2, 4]);
    assert.equal(curve.ended, null);
  });

  it('ends above four times its best, not at it', () => {
    const curve = new SweepCurve();
    curve.add(1);
    while (curve.ended === null) curve.add(20);
    const best = Math.min(...curve.smoothed);
    assert.equal(curve.ended, 'diverged');
    assert.ok(curve.smoothed.at(-1)! > 4 * best && curve.smoothed.at(-2)! <= 4 * best);
  });

  for (const loss of [Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`ends at ${loss}`, () => {
      const curve = new SweepCurve();
      curve.add(1);
      curve.add(loss);
      assert.equal(curve.ended, 'not-finite');
    });
  }
});
