import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shareOf } from '../../../../src/evaluation/probes/baseline.ts';
import { stratifiedFolds } from '../../../../src/evaluation/probes/folds.ts';
import { minimize } from '../../../../src/evaluation/probes/lbfgs.ts';
import { standardized } from '../../../../src/evaluation/probes/linear-probe.ts';
import { voteOfNeighbours } from '../../../../src/evaluation/probes/nearest.ts';

describe('L-BFGS', () => {
  it('finds the bottom of a quadratic', () => {
    const bottom = [3, -1, 0.5];
    const x = minimize(
      (at) => ({
        value: at.reduce((sum, v, i) => sum + (i + 1) * (v - (bottom[i] as number)) ** 2, 0),
        gradient: at.map((v, i) => 2 * (i + 1) * (v - (bottom[i] as number))),
      }),
      new Float64Array(3),
      { iterations: 50, tolerance: 1e-10 },
    );
    for (const [i, value] of x.entries()) assert.ok(Math.abs(value - (bottom[i] as number)) < 1e-8);
  });

  it('finds its way through Rosenbrock’s valley', () => {
    const [x = 0, y = 0] = minimize(
      ([a = 0, b = 0]) => ({
        value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
        gradient: Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)),
      }),
      Float64Array.of(-1.2, 1),
      { iterations: 200, tolerance: 1e-9 },
    );
    assert.ok(Math.abs(x - 1) < 1e-6 && Math.abs(y - 1) < 1e-6, `${x}, ${y}`);
  });

  it('leaves its start alone and ends where there is nothing to gain', () => {
    const start = Float64Array.of(1, 2);
    const flat = () => ({ value: 5, gradient: new Float64Array(2) });
    assert.deepEqual([...minimize(flat, start, { iterations: 10 })], [1, 2]);
    assert.deepEqual([...start], [1, 2]);
  });
});

describe('stratified folds', () => {
  const images = Array.from({ length: 103 }, (_, i) => ({
    label: i % 3,
    group: i < 12 ? 'one' : null,
    hash: i > 90 ? 'copy' : `h${i}`,
  }));
  const folds = stratifiedFolds(images, 5, 7);

  it('keep groups and copies together', () => {
    for (const belongs of [(i: number) => i < 12, (i: number) => i > 90]) {
      const own = new Set([...folds.keys()].filter(belongs).map((i) => folds[i]));
      assert.equal(own.size, 1);
    }
  });

  it('have about as much of every class', () => {
    for (const label of [0, 1, 2]) {
      const counts = Array.from(
        { length: 5 },
        (_, fold) => images.filter((image, i) => image.label === label && folds[i] === fold).length,
      );
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 2, counts.join());
    }
  });

  it('are the same for the same seed only', () => {
    assert.deepEqual(stratifiedFolds(images, 5, 7), folds);
    assert.notDeepEqual(stratifiedFolds(images, 5, 8), folds);
  });
});

describe('a share with its interval', () => {
  for (const [count, total, low, high] of [
    // statsmodels.stats.proportion.proportion_confint(count, total, method="wilson")
    [8, 10, 0.4901625, 0.9433178],
    [0, 20, 0, 0.1611251],
    [50, 50, 0.9286524, 1],
  ] as const) {
    it(`${count} of ${total}`, () => {
      const found = shareOf(count, total);
      assert.ok(Math.abs(found.low - low) < 1e-6 && Math.abs(found.high - high) < 1e-6, `${found.low}, ${found.high}`);
    });
  }
});

it('features are brought to one scale, and constant ones to zero', () => {
  const scaled = standardized(Float32Array.of(1, 5, 3, 5, 5, 5), 2);
  for (const [i, value] of [-1.2247449, 0, 0, 0, 1.2247449, 0].entries()) {
    assert.ok(Math.abs((scaled[i] as number) - value) < 1e-6);
  }
});

it('nearer neighbours have more of a say, and missing ones none', () => {
  const positions = Int32Array.of(1, 2, 0, 2, 0, -1);
  const similarities = Float32Array.of(0.9, 0.5, 0.9, 0.9, 0.5, Number.NEGATIVE_INFINITY);
  assert.deepEqual([...voteOfNeighbours({ positions, similarities, k: 2 }, Uint32Array.of(0, 1, 0), 2)], [1, 0, 0]);
});
