import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultConfig } from '../../../src/training/config.ts';
import {
  afterEpoch,
  afterStep,
  atStart,
  type EpochResult,
  enterNextSegment,
  epochResult,
  isBetter,
  plannedEpochs,
  type SegmentCost,
  type TrainProgress,
  totalCost,
} from '../../../src/training/progress.ts';
import type { Segment } from '../../../src/training/segments.ts';

const { schedule } = defaultConfig.training;
const stopping = { enabled: true, patience: 2, minDelta: 0 };

function work(images: number, seconds: number): SegmentCost {
  return { images, seconds, pixels: images * 100 };
}

/** Segments of so many epochs; of one phase unless said otherwise. */
function segments(...lengths: (number | [epochs: number, phase: number])[]): Segment[] {
  return lengths.map((length) => {
    const [epochs, phase] = typeof length === 'number' ? [length, null] : length;
    return { epochs, phase, width: 8, height: 8, batchSize: 2, learningRate: 0.1, freeze: [] };
  });
}

function result(epoch: number, validationLoss: number | null, validationAccuracy: number | null = 0.5): EpochResult {
  return { epoch, step: epoch * 10, loss: 1, accuracy: 0.5, validationLoss, validationAccuracy };
}

function train(losses: number[], epochs: number): TrainProgress {
  let progress = atStart;
  for (const loss of losses) {
    if (progress.ended) break;
    progress = afterStep(progress, { loss: 1, correct: 1, gradientNorm: null }, work(2, 0.5));
    const completed = progress.epoch + 1 - progress.segmentStart >= epochs;
    const options = { metric: 'validation-loss' as const, earlyStopping: stopping, schedule, completed, seconds: 1 };
    progress = afterEpoch(progress, result(progress.epoch + 1, loss), options);
  }
  return progress;
}

describe('progress', () => {
  it('averages over images, not over steps', () => {
    let progress = afterStep(atStart, { loss: 1, correct: 3, gradientNorm: null }, work(4, 0.1));
    progress = afterStep(progress, { loss: 4, correct: 0, gradientNorm: null }, work(1, 0.1));
    const { loss, accuracy, epoch, step } = epochResult(progress, null, null);
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
    const next = enterNextSegment(stopped, segments(10, 5));
    assert.deepEqual([next.segment, next.segmentStart, next.ended, next.sinceBest], [1, 3, null, 0]);
    assert.equal(next.best?.epoch, 1);
    assert.equal(enterNextSegment(stopped, segments(10)), stopped);
    assert.equal(enterNextSegment(next, segments(10, 5, 5)), next);
  });

  it('looks for the best anew in another phase, and adds up what each cost', () => {
    const first = train([1, 2, 2], 3);
    let next = enterNextSegment(first, segments([3, 0], [5, 1]));
    assert.deepEqual([next.best, next.stoppingScore, next.segmentStart], [null, null, 3]);
    next = afterStep(next, { loss: 1, correct: 1, gradientNorm: null }, { images: 4, pixels: 1600, seconds: 2 });
    assert.deepEqual(next.costs, [
      { images: 6, pixels: 600, seconds: 4.5 },
      { images: 4, pixels: 1600, seconds: 2 },
    ]);
    assert.deepEqual(totalCost(next), { images: 10, pixels: 2200 });
  });

  it('counts an improvement below minDelta as none, and keeps its weights all the same', () => {
    let progress = atStart;
    for (const loss of [1, 0.95, 0.9]) {
      const earlyStopping = { enabled: true, patience: 2, minDelta: 0.2 };
      const rules = { metric: 'validation-loss' as const, earlyStopping, schedule, completed: false, seconds: 0 };
      progress = afterEpoch(progress, result(progress.epoch + 1, loss), rules);
    }
    assert.deepEqual([progress.ended, progress.best?.epoch], ['early-stopping', 3]);
  });

  it('judges by the figures over classes', () => {
    const rare = { ...result(2, 2, 0.5), balancedAccuracy: 0.7, macroF1: 0.6 };
    const frequent = { ...result(1, 1, 0.9), balancedAccuracy: 0.6, macroF1: 0.65 };
    assert.ok(isBetter(rare, frequent, 'balanced-accuracy') && !isBetter(rare, frequent, 'macro-f1'));
  });

  it('plans the epochs that are still to come', () => {
    const stopped = train([1, 2, 2], 10);
    assert.equal(plannedEpochs(atStart, segments(10)), 10);
    assert.equal(plannedEpochs(atStart, segments(10, 5)), 15);
    assert.equal(plannedEpochs(stopped, segments(10)), 3);
    assert.equal(plannedEpochs(enterNextSegment(stopped, segments(10, 5)), segments(10, 5)), 8);
  });
});
