import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applySet } from '../../../src/jobs/apply-set.ts';
import { defaultConfig, type RunConfig } from '../../../src/training/config.ts';
import { scheduleCurve } from '../../../src/training/schedule-curve.ts';
import { segmentsOf } from '../../../src/training/segments.ts';

function config(...sets: string[]): RunConfig {
  return sets.reduce(applySet, defaultConfig);
}

const twoPhases =
  'training.phases=[{"size":32,"epochs":2,"batchSize":64,"freeze":["conv1"]},{"epochs":3,"learningRate":0.0005}]';

describe('segmentsOf', () => {
  it('is one pass without phases, and continuations repeat the last', () => {
    const segments = segmentsOf(config('training.epochs=4'), [2, 3]);
    assert.deepEqual(
      segments.map(({ epochs }) => epochs),
      [4, 2, 3],
    );
    assert.ok(segments.every(({ phase, width, batchSize }) => phase === null && width === 64 && batchSize === 32));
  });

  it('takes what a phase leaves out from the run, and keeps the aspect', () => {
    const segments = segmentsOf(config('input.width=60', 'input.height=90', 'training.freeze=stem*', twoPhases), [1]);
    assert.deepEqual(segments, [
      { epochs: 2, width: 32, height: 48, batchSize: 64, learningRate: 0.001, freeze: ['stem*', 'conv1'], phase: 0 },
      { epochs: 3, width: 60, height: 90, batchSize: 32, learningRate: 0.0005, freeze: ['stem*'], phase: 1 },
      { epochs: 1, width: 60, height: 90, batchSize: 32, learningRate: 0.0005, freeze: ['stem*'], phase: 1 },
    ]);
  });
});

describe('scheduleCurve', () => {
  it('has every step of a short run', () => {
    const { points, steps, depends } = scheduleCurve(config('training.epochs=2', 'training.schedule=cosine'), 100);
    assert.deepEqual([points.length, steps, depends], [6, 6, null]);
    assert.deepEqual(
      points.map(({ step }) => step),
      [1, 2, 3, 4, 5, 6],
    );
    assert.equal(points[0]?.learningRate, 0.001);
    assert.equal(points[3]?.learningRate, 0.0005);
    assert.ok(points.every(({ momentum }) => momentum === 0.9));
  });

  it('thins a long run and keeps its ends', () => {
    const { points, steps } = scheduleCurve(config('training.epochs=1000'), 3200, 50);
    assert.equal(steps, 100_000);
    assert.equal(points.length, 50);
    assert.deepEqual([points[0]?.step, points.at(-1)?.step], [1, 100_000]);
  });

  it('passes once through the schedule in every phase', () => {
    const { points, steps } = scheduleCurve(config(twoPhases), 640);
    assert.equal(steps, 2 * 10 + 3 * 20);
    const starts = points.filter(({ phase }, i) => phase !== points[i - 1]?.phase);
    assert.deepEqual(
      starts.map(({ step, epoch, phase }) => ({ step, epoch, phase })),
      [
        { step: 1, epoch: 0, phase: 0 },
        { step: 21, epoch: 2, phase: 1 },
      ],
    );
    assert.deepEqual(
      starts.map(({ learningRate }) => learningRate),
      [0.001 / 25, 0.0005 / 25],
    );
  });

  it('draws a batch size that is yet to be found as the default one', () => {
    assert.deepEqual(scheduleCurve(config('training.batchSize=0'), 1000), scheduleCurve(config(), 1000));
  });

  it('says what it can’t know', () => {
    assert.equal(scheduleCurve(config('training.schedule=plateau'), 100).depends, 'plateau');
    assert.equal(scheduleCurve(config('training.timeBudget=5'), 100).depends, 'time-budget');
  });
});
