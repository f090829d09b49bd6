import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultSweep, type SweepEnd, type Verdict } from '../../../../src/protocol/lr-finder.ts';
import { seededRandom } from '../../../../src/random.ts';
import { rangesOf } from '../../../../src/training/lr-finder/agreement.ts';
import { SweepCurve, sweepRate } from '../../../../src/training/lr-finder/curve.ts';
import { suggestRates, usableCurve } from '../../../../src/training/lr-finder/suggestions.ts';
import { judge, roundRate } from '../../../../src/training/lr-finder/verdict.ts';

type Shape = (rate: number) => number;

/** A loss that falls around `falls` and rises from `rises` on. */
const bowl =
  (falls: number, rises: number): Shape =>
  (rate) =>
    2.3 - 1.2 / (1 + (falls / rate) ** 1.5) + Math.min(50, (rate / rises) ** 2);

function sweepOf(shape: Shape, { noise = 0, seed = 1, until = 100 } = {}) {
  const random = seededRandom(seed);
  const curve = new SweepCurve();
  const rates: number[] = [];
  let end: SweepEnd = until < 100 ? 'stopped' : 'completed';
  for (let i = 0; i < until; i++) {
    const rate = sweepRate(i, defaultSweep);
    rates.push(rate);
    curve.add(shape(rate) + noise * (random() - 0.5));
    if (!curve.ended) continue;
    end = curve.ended;
    break;
  }
  return { end, rates, losses: curve.losses, smoothed: curve.smoothed };
}

function verdictOf(...sweeps: ReturnType<typeof sweepOf>[]): Verdict {
  const suggestions = sweeps.map(({ rates, smoothed }) => suggestRates(usableCurve(rates, smoothed, 100)));
  return judge(sweeps, rangesOf(suggestions), 100);
}

function causeOf(verdict: Verdict): string {
  for (const text of [verdict.message, verdict.advice]) assert.match(text, /^\S.*\.$/);
  return verdict.usable ? verdict.confidence : verdict.cause;
}

describe('judge', () => {
  it('trusts seeds that agree', () => {
    const verdict = verdictOf(...[1, 2, 3].map((seed) => sweepOf(bowl(1e-3, 0.1), { noise: 0.05, seed })));
    assert.ok(verdict.usable);
    assert.notEqual(verdict.confidence, 'low');
    assert.ok(verdict.rate > 1e-3 / 10 && verdict.rate < 0.1, String(verdict.rate));
    assert.match(verdict.message, /^3 seeds agree within ×/);
  });

  it('is less sure of one seed', () => {
    const verdict = verdictOf(sweepOf(bowl(1e-3, 0.1), { noise: 0.05 }));
    assert.equal(causeOf(verdict), 'medium', verdict.message);
    assert.match(verdict.message, /^One seed only/);
  });

  for (const [cause, sweeps, says] of [
    ['flat', [sweepOf(() => 2.3), sweepOf(() => 2.3, { noise: 0.01 })], /stays where it is.*up to rate 8\.3/],
    ['noisy', [sweepOf(bowl(1e-3, 0.1), { noise: 6, seed: 3 })], /jumps from batch to batch/],
    ['not-finite', [sweepOf((rate) => (rate > 1e-6 ? Number.NaN : 2))], /not a number at rate 1\S*e-6/],
    ['not-finite', [sweepOf((rate) => (rate > 1e-4 ? Number.NaN : 2))], /before it fell/],
    ['diverged', [sweepOf((rate) => 0.1 + rate * 1e6)], /only rises/],
    ['diverged', [sweepOf((rate) => 0.1 + rate * 1e4)], /only rises/],
    ['noisy', [sweepOf(bowl(1e-5, 1e-3)), sweepOf(bowl(0.1, 10))], /seeds don't agree: they suggest from .*e-\d/],
    ['too-short', [sweepOf(bowl(1e-3, 0.1), { until: 12 })], /too few points/],
    ['too-short', [sweepOf(bowl(1e-2, 1), { until: 40 })], /stopped before the loss fell/],
  ] as const) {
    it(`says ${cause}: ${says.source}`, () => {
      const verdict = verdictOf(...sweeps);
      assert.equal(causeOf(verdict), cause, verdict.message);
      assert.match(verdict.message, says);
    });
  }

  it('a loss that becomes no number after the valley is no reason to say nothing', () => {
    const shape = bowl(1e-3, 1e9);
    const verdict = verdictOf(sweepOf((rate) => (rate > 1 ? Number.NaN : shape(rate))));
    assert.ok(verdict.usable, verdict.message);
  });

  const at = (rate: number) => ({ median: rate, min: rate, max: rate, seeds: 1 });
  const good = [sweepOf(bowl(1e-3, 0.1))];

  it('says disagree where most methods are ten times off the valley', () => {
    const verdict = judge(good, { valley: at(1e-3), steep: at(2e-3), slide: at(0.02), minimum: at(0.05) }, 100);
    assert.equal(causeOf(verdict), 'disagree');
    assert.match(verdict.message, /valley says 0\.001, slide says 0\.02 and minimum says 0\.05/);
  });

  it('names the one method that is off', () => {
    const verdict = judge(good, { valley: at(1e-3), steep: at(2e-3), slide: at(0.02), minimum: at(0.005) }, 100);
    assert.equal(causeOf(verdict), 'medium');
    assert.match(verdict.message, /steep and minimum within ×10 of it, but slide says 0\.02/);
  });

  it('does not take the valley’s word alone', () => {
    assert.equal(causeOf(judge(good, { valley: at(1e-3), steep: at(0.5) }, 100)), 'disagree');
  });
});

describe('roundRate', () => {
  for (const [rate, rounded] of [
    [0.0022908, 0.0023],
    [1.96e-7, 2e-7],
    [0.0995, 0.1],
  ] as const) {
    it(`${rate} is ${rounded}`, () => assert.equal(roundRate(rate), rounded));
  }
});
