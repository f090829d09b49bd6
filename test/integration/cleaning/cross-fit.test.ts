import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { crossFit } from '../../../src/cleaning/labels/cross-fit.ts';
import { momentsOf, solveRidge } from '../../../src/cleaning/labels/ridge.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { wasmMaker } from '../../../src/engines/wasm/maker.ts';
import { seededRandom } from '../../../src/random.ts';

const SIZE = 12;
const IMAGES = 400;
let engine: Engine;

/** Three classes around centres of their own; one label of five is wrong. */
function invented() {
  const random = seededRandom(6);
  const features = new Float32Array(IMAGES * SIZE);
  const truth = Int32Array.from({ length: IMAGES }, (_, i) => i % 3);
  truth.forEach((label, i) => {
    for (let c = 0; c < SIZE; c++) features[i * SIZE + c] = (c % 3 === label ? 1.2 : 0) + 2 * (random() - 0.5);
  });
  const labels = truth.map((label) => (random() < 0.2 ? (label + 1) % 3 : label));
  return { features, truth, labels, folds: Uint8Array.from(labels, (_, i) => Math.floor(i / 3) % 5) };
}

describe('out-of-fold probabilities', () => {
  before(async () => {
    engine = await wasmMaker.start({ threads: 1 });
  });
  after(() => engine.dispose());

  const { features, truth, labels, folds } = invented();

  it('see through wrong labels', () => {
    const { probabilities } = crossFit(features, SIZE, labels, { classes: 3, folds });
    let right = 0;
    let [wrongMean, rightMean, wrong] = [0, 0, 0];
    for (let i = 0; i < IMAGES; i++) {
      const row = probabilities.subarray(3 * i, 3 * i + 3);
      assert.ok(Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) < 1e-4);
      if (row.indexOf(Math.max(...row)) === truth[i]) right++;
      const own = row[labels[i] as number] as number;
      if (labels[i] === truth[i]) rightMean += own;
      else [wrongMean, wrong] = [wrongMean + own, wrong + 1];
    }
    assert.ok(right / IMAGES > 0.85, `${right}`);
    assert.ok(wrongMean / wrong < 0.5 * (rightMean / (IMAGES - wrong)));
  });

  it('do not know the label of the image itself', () => {
    const { probabilities } = crossFit(features, SIZE, labels, { classes: 3, folds });
    const other = labels.slice();
    other[7] = ((labels[7] as number) + 1) % 3;
    const moved = crossFit(features, SIZE, other, { classes: 3, folds }).probabilities;
    // The temperature and the second pass of other folds may move a little, the judgement not.
    for (let k = 0; k < 3; k++)
      assert.ok(Math.abs((moved[21 + k] as number) - (probabilities[21 + k] as number)) < 0.05);
  });

  it('are the same every time, and none for a fold without images', () => {
    const once = crossFit(features, SIZE, labels, { classes: 3, folds }).probabilities;
    assert.deepEqual(crossFit(features, SIZE, labels, { classes: 3, folds }).probabilities, once);
    const gap = folds.map((fold) => (fold === 2 ? 3 : fold));
    assert.ok(crossFit(features, SIZE, labels, { classes: 3, folds: gap }).probabilities.every(Number.isFinite));
  });

  it('come of weights that solve the normal equations', () => {
    const rows = Uint32Array.from(labels.keys());
    const targets = Float32Array.from(labels, (label) => label - 1);
    const moments = momentsOf(features, SIZE, targets, 1, rows);
    const weights = solveRidge(moments, SIZE, 0.1);
    const trace = Array.from({ length: SIZE }, (_, i) => moments.gram[i * SIZE + i] as number).reduce((a, b) => a + b);
    for (let i = 0; i < SIZE; i++) {
      let left = ((0.1 * trace) / SIZE) * (weights[i] as number);
      for (let j = 0; j < SIZE; j++) left += (moments.gram[i * SIZE + j] as number) * (weights[j] as number);
      assert.ok(Math.abs(left - (moments.cross[i] as number)) < 1e-3);
    }
  });
});
