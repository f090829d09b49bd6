import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { enableProdMode, grad, setBackend, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { BatchLoss, probabilities } from '../../../src/engines/eager/loss.ts';
import { normalizationTable } from '../../../src/engines/eager/pixels.ts';
import type { ImageBatch } from '../../../src/engines/engine.ts';
import type { LossConfig } from '../../../src/training/config.ts';

const plain: LossConfig = { name: 'cross-entropy', labelSmoothing: 0, focalGamma: 2 };

function batchWith(labels: number[], more: Partial<ImageBatch> = {}): ImageBatch {
  return { pixels: new Uint8Array(), labels: Int32Array.from(labels), size: labels.length, ...more };
}

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
    const score = new BatchLoss(batchWith(labels), 4, plain, null).score(Float32Array.from(logits));
    if (Number.isNaN(loss)) assert.ok(Number.isNaN(score.loss));
    else assert.ok(Math.abs(score.loss - loss) < 1e-9 * (1 + loss), `${score.loss} instead of ${loss}`);
    assert.equal(score.correct, correct);
  });
}

const logSoftmax = (z: number[]) => z.map((one) => one - Math.log(z.reduce((sum, other) => sum + Math.exp(other), 0)));
const softplus = (z: number) => Math.log(1 + Math.exp(z));

describe('losses by their definition', () => {
  const z = [1, -0.5, 2];
  const logP = logSoftmax(z) as [number, number, number];
  const p = logP.map(Math.exp) as [number, number, number];
  const smooth = [0.1 / 3, 0.9 + 0.1 / 3, 0.1 / 3] as const;
  const soft = Float32Array.of(0.25, 0.25, 0.5);
  const table: [what: string, loss: Partial<LossConfig>, classWeights: number[] | null, Partial<ImageBatch>, number][] =
    [
      [
        'label smoothing',
        { labelSmoothing: 0.1 },
        null,
        {},
        -smooth.reduce((s, t, c) => s + t * (logP[c] as number), 0),
      ],
      ['class weights', {}, [2, 3, 5], {}, -3 * logP[1]],
      ['weight of an image', {}, null, { weights: Float32Array.of(0.5) }, -0.5 * logP[1]],
      ['soft targets', {}, null, { targets: soft }, -(0.25 * logP[0] + 0.25 * logP[1] + 0.5 * logP[2])],
      [
        'class weights on soft targets',
        {},
        [2, 3, 5],
        { targets: soft },
        -(0.5 * logP[0] + 0.75 * logP[1] + 2.5 * logP[2]),
      ],
      ['focal', { name: 'focal', focalGamma: 2 }, null, {}, -((1 - p[1]) ** 2) * logP[1]],
      ['focal with γ 0 is cross-entropy', { name: 'focal', focalGamma: 0 }, null, {}, -logP[1]],
      ['binary', { name: 'binary' }, null, {}, softplus(1) + softplus(-0.5) + 0.5 + softplus(2)],
      [
        'binary, class weights',
        { name: 'binary' },
        [2, 3, 5],
        {},
        2 * softplus(1) + 3 * (softplus(-0.5) + 0.5) + 5 * softplus(2),
      ],
    ];
  for (const [what, loss, classWeights, more, expected] of table) {
    test(what, () => {
      const score = new BatchLoss(batchWith([1], more), 3, { ...plain, ...loss }, classWeights).score(
        Float32Array.from(z),
      );
      assert.ok(Math.abs(score.loss - expected) < 1e-7, `${score.loss} instead of ${expected}`);
    });
  }

  test('with soft targets the largest share counts as the label', () => {
    const targets = Float32Array.of(0.2, 0.2, 0.6, 0.5, 0.3, 0.2);
    const { correct } = new BatchLoss(batchWith([0, 1], { targets }), 3, plain, null).score(
      Float32Array.of(1, 0, 2, 0, 0, 3),
    );
    assert.equal(correct, 1);
  });

  test('a label that is no class is refused', () => {
    assert.throws(() => new BatchLoss(batchWith([3]), 3, plain, null), /label 3/);
  });
});

describe('gradients against differences of the loss', () => {
  before(async () => {
    enableProdMode();
    await setBackend('cpu');
  });

  const logits = Float32Array.of(0.5, -1, 2, 0.25, 8, -4, 0, 0, 0, 0, 1, -20);
  const targets = Float32Array.of(0.25, 0.5, 0.25, 0, 0, 1, 0, 0, 0.5, 0, 0, 0.5);
  const losses: LossConfig[] = [
    plain,
    { ...plain, labelSmoothing: 0.1 },
    { ...plain, name: 'focal' },
    { ...plain, name: 'focal', focalGamma: 0.5, labelSmoothing: 0.2 },
    { ...plain, name: 'binary', labelSmoothing: 0.1 },
  ];
  for (const loss of losses) {
    for (const soft of [false, true]) {
      test(`${loss.name} γ ${loss.focalGamma} ε ${loss.labelSmoothing}, ${soft ? 'soft targets' : 'labels'}`, () => {
        const batch = batchWith([1, 0, 3], { weights: Float32Array.of(1, 0.5, 2), ...(soft && { targets }) });
        const one = new BatchLoss(batch, 4, loss, [1, 2, 0.5, 3]);
        const slope = grad((z: Tensor) => one.gradient(z))(tensor2d(logits, [3, 4])).dataSync();
        const step = 2 ** -8;
        slope.forEach((value, i) => {
          const at = (delta: number) => one.score(logits.map((z, k) => (k === i ? z + delta : z))).loss;
          // Richardson's: the error is of the fourth order.
          const coarse = (at(2 * step) - at(-2 * step)) / (4 * step);
          const expected = (4 * ((at(step) - at(-step)) / (2 * step)) - coarse) / 3;
          assert.ok(Math.abs(value - expected) < 2e-6, `logit ${i}: ${value} instead of ${expected}`);
        });
      });
    }
  }

  test('a focal loss that is sure of itself has the gradient 0, whatever γ', () => {
    for (const focalGamma of [0, 0.5, 2]) {
      const one = new BatchLoss(batchWith([0]), 3, { ...plain, name: 'focal', focalGamma }, null);
      const slope = grad((z: Tensor) => one.gradient(z))(tensor2d([200, 0, -200], [1, 3])).dataSync();
      assert.ok(
        slope.every((value) => Math.abs(value) < 1e-9),
        String(slope),
      );
    }
  });
});

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
