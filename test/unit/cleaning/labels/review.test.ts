import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorPrior, errorRates, errorsRemaining, estimateReview } from '../../../../src/cleaning/labels/review.ts';
import { seededRandom } from '../../../../src/random.ts';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Images whose labels are really wrong with other odds than the prior says, the most suspicious first. */
function invented(images: number, level: number, slope: number) {
  const random = seededRandom(5);
  const odds = Float64Array.from({ length: images }, () => 8 * random() - 6).sort((a, b) => b - a);
  const truth = odds.map((x) => sigmoid(level + slope * x));
  const wrong = Int8Array.from(truth, (p) => (random() < p ? 1 : 0));
  return { prior: odds.map(sigmoid), truth, wrong, order: Uint32Array.from(odds.keys()) };
}

describe('prior of wrong labels', () => {
  it('sums to the errors of the joint in every class, and keeps the order', () => {
    const labels = Int32Array.of(0, 0, 0, 0, 1, 1, 1);
    const own = [0.9, 0.8, 0.3, 0.1, 0.9, 0.7, 0.6];
    const probabilities = Float32Array.from(own.flatMap((p, i) => (labels[i] === 0 ? [p, 1 - p] : [1 - p, p])));
    const prior = errorPrior({ classes: 2, labels, probabilities }, Float64Array.of(2, 2, 0, 3));
    const sum = (label: number) => prior.reduce((total, p, i) => (labels[i] === label ? total + p : total), 0);
    assert.ok(Math.abs(sum(0) - 2) < 1e-6, `${sum(0)}`);
    // No errors by the joint: half an image, for a joint is an estimate.
    assert.ok(Math.abs(sum(1) - 0.5) < 1e-6, `${sum(1)}`);
    assert.deepEqual(
      [...prior.subarray(0, 4)].sort((a, b) => a - b),
      [...prior.subarray(0, 4)],
    );
  });
});

describe('review budget', () => {
  const nobody = (images: number) => new Int8Array(images).fill(-1);

  it('expects what the prior says while nothing is decided', () => {
    const { prior, order } = invented(1000, 0, 1);
    const rates = errorRates(prior, nobody(1000));
    const { errors, decided, budget } = estimateReview(rates, nobody(1000), order, 200);
    const expected = prior.subarray(0, 200).reduce((sum, p) => sum + p, 0);
    assert.ok(Math.abs(errors - expected) < 1e-6);
    assert.deepEqual([decided, budget], [0, 200]);
    assert.equal(estimateReview(rates, nobody(1000), order, 5000).budget, 1000);
  });

  for (const [name, level, slope] of [
    ['too many errors', -1.5, 1],
    ['too few', 1.5, 1],
    ['a ranking that is worse than it claims', -1, 0.5],
  ] as const) {
    it(`corrects a prior that expects ${name} as the user decides`, () => {
      const { prior, truth, wrong, order } = invented(4000, level, slope);
      const misses = [0, 20, 100, 400, 1600].map((seen) => {
        const decisions = nobody(4000);
        decisions.set(wrong.subarray(0, seen));
        const { errors, confirmedWrong } = estimateReview(errorRates(prior, decisions), decisions, order, 2000);
        const really = truth.subarray(seen, 2000).reduce((sum, p) => sum + p, 0);
        assert.equal(
          confirmedWrong,
          wrong.subarray(0, seen).reduce((sum, one) => sum + one, 0),
        );
        return Math.abs(errors - really) / really;
      });
      const [first = 0, , , after400 = 1, last = 1] = misses;
      assert.ok(after400 < first / 2, `misses ${misses}`);
      assert.ok(last < 0.15, `misses ${misses}`);
    });
  }

  it('knows exactly when all is decided, and never moves the wrong way on one decision', () => {
    const { prior, wrong } = invented(500, 0, 1);
    assert.equal(errorsRemaining(errorRates(prior, wrong), wrong), 0);
    const one = nobody(500);
    one[0] = 0;
    const before = errorsRemaining(errorRates(prior, nobody(500)), one);
    assert.ok(errorsRemaining(errorRates(prior, one), one) < before);
  });
});
