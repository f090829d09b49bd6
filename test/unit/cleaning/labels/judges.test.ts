import assert from 'node:assert/strict';
import { test } from 'node:test';
import { geometricMean, likelyLabels, logLoss as logLossOf, together } from '../../../../src/cleaning/labels/judges.ts';
import { softmaxRows } from '../../../../src/evaluation/classifiers/softmax.ts';
import { seededRandom } from '../../../../src/random.ts';

const CLASSES = 3;
const IMAGES = 600;

/** A judge that is right with a probability, and surer where it is; image i is of class i mod 3. */
function judgeOf(seed: number, right: number, steepness: number): Float32Array {
  const random = seededRandom(seed);
  const logits = Float32Array.from({ length: IMAGES * CLASSES }, () => random());
  for (let i = 0; i < IMAGES; i++) {
    const isRight = random() < right;
    const chosen = isRight ? i % CLASSES : Math.floor(random() * CLASSES);
    logits[i * CLASSES + chosen] = isRight ? 2 : 1.2;
  }
  return softmaxRows(
    logits.map((value) => steepness * value),
    CLASSES,
  );
}

const labels = Int32Array.from({ length: IMAGES }, (_, i) => i % CLASSES);
const all = new Uint8Array(IMAGES).fill(1);

function accuracy(probabilities: Float32Array): number {
  let right = 0;
  for (let i = 0; i < IMAGES; i++) {
    const row = probabilities.subarray(i * CLASSES, (i + 1) * CLASSES);
    if (row.indexOf(Math.max(...row)) === labels[i]) right++;
  }
  return right / IMAGES;
}

const logLoss = (probabilities: Float32Array) => logLossOf({ classes: CLASSES, labels, probabilities });

test('two judges together are better than either, however sure one of them is of itself', () => {
  const one = judgeOf(1, 0.7, 1);
  for (const steepness of [0.2, 1, 8]) {
    const other = judgeOf(2, 0.7, steepness);
    const { probabilities } = together({ classes: CLASSES, labels, probabilities: one }, other, all);
    assert.ok(accuracy(probabilities) > Math.max(accuracy(one), accuracy(other)) + 0.02, `steepness ${steepness}`);
    assert.ok(logLoss(probabilities) < Math.min(logLoss(one), logLoss(other)), `steepness ${steepness}`);
  }
});

test('a judge that knows nothing changes nothing', () => {
  const one = judgeOf(1, 0.7, 1);
  const { probabilities } = together({ classes: CLASSES, labels, probabilities: one }, judgeOf(3, 0, 8), all);
  assert.ok(accuracy(probabilities) > accuracy(one) - 0.02);
  assert.ok(logLoss(probabilities) <= logLoss(one) + 1e-6);
});

test('where one judge says nothing, the other one does alone', () => {
  const one = judgeOf(1, 0.7, 1);
  const there = Uint8Array.from({ length: IMAGES }, (_, i) => (i % 4 === 0 ? 0 : 1));
  const { probabilities } = together({ classes: CLASSES, labels, probabilities: one }, judgeOf(2, 0.7, 1), there);
  for (let i = 0; i < IMAGES; i++) {
    const [from, to] = [i * CLASSES, (i + 1) * CLASSES];
    const isSame = probabilities.subarray(from, to).every((value, k) => value === one[from + k]);
    assert.equal(isSame, there[i] === 0, `image ${i}`);
    assert.ok(Math.abs(probabilities.subarray(from, to).reduce((sum, p) => sum + p, 0) - 1) < 1e-5);
  }
});

test('a geometric mean takes a zero for nearly one', () => {
  const own = geometricMean(new Float32Array([0.2, 0.8]), new Float32Array([1, 0]), 2, 0);
  assert.ok(Math.abs((own[0] as number) - 0.2) < 1e-6);
  const mean = geometricMean(new Float32Array([0, 1]), new Float32Array([0.5, 0.5]), 2);
  assert.ok((mean[0] as number) > 0 && (mean[0] as number) < 1e-5);
  const same = geometricMean(new Float32Array([0.2, 0.8]), new Float32Array([0.2, 0.8]), 2);
  assert.ok(Math.abs((same[0] as number) - 0.2) < 1e-6);
});

test('likely labels follow the guesses that reach their class’s threshold', () => {
  // Thresholds: mean p of the images with the label: 0.6 of class 0, 0.5 of class 1.
  const probabilities = new Float32Array([0.8, 0.2, 0.4, 0.6, 0.7, 0.3, 0.3, 0.7]);
  const scored = { classes: 2, labels: Int32Array.from([0, 0, 1, 1]), probabilities };
  assert.deepEqual([...likelyLabels(scored)], [0, 1, 0, 1]);
  const unsure = { ...scored, probabilities: new Float32Array([0.9, 0.1, 0.9, 0.1, 0.55, 0.45, 0.3, 0.7]) };
  assert.deepEqual([...likelyLabels(unsure)], [0, 0, 1, 1], 'below the threshold of 0.9 the label stays');
});
