import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BootstrapOptions, bootstrap, estimate, percentiles } from '../../../src/evaluation/metrics/bootstrap.ts';
import { judge, pick, type Scored } from '../../../src/evaluation/metrics/scored.ts';
import { seededRandom } from '../../../src/random.ts';

const options: BootstrapOptions = { samples: 1000, level: 0.95, seed: 7, stratified: false, k: 2 };

/** Three classes, right with probability `skill`. */
function sample(images: number, skill: number, seed = 1): Scored {
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: images }, (_, i) => i % 3);
  const probabilities = new Float32Array(images * 3);
  labels.forEach((label, i) => {
    const guess = random() < skill ? label : (label + 1) % 3;
    const sure = 0.5 + random() / 2;
    for (let k = 0; k < 3; k++) probabilities[i * 3 + k] = k === guess ? sure : (1 - sure) / 2;
  });
  return { classes: 3, labels, probabilities };
}

function run(scored: Scored, change: Partial<BootstrapOptions> = {}) {
  return bootstrap(scored, judge(scored), { ...options, ...change });
}

describe('bootstrap', () => {
  it('gives the binomial interval of an accuracy', () => {
    const scored = sample(400, 0.8);
    const right = judge(scored).rank.filter((place) => place === 0).length / 400;
    const { low, high } = run(scored).metrics.accuracy;
    const half = 1.96 * Math.sqrt((right * (1 - right)) / 400);
    assert.ok(Math.abs((low as number) - (right - half)) < 0.012, `${low}`);
    assert.ok(Math.abs((high as number) - (right + half)) < 0.012, `${high}`);
  });

  it('covers the truth about as often as it says', () => {
    let covered = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { low, high } = run(sample(150, 0.7, seed), { samples: 300, seed }).metrics.accuracy;
      if ((low as number) <= 0.7 && (high as number) >= 0.7) covered++;
    }
    assert.ok(covered >= 51 && covered <= 60, `${covered} of 60`);
  });

  it('is the same for the same seed, and another for another', () => {
    const scored = sample(90, 0.7);
    assert.deepEqual(run(scored), run(scored));
    assert.notDeepEqual(run(scored).metrics.logLoss, run(scored, { seed: 8 }).metrics.logLoss);
  });

  it('has every bound around the measured value', () => {
    const { metrics, classes } = run(sample(300, 0.75));
    for (const [name, { low, high }] of Object.entries(metrics)) {
      assert.ok(low !== null && high !== null && low < high, `${name}: ${low}–${high}`);
    }
    assert.equal(classes.rocAuc.length, 3);
    for (const bounds of Object.values(classes).flat()) assert.ok(bounds.low !== null);
  });

  it('keeps the number of images of each label where it is stratified', () => {
    const scored = sample(300, 0.75);
    const lopsided = pick(
      scored,
      [...scored.labels.keys()].filter((i) => scored.labels[i] !== 2 || i < 9),
    );
    const plain = run(lopsided).classes.recall[2]!;
    const even = run(lopsided, { stratified: true }).classes.recall[2]!;
    assert.ok(plain.low !== null && even.low !== null);
    const constant: Scored = {
      ...lopsided,
      probabilities: lopsided.probabilities.map((_, i) => (i % 3 === 0 ? 1 : 0)),
    };
    assert.deepEqual(
      [run(constant, { stratified: true }).metrics.accuracy].map(({ low, high }) => high === low),
      [true],
      'only the labels vary, and they do not',
    );
    assert.notEqual(run(constant).metrics.accuracy.low, run(constant).metrics.accuracy.high);
  });

  it('has no bounds without images', () => {
    const nothing = run({ classes: 2, labels: new Int32Array(0), probabilities: new Float32Array(0) });
    assert.deepEqual(nothing.metrics.accuracy, { low: null, high: null });
  });
});

describe('percentiles', () => {
  it('interpolates as numpy does and leaves out what is undefined', () => {
    assert.deepEqual(percentiles(Float64Array.of(4, 1, 3, 2, Number.NaN), 0.5), { low: 1.75, high: 3.25 });
    assert.deepEqual(percentiles(Float64Array.of(1, Number.NaN, Number.NaN), 0.9), { low: null, high: null });
    assert.deepEqual(estimate(null, { low: 0, high: 1 }), { value: null, low: null, high: null });
  });
});
