import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sampleByClass } from '../../../../src/evaluation/classifiers/compare.ts';
import { binFeatures } from '../../../../src/evaluation/classifiers/forest/bins.ts';
import { randomForest } from '../../../../src/evaluation/classifiers/forest/random-forest.ts';
import { recommendAlgorithm } from '../../../../src/evaluation/classifiers/recommend.ts';
import { fitScaler, scaleRows } from '../../../../src/evaluation/classifiers/scaler.ts';
import { couple } from '../../../../src/evaluation/classifiers/svm/coupling.ts';
import { fitSigmoid, sigmoidOf } from '../../../../src/evaluation/classifiers/svm/platt.ts';
import { decide, solveSmo } from '../../../../src/evaluation/classifiers/svm/smo.ts';
import type { ComparedAlgorithm } from '../../../../src/protocol/baseline.ts';

describe('sequential minimal optimisation', () => {
  it('puts the border halfway between two points', () => {
    // x = −1 and x = 3 on a line; f(x) = (x − 1) / 2.
    const machine = solveSmo(Float32Array.of(9, -3, -3, 1), Int8Array.of(1, -1), { cost: 10 });
    const found = decide(Float32Array.of(9, -3, 0, 0, 3, -1), machine);
    for (const [i, expected] of [1, -0.5, 0].entries()) assert.ok(Math.abs((found[i] as number) - expected) < 1e-6);
  });

  it('lets no row count more than the cost, and keeps the balance of the classes', () => {
    const values = [0, 1, 2, 3, 1.5, 0.5];
    const kernel = Float32Array.from(
      { length: 36 },
      (_, i) => (values[Math.floor(i / 6)] as number) * (values[i % 6] as number),
    );
    const { coefficients } = solveSmo(kernel, Int8Array.of(-1, -1, 1, 1, -1, 1), { cost: 0.7 });
    assert.ok(coefficients.every((value) => Math.abs(value) <= 0.7));
    assert.ok(Math.abs(coefficients.reduce((sum, value) => sum + value, 0)) < 1e-9);
  });
});

describe('Platt’s sigmoid', () => {
  it('gives back the probabilities that decisions were drawn with', () => {
    const decisions = Float64Array.from({ length: 4000 }, (_, i) => (i % 40) / 5 - 4);
    // Of the hundred rows of each decision as many are of the first class as 1 / (1 + e^(−1.5 f)) says.
    const signs = Int8Array.from(decisions, (f, i) =>
      Math.floor(i / 40) + 0.5 < 100 / (1 + Math.exp(-1.5 * f)) ? 1 : -1,
    );
    const sigmoid = fitSigmoid(decisions, signs);
    assert.ok(Math.abs(sigmoid.slope + 1.5) < 0.1 && Math.abs(sigmoid.offset) < 0.05, JSON.stringify(sigmoid));
    assert.ok(sigmoidOf(sigmoid, 1000) === 1 && sigmoidOf(sigmoid, -1000) === 0);
  });

  it('stays finite where the classes are told apart without fault', () => {
    const { slope, offset } = fitSigmoid(Float64Array.of(-2, -1, 1, 2), Int8Array.of(-1, -1, 1, 1));
    assert.ok(slope < 0 && Number.isFinite(slope) && Number.isFinite(offset));
  });
});

describe('coupled probabilities', () => {
  it('are those that the pairs come from', () => {
    const p = [0.5, 0.3, 0.15, 0.05];
    const pairs = Float64Array.from({ length: 16 }, (_, at) => {
      const [i, j] = [p[Math.floor(at / 4)] as number, p[at % 4] as number];
      return i / (i + j);
    });
    for (const [i, value] of couple(pairs, 4).entries()) assert.ok(Math.abs(value - (p[i] as number)) < 2e-3);
  });

  it('of two classes are the pair’s own', () => {
    const [first = 0, second = 0] = couple(Float64Array.of(0, 0.8, 0.2, 0), 2);
    assert.ok(Math.abs(first - 0.8) < 5e-3 && Math.abs(first + second - 1) < 1e-12);
  });
});

describe('a forest', () => {
  it('splits between values, and leaves constant features alone', () => {
    const { codes, edges } = binFeatures(Float32Array.of(1, 7, 1, 7, 2, 7, 4, 7), 2);
    assert.deepEqual([...(edges[0] ?? [])], [1.5, 3]);
    assert.deepEqual([...codes], [0, 0, 1, 2, 0, 0, 0, 0]);
    assert.deepEqual([...(edges[1] ?? [])], []);
  });

  const features = Float32Array.from({ length: 400 }, (_, i) => ((i * 7919) % 101) / 101 + (i % 2));
  const labels = Uint32Array.from({ length: 200 }, (_, i) =>
    (features[2 * i] as number) > 0.5 === i % 10 > 0 ? 1 : 0,
  );
  const train = { features, size: 2, labels, classes: 2 };

  it('learns a threshold with a tenth of the labels wrong, and is the same for the same seed only', () => {
    const [one, same, other] = [1, 1, 2].map((seed) =>
      randomForest.begin(train, { seed }).fit(20).probabilities(features),
    );
    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
    const right = labels.filter((label, i) => (one?.[2 * i + label] as number) > 0.5).length;
    assert.ok(right >= 175, String(right));
  });

  it('of equal rows with different labels gives their shares', () => {
    const equal = {
      features: new Float32Array(40),
      size: 1,
      labels: Uint32Array.from({ length: 40 }, (_, i) => i % 2),
      classes: 2,
    };
    const [p = 0] = randomForest.begin(equal, { seed: 3 }).fit(50).probabilities(Float32Array.of(0));
    assert.ok(Math.abs(p - 0.5) < 0.05, String(p));
  });
});

it('a scaler uses the means and deviations that it was made with, and puts 0 for constant columns', () => {
  const scaler = fitScaler(Float32Array.of(1, 5, 3, 5), 2);
  assert.deepEqual([...scaleRows(Float32Array.of(4, 9), scaler, 0.5)], [1, 0]);
});

it('a sample has its share of every class, one of the rarest at least', () => {
  const labels = Array.from({ length: 1000 }, (_, i) => (i === 500 ? 2 : i % 4 === 0 ? 1 : 0));
  const sample = sampleByClass(labels, 100, 1);
  const counts = [0, 1, 2].map((label) => sample.filter((i) => labels[i] === label).length);
  assert.deepEqual(counts, [75, 24, 1]);
  assert.deepEqual(sample, sampleByClass(labels, 100, 1));
  assert.notDeepEqual(sample, sampleByClass(labels, 100, 2));
  assert.equal(sampleByClass(labels, 2000, 1).length, 1000);
});

describe('a recommendation', () => {
  const algorithm = (change: Partial<ComparedAlgorithm>): ComparedAlgorithm => ({
    name: 'svm-rbf',
    title: 'SVM',
    setting: 'C = 1',
    features: 'HOG',
    accuracy: { value: 0.9, low: 0.88, high: 0.92 },
    logLoss: 0.3,
    fitSeconds: 2,
    predictMs: 1,
    describeMs: null,
    bytes: 1,
    interpretability: '',
    clarity: 1,
    p: 1,
    ...change,
  });
  const clear = { name: 'logistic', title: 'Logistic', clarity: 3, fitSeconds: 0.1 } as const;

  it('takes the clearer one where no difference shows', () => {
    const second = algorithm({ ...clear, accuracy: { value: 0.895, low: 0.87, high: 0.91 }, p: 0.4 });
    const found = recommendAlgorithm([algorithm({}), second]);
    assert.equal(found?.choice, second);
    assert.equal(
      found?.text,
      'Most accurate: SVM. Not surely less accurate: Logistic. Take Logistic: it can be explained better and is fitted in less time.',
    );
  });

  it('takes the most accurate one where others are surely worse, or worse by more than a point on few images', () => {
    const worse = algorithm({ ...clear, accuracy: { value: 0.85, low: 0.8, high: 0.9 } });
    assert.equal(
      recommendAlgorithm([algorithm({}), { ...worse, p: 0.001 }])?.text,
      'Most accurate: SVM. All others are surely less accurate. Take SVM.',
    );
    assert.equal(recommendAlgorithm([algorithm({}), { ...worse, p: 0.3 }])?.choice.title, 'SVM');
  });

  it('names the features where there are several kinds, and is nothing without algorithms', () => {
    const other = algorithm({ features: 'colours', p: 0.01 });
    assert.match(recommendAlgorithm([algorithm({}), other])?.text ?? '', /Most accurate: SVM on HOG\./);
    assert.equal(recommendAlgorithm([]), null);
  });
});
