import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'node:test';
import { estimateJoint } from '../../../src/cleaning/labels/confident-joint.ts';
import { findLabelIssues } from '../../../src/cleaning/labels/find.ts';
import { labelQuality } from '../../../src/cleaning/labels/scores.ts';
import type { Scored } from '../../../src/evaluation/metrics/scored.ts';
import { defaultThresholds, labelScores } from '../../../src/protocol/findings.ts';
import { seededRandom } from '../../../src/random.ts';
import { pythonPeer } from '../../python-peers.ts';
import { askLabelPeer } from './label-peer.ts';

const missing = fs.existsSync(pythonPeer()) ? false : 'no Python peers: node test/tools/tool.mjs python-peers';

/** A classifier that is right most of the time, on labels of which a share is wrong; the last class has few images. */
function invented(images: number, classes: number, noise: number, seed: number): Scored {
  const random = seededRandom(seed);
  const draw = () => Math.min(classes - 1, Math.floor(random() ** 1.5 * classes));
  const labels = new Int32Array(images);
  const probabilities = new Float32Array(images * classes);
  for (let i = 0; i < images; i++) {
    const truth = draw();
    labels[i] = random() < noise ? draw() : truth;
    const row = Array.from({ length: classes }, (_, k) => Math.exp(3 * random() + (k === truth ? 4 * random() : 0)));
    const sum = row.reduce((total, value) => total + value, 0);
    row.forEach((value, k) => {
      probabilities[i * classes + k] = value / sum;
    });
  }
  return { classes, labels, probabilities };
}

describe('confident learning beside NumPy', { skip: missing }, () => {
  for (const [images, classes, noise] of [
    [2000, 10, 0.1],
    [1500, 3, 0.4],
    [400, 50, 0.2],
    [300, 2, 0],
  ] as const) {
    it(`agrees on ${images} images, ${classes} classes, ${100 * noise} % noise`, () => {
      const scored = invented(images, classes, noise, images + classes);
      const peer = askLabelPeer('formulas', scored);
      assert.ok(peer);
      assert.deepEqual([...estimateJoint(scored)], peer.joint.flat());
      for (const mode of ['by-noise-rate', 'by-class', 'both'] as const) {
        const mask = findLabelIssues(scored, mode, defaultThresholds);
        assert.deepEqual(
          [...mask.keys()].filter((i) => mask[i]),
          peer.issues[mode],
          mode,
        );
      }
      for (const score of labelScores) {
        labelQuality(scored, score).forEach((value, i) => {
          assert.ok(Math.abs(value - (peer.scores[score][i] as number)) < 1e-6, `${score} of image ${i}`);
        });
      }
    });
  }
});
