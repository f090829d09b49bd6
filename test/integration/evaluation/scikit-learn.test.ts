import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { calibrationError, reliability } from '../../../src/evaluation/metrics/calibration.ts';
import { confusionPairs } from '../../../src/evaluation/metrics/confusion.ts';
import { brierScores, logLosses, mean, topKAccuracy } from '../../../src/evaluation/metrics/probability.ts';
import { rankClasses, rankCurves, separate } from '../../../src/evaluation/metrics/ranking.ts';
import { judge, type Scored } from '../../../src/evaluation/metrics/scored.ts';
import { fisherExact } from '../../../src/evaluation/metrics/significance.ts';
import {
  accuracy,
  averageScores,
  balancedAccuracy,
  classScores,
  cohensKappa,
  matthews,
  tally,
} from '../../../src/evaluation/metrics/tallies.ts';
import { fitTemperature, withTemperature } from '../../../src/evaluation/metrics/temperature.ts';
import { mixSeed, seededRandom } from '../../../src/random.ts';
import { pythonPeer } from '../../python-peers.ts';

interface Peer {
  accuracy: number;
  balanced: number;
  top2: number | null;
  precision: number[];
  recall: number[];
  f1: number[];
  averages: Record<'macro' | 'micro' | 'weighted', [number, number, number]>;
  kappa: number | null;
  mcc: number;
  logLoss: number;
  clampedLogLoss: number;
  brier: number;
  ranking: {
    auc: number | null;
    averagePrecision: number | null;
    roc: [number[], number[]] | null;
    pr: [number[], number[]] | null;
  }[];
  ece: number;
  reliability: [number[], number[]];
  temperature: { temperature: number; nll: number };
  confusion: number[][];
}

interface CaseOptions {
  images: number;
  classes: number;
  seed?: number;
  /** How much the label's logit stands out. */
  skill?: number;
  /** Probabilities are multiples of 1 / this, so that many are equal. */
  levels?: number;
  labels?: (i: number) => number;
}

function makeCase({ images, classes, seed = 1, skill = 1.5, levels, labels }: CaseOptions): Scored {
  const random = seededRandom(mixSeed(seed, images, classes));
  const scored: Scored = {
    classes,
    labels: Int32Array.from({ length: images }, (_, i) => labels?.(i) ?? Math.floor(random() * classes)),
    probabilities: new Float32Array(images * classes),
  };
  for (let i = 0; i < images; i++) {
    const logits = Array.from(
      { length: classes },
      (_, k) => 3 * (random() - 0.5) + (k === scored.labels[i] ? skill : 0),
    );
    let shares = logits.map(Math.exp);
    if (levels) shares = shares.map((share) => 1 + Math.floor((share / Math.max(...shares)) * levels));
    const total = shares.reduce((sum, share) => sum + share, 0);
    scored.probabilities.set(
      shares.map((share) => share / total),
      i * classes,
    );
  }
  return scored;
}

const cases: Record<string, Scored> = {
  'many classes': makeCase({ images: 2000, classes: 12 }),
  'two classes': makeCase({ images: 500, classes: 2 }),
  ties: makeCase({ images: 600, classes: 4, levels: 3 }),
  'a class without images': makeCase({ images: 300, classes: 5, labels: (i) => [0, 1, 3, 4][i % 4] as number }),
  'a class never predicted': makeCase({ images: 200, classes: 3, labels: (i) => (i === 0 ? 2 : i % 2), skill: 4 }),
  'images of one class only': makeCase({ images: 60, classes: 3, labels: () => 1 }),
  'everything right': makeCase({ images: 40, classes: 3, skill: 9 }),
  'one image': makeCase({ images: 1, classes: 3 }),
  'sure and wrong': {
    classes: 2,
    labels: Int32Array.of(0, 1, 1, 0),
    probabilities: Float32Array.of(1, 0, 1, 0, 0, 1, 0.25, 0.75),
  },
};
const tables: [number, number, number, number][] = [
  [1, 9, 11, 3],
  [0, 5, 5, 0],
  [120, 30, 900, 100],
  [3, 0, 0, 0],
  [40_000, 2000, 50_000, 2600],
];

const missing = fs.existsSync(pythonPeer()) ? false : `no ${pythonPeer()}`;

function near(actual: number | null, expected: number | null, what: string, tolerance = 1e-9): void {
  if (actual === null || expected === null) assert.equal(actual, expected, what);
  else
    assert.ok(
      Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
      `${what}: ${actual} ≠ ${expected}`,
    );
}

describe('metrics equal scikit-learn’s', { skip: missing }, () => {
  let peers: Map<string, Peer>;
  let fisher: number[];

  before(() => {
    const request = {
      cases: Object.values(cases).map(({ classes, labels, probabilities }) => ({
        classes,
        labels: [...labels],
        probabilities: [...probabilities],
      })),
      tables,
    };
    const answer = JSON.parse(
      execFileSync(pythonPeer(), [path.join(import.meta.dirname, 'metrics.py')], {
        input: JSON.stringify(request),
        maxBuffer: 2 ** 28,
        encoding: 'utf8',
      }).replaceAll('NaN', 'null'),
    ) as { cases: Peer[]; fisher: number[] };
    peers = new Map(Object.keys(cases).map((name, i) => [name, answer.cases[i] as Peer]));
    fisher = answer.fisher;
  });

  for (const [name, scored] of Object.entries(cases)) {
    test(name, () => {
      const peer = peers.get(name) as Peer;
      const verdicts = judge(scored);
      const tallies = tally(scored.classes, scored.labels, verdicts.predicted);
      near(accuracy(tallies), peer.accuracy, 'accuracy');
      near(balancedAccuracy(tallies), peer.balanced, 'balanced accuracy');
      near(cohensKappa(tallies), peer.kappa, 'kappa');
      near(matthews(tallies), peer.mcc, 'mcc');
      for (let k = 0; k < scored.classes; k++) {
        const scores = classScores(tallies, k);
        near(scores.precision, peer.precision[k] as number | null, `precision ${k}`);
        near(scores.recall, peer.recall[k] as number | null, `recall ${k}`);
        near(scores.f1, peer.f1[k] as number | null, `f1 ${k}`);
      }
      for (const average of ['macro', 'micro', 'weighted'] as const) {
        const { precision, recall, f1 } = averageScores(tallies, average);
        const [p, r, f] = peer.averages[average];
        near(precision, p, `${average} precision`);
        near(recall, r, `${average} recall`);
        near(f1, f, `${average} f1`);
      }
      const matrix = peer.confusion.map((row) => row.map(() => 0));
      for (const [label, predicted, images] of confusionPairs(scored.classes, scored.labels, verdicts.predicted)) {
        (matrix[label] as number[])[predicted] = images;
      }
      assert.deepEqual(matrix, peer.confusion);
      if (peer.top2 !== null && name !== 'ties') near(topKAccuracy(verdicts, 2), peer.top2, 'top 2');
      // scikit-learn's own rows must sum to 1 in float64; these do in float32.
      near(mean(logLosses(verdicts, Number.EPSILON)), peer.logLoss, 'log loss', 1e-6);
      near(mean(logLosses(verdicts)), peer.clampedLogLoss, 'clamped log loss');
      near(mean(brierScores(scored)), peer.brier, 'Brier', 1e-6);
    });

    test(`${name}: ranking and curves`, () => {
      const peer = peers.get(name) as Peer;
      rankClasses(scored).forEach(({ auc, averagePrecision }, k) => {
        near(auc, peer.ranking[k]?.auc ?? null, `auc ${k}`);
        near(averagePrecision, peer.ranking[k]?.averagePrecision ?? null, `average precision ${k}`);
        const { positives, negatives } = separate(scored, k);
        const curves = rankCurves(positives, negatives, Number.POSITIVE_INFINITY);
        const roc = peer.ranking[k]?.roc ?? null;
        assert.equal(curves === null, roc === null);
        if (!curves || !roc) return;
        assert.deepEqual([curves.falsePositive, curves.truePositive], roc);
        // scikit-learn lists rising thresholds and ends at (0, 1).
        const [precision, recall] = peer.ranking[k]!.pr!;
        const ours = curves.recall.map((r, i) => [r, curves.precision[i]]);
        const theirs = new Set(recall.map((r, i) => `${r} ${precision[i]}`));
        for (const [r, p] of ours) assert.ok(theirs.has(`${r} ${p}`), `(${r}, ${p}) is on the curve`);
      });
    });

    test(`${name}: calibration`, () => {
      const peer = peers.get(name) as Peer;
      const bins = reliability(judge(scored));
      near(calibrationError(bins), peer.ece, 'ece');
      const filled = bins.filter(({ images }) => images > 0);
      for (const [i, bin] of filled.entries()) {
        near(bin.accuracy, peer.reliability[0][i] as number, `accuracy of bin ${i}`);
        near(bin.confidence, peer.reliability[1][i] as number, `confidence of bin ${i}`);
      }
      const temperature = fitTemperature(scored);
      const after = judge({
        ...scored,
        probabilities: withTemperature(scored.probabilities, scored.classes, temperature),
      });
      const nll = mean(logLosses(after, 1e-30)) as number;
      assert.ok(nll <= peer.temperature.nll + 1e-6, `${nll} ≤ ${peer.temperature.nll} at T = ${temperature}`);
      const atLimit = temperature < 0.03 || temperature > 49;
      if (!atLimit) near(temperature, peer.temperature.temperature, 'temperature', 1e-4);
    });
  }

  test('Fisher’s exact test is SciPy’s', () => {
    for (const [i, table] of tables.entries()) near(fisherExact(...table), fisher[i] as number, table.join(), 1e-8);
  });
});
