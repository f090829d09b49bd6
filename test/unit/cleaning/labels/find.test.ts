import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  calibratedJoint,
  classThresholds,
  confidentJoint,
  estimateJoint,
} from '../../../../src/cleaning/labels/confident-joint.ts';
import { findAmbiguous, findLabelIssues } from '../../../../src/cleaning/labels/find.ts';
import { noiseOf } from '../../../../src/cleaning/labels/noise.ts';
import { labelQuality, rankBySuspicion } from '../../../../src/cleaning/labels/scores.ts';
import type { Scored } from '../../../../src/evaluation/metrics/scored.ts';
import { defaultThresholds, type LabelMode } from '../../../../src/protocol/findings.ts';

/** Nine images of two classes: images 3 and 8 carry the wrong label, image 4 is hard. */
const pairs: Scored = {
  classes: 2,
  labels: Int32Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1),
  probabilities: Float32Array.from([0.9, 0.8, 0.95, 0.05, 0.55, 0.1, 0.2, 0.15, 0.85].flatMap((p) => [p, 1 - p])),
};
const found = (mode: LabelMode, scored = pairs) => {
  const mask = findLabelIssues(scored, mode, defaultThresholds);
  return [...mask.keys()].filter((i) => mask[i]);
};
const near = (actual: ArrayLike<number>, expected: number[]) => {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs((actual[i] as number) - value) < 1e-6, `${i}: ${actual[i]} instead of ${value}`);
  });
};

describe('confident joint', () => {
  it('has a threshold of every class: the mean probability on its own images', () => {
    near(classThresholds(pairs), [(0.9 + 0.8 + 0.95 + 0.05 + 0.55) / 5, (0.9 + 0.8 + 0.85 + 0.15) / 4]);
  });

  it('counts confident guesses only', () => {
    // Image 4 reaches neither class's threshold (.65 and .675).
    near(confidentJoint(pairs, classThresholds(pairs)), [3, 1, 1, 3]);
  });

  it('of several confident classes takes the most probable', () => {
    const scored = { classes: 2, labels: Int32Array.of(0, 1), probabilities: Float32Array.of(0.4, 0.6, 0.3, 0.7) };
    near(confidentJoint(scored, Float64Array.of(0.2, 0.2)), [1, 1, 0, 1]);
  });

  it('is scaled to the images of each label in whole numbers', () => {
    near(calibratedJoint(Float64Array.of(3, 1, 1, 3), pairs.labels, 2), [4, 1, 1, 3]);
    // 5 images over three equal cells: 1.67 each, rounded to 2, one too many.
    const [a = 0, b = 0, c = 0] = calibratedJoint(
      Float64Array.of(1, 1, 1, 0, 1, 0, 0, 0, 1),
      Int32Array.of(0, 0, 0, 0, 0),
      3,
    );
    assert.deepEqual([a + b + c, [a, b, c].sort().join()], [5, '1,2,2']);
  });

  it('has no threshold for a class without images, which is therefore never guessed', () => {
    const scored = { classes: 3, labels: Int32Array.of(0, 1), probabilities: Float32Array.of(0.1, 0.1, 0.8, 0, 1, 0) };
    const thresholds = classThresholds(scored);
    assert.equal(thresholds[2], Number.POSITIVE_INFINITY);
    const joint = estimateJoint(scored);
    assert.deepEqual([...joint.subarray(6)], [0, 0, 0]);
  });
});

describe('label issues', () => {
  const modes: [LabelMode, number[]][] = [
    ['by-noise-rate', [3, 8]],
    ['by-class', [3, 8]],
    ['both', [3, 8]],
    ['predicted', [3, 8]],
    ['wrong-above', [3]],
  ];
  for (const [mode, expected] of modes) {
    it(`are found ${mode}`, () => assert.deepEqual(found(mode), expected));
  }

  it('are none where the most probable class is the label, whatever the joint says', () => {
    const joint = Float64Array.of(0, 5, 4, 0);
    const mask = findLabelIssues(pairs, 'by-class', defaultThresholds, joint);
    assert.deepEqual(
      [...mask.keys()].filter((i) => mask[i]),
      [3, 8],
    );
  });

  it('take as many as the joint says, of equal ones the first', () => {
    const scored: Scored = {
      classes: 2,
      labels: Int32Array.of(0, 0, 0, 1),
      probabilities: Float32Array.from([0.2, 0.2, 0.9, 0.1].flatMap((p) => [p, 1 - p])),
    };
    const mask = findLabelIssues(scored, 'by-noise-rate', defaultThresholds, Float64Array.of(2, 1, 0, 1));
    assert.deepEqual([...mask], [1, 0, 0, 0]);
  });

  it('call an image ambiguous whose best class is in the band', () => {
    assert.deepEqual([...findAmbiguous(pairs, defaultThresholds)], [0, 0, 0, 0, 1, 0, 0, 0, 0]);
    assert.deepEqual(
      [...findAmbiguous(pairs, { ambiguousFrom: 0.84, ambiguousTo: 0.86 })],
      [0, 0, 0, 0, 0, 0, 0, 1, 1],
    );
  });

  it('as a whole: pairs of classes, the most frequent first', () => {
    const { noise, errors, pairs: list } = noiseOf(Float64Array.of(8, 2, 0, 3, 7, 0, 0, 0, 5), 3);
    assert.deepEqual([noise, errors], [5 / 25, 5]);
    assert.deepEqual(list, [
      { given: 1, actual: 0, count: 3, share: 0.3 },
      { given: 0, actual: 1, count: 2, share: 0.2 },
    ]);
  });
});

describe('quality of labels', () => {
  const scored: Scored = {
    classes: 3,
    labels: Int32Array.of(0, 1, 2),
    probabilities: Float32Array.of(0.7, 0.2, 0.1, 0.7, 0.2, 0.1, 0, 0, 1),
  };
  const entropy = -(0.7 * Math.log(0.7) + 0.2 * Math.log(0.2) + 0.1 * Math.log(0.1)) / Math.log(3);

  it('is the probability of the label', () => near(labelQuality(scored, 'self-confidence'), [0.7, 0.2, 1]));
  it('or the margin to the best other class', () => near(labelQuality(scored, 'normalized-margin'), [0.75, 0.25, 1]));
  it('or its entropy weighted by its confidence', () => {
    const [a, b] = [entropy / 0.7, entropy / 0.2];
    near(labelQuality(scored, 'confidence-weighted-entropy'), [Math.log(1 + a) / a, Math.log(1 + b) / b, 1]);
  });
  it('ranks the most suspicious first, equal ones in their order', () => {
    assert.deepEqual([...rankBySuspicion(Float64Array.of(0.5, 0.1, 0.5, 0.2))], [1, 3, 0, 2]);
  });
});
