import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  afterEpoch,
  afterStep,
  atStart,
  type EpochResult,
  enterNextSegment,
  epochResult,
  isBetter,
  plannedEpochs,
  type TrainProgress,
} from '../../../src/training/progress.ts';

const stopping = { enabled: true, patience: 2, minDelta: 0 };

function result(epoch: number, validationLoss: number | null, validationAccuracy: number | null = 0.5): EpochResult {
  return { epoch, step: epoch * 10, loss: 1, accuracy: 0.5, validationLoss, validationAccuracy };
}

function train(losses: number[], epochs: number): TrainProgress {
  let progress = atStart;
  for (const loss of losses) {
    if (progress.ended) break;
    progress = afterStep(progress, { loss: 1, correct: 1, gradientNorm: null }, 2, 0.5);
    const options = { metric: 'validation-loss' as const, earlyStopping: stopping, epochs, seconds: 1 };
    progress = afterEpoch(progress, result(progress.epoch + 1, loss), options);
  }
  return progress;
}

describe('progress', () => {
  it('averages over images, not over steps', () => {
    let progress = afterStep(atStart, { loss: 1, correct: 3, gradientNorm: null }, 4, 0.1);
    progress = afterStep(progress, { loss: 4, correct: 0, gradientNorm: null }, 1, 0.1);
    const { loss, accuracy, epoch, step } = epochResult(progress, null);
    assert.deepEqual({ loss, accuracy, epoch, step }, { loss: 8 / 5, accuracy: 3 / 5, epoch: 1, step: 2 });
  });

  for (const [name, losses, epochs, ended, atEpoch, best] of [
    ['completes', [3, 2, 1], 3, 'completed', 3, 3],
    ['stops after patience', [3, 1, 2, 2, 0], 10, 'early-stopping', 4, 2],
    ['counts an equal loss as no improvement', [1, 1, 1], 10, 'early-stopping', 3, 1],
    ['counts patience anew after an improvement', [3, 4, 2, 3, 1], 10, null, 5, 5],
    ['completes rather than stops in the last epoch', [1, 2, 2], 3, 'completed', 3, 1],
    ['never takes NaN for better', [Number.NaN, 2, 1], 3, 'completed', 3, 3],
  ] as const) {
    it(name, () => {
      const progress = train([...losses], epochs);
      assert.deepEqual([progress.ended, progress.epoch, progress.best?.epoch], [ended, atEpoch, best]);
      assert.equal(progress.stepInEpoch, 0);
      assert.deepEqual(progress.sums, { loss: 0, correct: 0, images: 0 });
    });
  }

  for (const [metric, better] of [
    ['validation-loss', false],
    ['validation-accuracy', true],
  ] as const) {
    it(`judges by ${metric}`, () => assert.equal(isBetter(result(2, 2, 0.6), result(1, 1, 0.5), metric), better));
  }

  it('takes the last epoch for the best without validation', () => {
    assert.ok(isBetter(result(2, null, null), result(1, null, null), 'validation-loss'));
  });

  it('begins a continuation where the last segment ended, with fresh patience', () => {
    const stopped = train([1, 2, 2], 10);
    const next = enterNextSegment(stopped, 2);
    assert.deepEqual([next.segment, next.segmentStart, next.ended, next.sinceBest], [1, 3, null, 0]);
    assert.equal(next.best?.epoch, 1);
    assert.equal(enterNextSegment(stopped, 1), stopped);
    assert.equal(enterNextSegment(next, 3), next);
  });

  it('plans the epochs that are still to come', () => {
    const stopped = train([1, 2, 2], 10);
    assert.equal(plannedEpochs(atStart, [10]), 10);
    assert.equal(plannedEpochs(atStart, [10, 5]), 15);
    assert.equal(plannedEpochs(stopped, [10]), 3);
    assert.equal(plannedEpochs(enterNextSegment(stopped, 2), [10, 5]), 8);
  });
});
