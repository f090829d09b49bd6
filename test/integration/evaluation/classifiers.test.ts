import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Engine } from '../../../src/engines/engine.ts';
import { wasmMaker } from '../../../src/engines/wasm/maker.ts';
import type { Algorithm } from '../../../src/evaluation/classifiers/classifier.ts';
import { compareAlgorithms } from '../../../src/evaluation/classifiers/compare.ts';
import { randomForest } from '../../../src/evaluation/classifiers/forest/random-forest.ts';
import { logisticRegression } from '../../../src/evaluation/classifiers/logistic-regression.ts';
import { nearestNeighbourVote } from '../../../src/evaluation/classifiers/nearest-neighbours.ts';
import { fitScaler, scaleRows } from '../../../src/evaluation/classifiers/scaler.ts';
import { fitPairs } from '../../../src/evaluation/classifiers/svm/pairwise.ts';
import { decide } from '../../../src/evaluation/classifiers/svm/smo.ts';
import { linearMachine, radialMachine } from '../../../src/evaluation/classifiers/svm/support-vectors.ts';
import { argmax } from '../../../src/evaluation/metrics.ts';
import { seededRandom } from '../../../src/random.ts';
import { pythonPeer } from '../../python-peers.ts';

const skip = fs.existsSync(pythonPeer())
  ? false
  : 'no Python packages; make them with: node test/tools/tool.mjs python-peers';
const [rows, train, size, classes] = [600, 400, 12, 4];

/** Rings and clouds: a linear border does well, a bent one better. */
function data() {
  const random = seededRandom(11);
  const labels = Uint32Array.from({ length: rows }, (_, i) => i % classes);
  const normal = () => random() + random() + random() - 1.5;
  const features = new Float32Array(rows * size);
  labels.forEach((label, i) => {
    const angle = random() * 2 * Math.PI;
    const radius = label < 2 ? 1 + label : 0;
    for (let f = 0; f < size; f++) {
      const ring = f === 0 ? radius * Math.cos(angle) : f === 1 ? radius * Math.sin(angle) : 0;
      features[i * size + f] = ring + (f === label ? 0.9 : 0) + normal() * 0.7 + 0.4;
    }
  });
  return { labels, features };
}

interface Peer {
  svm: Record<string, { decisions: number[]; accuracy: number }>;
  logistic: number[];
  knn: number[];
  forest: number[];
}

describe('classic classifiers beside scikit-learn', { skip }, () => {
  const { labels, features } = data();
  const known = { features: features.slice(0, train * size), size, labels: labels.slice(0, train), classes };
  const asked = features.slice(train * size);
  let engine: Engine;
  let peer: Peer;
  before(async () => {
    engine = await wasmMaker.start({ threads: 1 });
    const input = JSON.stringify({ features: [...features], labels: [...labels], size, train });
    const script = path.join(import.meta.dirname, 'classifiers.py');
    peer = JSON.parse(execFileSync(pythonPeer(), [script], { input, encoding: 'utf8', maxBuffer: 1e8 }));
  });
  after(() => engine.dispose());

  const learned = (algorithm: Algorithm, setting: number) => {
    const fitting = algorithm.begin(known, { seed: 1 });
    const classifier = fitting.fit(setting);
    fitting.dispose();
    return classifier.probabilities(asked);
  };
  const accuracyOf = (probabilities: Float32Array) => {
    const right = labels
      .slice(train)
      .filter((label, i) => argmax(probabilities.subarray(i * classes, (i + 1) * classes)) === label);
    return right.length / (rows - train);
  };

  for (const kernel of ['linear', 'rbf'] as const) {
    for (const cost of [0.1, 1, 10]) {
      it(`SVC decides alike: ${kernel}, C = ${cost}`, () => {
        const scaler = fitScaler(known.features, size);
        const scaled = scaleRows(features, scaler, 1 / Math.sqrt(size));
        const kernelOf = (i: number, j: number) => {
          let [product, distance] = [0, 0];
          for (let f = 0; f < size; f++) {
            const [a, b] = [scaled[i * size + f] as number, scaled[j * size + f] as number];
            product += a * b;
            distance += (a - b) ** 2;
          }
          return kernel === 'linear' ? product : Math.exp(-distance);
        };
        const gram = Float32Array.from({ length: train * train }, (_, at) =>
          kernelOf(Math.floor(at / train), at % train),
        );
        const machines = fitPairs(gram, known, { cost, seed: 1, tolerance: 1e-6 });
        const expected = peer.svm[`${kernel}-${cost}`]?.decisions as number[];
        machines.forEach((machine, pair) => {
          const width = machine.rows.length;
          const products = Float32Array.from({ length: (rows - train) * width }, (_, at) =>
            kernelOf(train + Math.floor(at / width), machine.rows[at % width] as number),
          );
          decide(products, machine).forEach((decision, i) => {
            const other = expected[i * machines.length + pair] as number;
            assert.ok(
              Math.abs(decision - other) < 5e-3 * Math.max(1, Math.abs(other)),
              `row ${i}, pair ${pair}: ${decision}, not ${other}`,
            );
          });
        });
      });

      it(`SVC is right as often: ${kernel}, C = ${cost}`, () => {
        const found = accuracyOf(learned(kernel === 'linear' ? linearMachine : radialMachine, cost));
        const expected = peer.svm[`${kernel}-${cost}`]?.accuracy as number;
        // Classes are chosen by coupled probabilities here and by votes there.
        assert.ok(Math.abs(found - expected) <= 0.03, `${found}, not ${expected}`);
      });
    }
  }

  it('logistic regression gives the same probabilities', () => {
    learned(logisticRegression, 0.01).forEach((p, i) => {
      assert.ok(Math.abs(p - (peer.logistic[i] as number)) < 2e-3);
    });
  });

  it('the vote of the nearest gives the same probabilities', () => {
    learned(nearestNeighbourVote, 20).forEach((p, i) => {
      assert.ok(Math.abs(p - (peer.knn[i] as number)) < 1e-4);
    });
  });

  it('a forest is right as often as scikit-learn’s are, whatever their seeds', () => {
    const found = accuracyOf(learned(randomForest, 100));
    const [least, most] = [Math.min(...peer.forest), Math.max(...peer.forest)];
    assert.ok(found >= least - 0.03 && found <= most + 0.05, `${found}; scikit-learn's ${peer.forest}`);
  });

  it('compared, they are ranked, and a bent border does better than a straight one', () => {
    const images = [...labels].map((label, i) => ({ label, group: null, hash: `h${i}` }));
    const sets = [{ name: 'clouds', features, size, describeMs: null }];
    const found = compareAlgorithms(sets, images, { classes, seed: 4 });
    assert.deepEqual(found, { ...found, images: rows, folds: 5 });
    assert.deepEqual(found.algorithms.map(({ name }) => name).sort(), [
      'knn',
      'logistic',
      'random-forest',
      'svm-linear',
      'svm-rbf',
    ]);
    const [best, ...others] = found.algorithms;
    assert.ok(best?.p === 1 && others.every(({ p }) => p > 0 && p <= 1), JSON.stringify(found.algorithms));
    const accuracyOfName = (wanted: string) =>
      found.algorithms.find(({ name }) => name === wanted)?.accuracy.value ?? 0;
    assert.ok(accuracyOfName('random-forest') > accuracyOfName('logistic'));
    assert.ok(others.every(({ accuracy }) => accuracy.value <= best.accuracy.value));
    const again = compareAlgorithms(sets, images, { classes, seed: 4 });
    const accuracies = (one: typeof found) =>
      one.algorithms.map(({ name, accuracy, logLoss }) => [name, accuracy, logLoss]);
    assert.deepEqual(accuracies(again), accuracies(found));
  });
});
