import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probabilities, scoreLogits } from '../../../src/engines/eager/loss.ts';
import { normalizationTable } from '../../../src/engines/eager/pixels.ts';

const cases: [what: string, logits: number[], labels: number[], loss: number, correct: number][] = [
  ['equal logits', [0, 0, 0, 0], [1], Math.log(4), 0],
  ['a sure answer', [50, 0, 0, 0], [0], 3 * Math.exp(-50), 1],
  ['huge logits do not overflow', [1e4, 0, 0, 0], [1], 1e4, 0],
  ['very negative logits do not underflow', [-1e4, -1e4, -1e4, -1e4], [2], Math.log(4), 0],
  ['mean over the batch', [0, 0, 0, 0, 0, 100, 0, 0], [0, 1], Math.log(4) / 2, 2],
  ['NaN is no number', [Number.NaN, 0, 0, 0], [0], Number.NaN, 1],
];

for (const [what, logits, labels, loss, correct] of cases) {
  test(`cross-entropy: ${what}`, () => {
    const score = scoreLogits(Float32Array.from(logits), Int32Array.from(labels), 4);
    if (Number.isNaN(loss)) assert.ok(Number.isNaN(score.loss));
    else assert.ok(Math.abs(score.loss - loss) < 1e-9 * (1 + loss), `${score.loss} instead of ${loss}`);
    assert.equal(score.correct, correct);
  });
}

test('probabilities add up to 1 and keep the order', () => {
  const rows = probabilities(Float32Array.of(1, 2, 3, 1000, 0, -1000), 3);
  assert.deepEqual(
    [...rows].map((p) => Number(p.toFixed(4))),
    [0.09, 0.2447, 0.6652, 1, 0, 0],
  );
});

test('normalisation: every byte of every channel', () => {
  const table = normalizationTable({ mean: [0.5, 0], std: [0.25, 1] }, 2);
  assert.deepEqual([table[0], table[255], table[256], table[511]], [-2, 2, 0, 1]);
  assert.throws(() => normalizationTable({ mean: [0], std: [0] }, 1), /positive/);
  assert.throws(() => normalizationTable({ mean: [0], std: [1] }, 3), /3 channels/);
});
