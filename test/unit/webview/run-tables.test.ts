import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochEvent, PhaseEvent } from '../../../src/protocol/events.ts';
import { classRows } from '../../../webview/run/class-rows.ts';
import { phaseRows } from '../../../webview/run/phase-rows.ts';

test('the class that is recognised worst comes first, one without images last', () => {
  const rows = classRows(
    {
      epoch: 3,
      classes: [
        [10, 9, 12],
        [0, 0, 1],
        [8, 4, 4],
        [5, 0, 0],
      ],
    },
    ['a', 'b', 'c', 'd'],
  );
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['d', 'c', 'a', 'b'],
  );
  assert.deepEqual(rows[2], { name: 'a', images: 10, recall: 0.9, precision: 0.75, f1: 18 / 22 });
  assert.deepEqual(rows[0], { name: 'd', images: 5, recall: 0, precision: null, f1: 0 });
  assert.deepEqual(rows[3], { name: 'b', images: 0, recall: null, precision: 0, f1: 0 });
});

test('a phase adds up what its epochs cost, and takes the best of what they reached', () => {
  const phase = (number: number, size: number): PhaseEvent => ({
    kind: 'phase',
    phase: number,
    phases: 2,
    step: 0,
    epoch: 0,
    epochs: 2,
    width: size,
    height: size,
    batchSize: 8,
    stepsPerEpoch: 5,
    learningRate: 0.1,
    frozen: [],
  });
  const epoch = (number: number, of: number, accuracy: number): EpochEvent => ({
    kind: 'epoch',
    epoch: number,
    step: number * 5,
    loss: 1,
    accuracy: 0.5,
    validationLoss: 1,
    validationAccuracy: accuracy,
    phase: of,
    seconds: number,
    best: false,
  });
  const rows = phaseRows([phase(1, 4), phase(2, 8)], [epoch(1, 1, 0.5), epoch(2, 1, 0.4), epoch(3, 2, 0.7)]);
  assert.deepEqual(
    rows.map(({ epochs, seconds, images, pixels, bestAccuracy }) => [epochs, seconds, images, pixels, bestAccuracy]),
    [
      [2, 3, 80, 80 * 16, 0.5],
      [1, 3, 40, 40 * 64, 0.7],
    ],
  );
  assert.equal(phaseRows([phase(1, 4)], [])[0]?.bestAccuracy, null);
});
