import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { mcnemar, pairedT, permutationTest, signFlipTest, welchT } from '../../../src/evaluation/hypothesis-tests.ts';
import { pairPredictions } from '../../../src/evaluation/paired-predictions.ts';
import { compareRuns } from '../../../src/evaluation/significance.ts';
import { pythonPeer } from '../../python-peers.ts';
import { madeRun } from '../../unit/evaluation/predictions.ts';

const python = pythonPeer();

const script = `
import json, sys, warnings
import numpy as np
from scipy import stats
from sklearn import metrics
warnings.simplefilter('ignore')
given = json.load(sys.stdin)
mcnemar = []
for b, c in given['mcnemar']:
    n = b + c
    if n < 25:
        mcnemar.append(stats.binomtest(c, n, 0.5).pvalue if n else 1.0)
    else:
        mcnemar.append(stats.chi2.sf(max(0, abs(b - c) - 1) ** 2 / n, 1))
x, y = np.array(given['x']), np.array(given['y'])
t = stats.ttest_rel(y, x)
welch = stats.ttest_ind(given['u'], given['v'], equal_var=False)
mean = lambda v, axis=-1: np.mean(v, axis=axis)
apart = lambda u, v, axis=-1: np.mean(v, axis=axis) - np.mean(u, axis=axis)
flips = stats.permutation_test((y - x,), mean, permutation_type='samples', n_resamples=np.inf, vectorized=True)
groups = stats.permutation_test((given['u'], given['v']), apart, permutation_type='independent', n_resamples=np.inf, vectorized=True)
pair = given['pair']
label, a, b = (np.array(pair[k]) for k in ('label', 'a', 'b'))
d = (b == label).astype(float) - (a == label).astype(float)
interval = stats.bootstrap((d,), np.mean, method='percentile', n_resamples=9999, random_state=1).confidence_interval
figures = lambda p: [metrics.accuracy_score(label, p), metrics.balanced_accuracy_score(label, p), metrics.f1_score(label, p, average='macro')]
loss = -np.log(np.array(pair['ofLabelB'])).mean() + np.log(np.array(pair['ofLabelA'])).mean()
f1 = lambda i: metrics.f1_score(label[i], b[i], average='macro') - metrics.f1_score(label[i], a[i], average='macro')
rng = np.random.default_rng(1)
n = len(label)
f1draws = [f1(rng.integers(0, n, n)) for _ in range(1500)]
print(json.dumps({
    'mcnemar': mcnemar,
    't': [t.statistic, t.pvalue, t.df, *t.confidence_interval()],
    'welch': [welch.pvalue, welch.df, -welch.confidence_interval().high, -welch.confidence_interval().low],
    'flips': flips.pvalue, 'groups': groups.pvalue,
    'interval': [interval.low, interval.high],
    'a': figures(a), 'b': figures(b), 'loss': loss,
    'f1': list(np.percentile(f1draws, [2.5, 97.5])),
}, default=float))
`;

interface Answer {
  mcnemar: number[];
  t: [statistic: number, p: number, df: number, low: number, high: number];
  welch: [p: number, df: number, low: number, high: number];
  flips: number;
  groups: number;
  interval: [number, number];
  a: [number, number, number];
  b: [number, number, number];
  loss: number;
  f1: [number, number];
}

const tables: [number, number][] = [
  [0, 0],
  [0, 5],
  [3, 9],
  [12, 12],
  [10, 15],
  [40, 61],
  [200, 260],
  [1500, 1388],
  [0, 300],
];
const x = [0.81, 0.82, 0.79, 0.84, 0.8];
const y = [0.83, 0.85, 0.8, 0.83, 0.84];
const u = [0.7, 0.72, 0.69, 0.73];
const v = [0.74, 0.71, 0.76, 0.75, 0.77];

const close = (ours: number, theirs: number, by: number) =>
  assert.ok(Math.abs(ours - theirs) <= by, `${ours} beside ${theirs}`);

/** The same figures as scipy and scikit-learn, on the same numbers. */
describe('significance beside scipy', { skip: existsSync(python) ? false : `no ${python}` }, () => {
  const a = madeRun({ id: 'a', accuracy: 0.78, images: 900, classes: 4 });
  const b = madeRun({ id: 'b', accuracy: 0.83, images: 900, classes: 4 });
  const paired = pairPredictions(a, b);
  const pair = {
    label: [...paired.label],
    a: [...paired.predictedA],
    b: [...paired.predictedB],
    ofLabelA: [...paired.ofLabelA],
    ofLabelB: [...paired.ofLabelB],
  };
  let answer: Answer;
  before(() => {
    const input = JSON.stringify({ mcnemar: tables, x, y, u, v, pair });
    answer = JSON.parse(execFileSync(python, ['-c', script], { input, encoding: 'utf8' })) as Answer;
  });

  it('McNemar', () => {
    for (const [at, [onlyA, onlyB]] of tables.entries()) {
      const theirs = answer.mcnemar[at] as number;
      close(mcnemar(onlyA, onlyB).p, theirs, 1e-10);
    }
  });
  it('paired and Welch’s t, with their intervals', () => {
    const paired = pairedT(x.map((value, at) => (y[at] as number) - value));
    const [, p, df, low, high] = answer.t;
    close(paired?.p as number, p, 1e-12);
    assert.equal(paired?.degrees, df);
    close(paired?.interval[0] as number, low, 1e-12);
    close(paired?.interval[1] as number, high, 1e-12);
    const welch = welchT(u, v);
    const [welchP, welchDf, welchLow, welchHigh] = answer.welch;
    close(welch?.p as number, welchP, 1e-12);
    close(welch?.degrees as number, welchDf, 1e-12);
    close(welch?.interval[0] as number, welchLow, 1e-12);
    close(welch?.interval[1] as number, welchHigh, 1e-12);
  });
  it('permutation tests', () => {
    close(signFlipTest(x.map((value, at) => (y[at] as number) - value)), answer.flips, 1e-12);
    close(permutationTest(u, v), answer.groups, 0.01);
  });
  it('figures of both models, and the bootstrap’s intervals', () => {
    const { metrics } = compareRuns([a], [b], { resamples: 9999 }) as NonNullable<ReturnType<typeof compareRuns>>;
    const names = ['accuracy', 'balancedAccuracy', 'macroF1'] as const;
    for (const [at, name] of names.entries()) {
      close(metrics[name].a, answer.a[at] as number, 1e-12);
      close(metrics[name].b, answer.b[at] as number, 1e-12);
    }
    close(metrics.logLoss.difference, answer.loss, 1e-9);
    // Both are random: 9,999 resamples leave about a tenth of a point of the interval's ends to chance.
    for (const side of [0, 1] as const) {
      close(metrics.accuracy.interval[side], answer.interval[side] as number, 0.0025);
      close(metrics.macroF1.interval[side], answer.f1[side] as number, 0.005);
    }
  });
});
