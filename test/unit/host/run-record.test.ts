import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunRecord } from '../../../src/host/run-panel/run-record.ts';
import type { JobEvent } from '../../../src/protocol/events.ts';
import { summaryOf } from './summary.ts';

const step = (number: number): JobEvent => ({
  t: number * 10,
  kind: 'step',
  step: number,
  epoch: 1,
  loss: 1 / number,
  accuracy: 0.5,
  learningRate: 0.001,
  ms: 5,
  waitMs: 1,
  images: 32,
});
const epoch = (number: number, at: number): JobEvent => ({
  t: at * 10,
  kind: 'epoch',
  epoch: number,
  step: at,
  loss: 1,
  accuracy: 0.5,
  validationLoss: 1,
  validationAccuracy: 0.5,
  seconds: 1,
  best: true,
});
const plan: JobEvent = {
  t: 1,
  kind: 'plan',
  classes: ['a', 'b'],
  train: 8,
  validation: 2,
  test: 0,
  parameters: 100,
  stepsPerEpoch: 4,
  epochs: 2,
  batchSize: 2,
};
const progress: JobEvent = { t: 1, kind: 'progress', what: 'scan', done: 1, total: null };
const summary = summaryOf();

test('a snapshot has everything, a delta only what came after it', () => {
  const record = new RunRecord();
  record.apply([plan, step(1), step(2), epoch(1, 2)]);
  const snapshot = record.snapshot(summary, '{}', ['job.json']);
  assert.deepEqual(snapshot.series.step, [1, 2]);
  assert.deepEqual(snapshot.series.loss, [1, 0.5]);
  assert.deepEqual(snapshot.counts, { train: 8, validation: 2, test: 0 });
  assert.equal(snapshot.epochs.length, 1);
  record.apply([step(3)]);
  const delta = record.takeDelta(summary);
  assert.deepEqual(
    delta?.steps.map((event) => event.step),
    [3],
  );
  assert.deepEqual(delta?.epochs, []);
  assert.equal(delta?.classes, undefined);
  assert.deepEqual(record.takeDelta(summary)?.steps, []);
});

test('a resume shortens the curves, and only a snapshot can say so', () => {
  const record = new RunRecord();
  record.apply([step(1), step(2), epoch(1, 2), step(3)]);
  record.snapshot(summary, '{}', []);
  record.apply([{ t: 50, kind: 'resume', step: 2, epoch: 1 }, step(3)]);
  assert.equal(record.takeDelta(summary), null);
  const snapshot = record.snapshot(summary, '{}', []);
  assert.deepEqual(snapshot.series.step, [1, 2, 3]);
  assert.deepEqual(snapshot.resumedAt, [50]);
  record.apply([step(4)]);
  assert.equal(record.takeDelta(summary)?.steps.length, 1);
});

test('a reset forgets everything and asks for a snapshot', () => {
  const record = new RunRecord();
  record.apply([plan, step(1)]);
  record.snapshot(summary, '{}', []);
  record.apply([step(1)], true);
  assert.equal(record.takeDelta(summary), null);
  const snapshot = record.snapshot(summary, '{}', []);
  assert.deepEqual(snapshot.series.step, [1]);
  assert.equal(snapshot.counts, null);
});

test('progress is shown until something follows it', () => {
  const record = new RunRecord();
  record.apply([progress]);
  assert.deepEqual(record.takeDelta(summary)?.progress, { what: 'scan', done: 1, total: null });
  assert.equal(record.takeDelta(summary)?.progress, undefined);
  record.apply([step(1)]);
  assert.equal(record.takeDelta(summary)?.progress, null);
});

test('events of a kind that this version does not know are ignored', () => {
  const record = new RunRecord();
  record.apply([{ t: 1, kind: 'later' } as unknown as JobEvent, step(1)]);
  assert.deepEqual(record.snapshot(summary, '', []).series.step, [1]);
});

test('what was skipped is told once a cause', () => {
  const record = new RunRecord();
  record.apply([
    { t: 1, kind: 'skipped', cause: 'corrupt', count: 1, examples: [] },
    { t: 2, kind: 'skipped', cause: 'corrupt', count: 3, examples: [] },
    { t: 3, kind: 'skipped', cause: 'missing', count: 2, examples: [] },
  ]);
  const { skipped } = record.snapshot(summary, '', []);
  assert.deepEqual(
    skipped.map(({ cause, count }) => [cause, count]),
    [
      ['corrupt', 3],
      ['missing', 2],
    ],
  );
});

test('the classes of the best epoch are kept, and come back when a resume goes back to it', () => {
  const classes: [number, number, number][] = [[2, 1, 1]];
  const measured = (number: number, at: number, best: boolean): JobEvent => ({
    ...(epoch(number, at) as Extract<JobEvent, { kind: 'epoch' }>),
    best,
    perClass: classes,
  });
  const record = new RunRecord();
  record.apply([plan, measured(1, 2, true), measured(2, 4, false)]);
  const snapshot = record.snapshot(summary, '{}', []);
  assert.equal(snapshot.perClass?.epoch, 1);
  assert.ok(snapshot.epochs.every((event) => !('perClass' in event)));
  record.apply([measured(3, 6, true)]);
  assert.equal(record.takeDelta(summary)?.perClass?.epoch, 3);
  record.apply([{ t: 70, kind: 'resume', step: 4, epoch: 2 }]);
  assert.equal(record.snapshot(summary, '{}', []).perClass?.epoch, 1);
});

test('phases are told once, and again by whoever goes on at their first step', () => {
  const phase = (number: number, at: number): JobEvent => ({
    t: at,
    kind: 'phase',
    phase: number,
    phases: 2,
    step: at,
    epoch: number - 1,
    epochs: 1,
    width: 8,
    height: 8,
    batchSize: 2,
    stepsPerEpoch: 4,
    learningRate: 0.1,
    frozen: [],
  });
  const record = new RunRecord();
  record.apply([plan, phase(1, 0), step(4), phase(2, 4)]);
  const numbers = () => record.snapshot(summary, '{}', []).phases?.map((event) => event.phase);
  assert.deepEqual(numbers(), [1, 2]);
  record.apply([{ t: 50, kind: 'resume', step: 4, epoch: 1 }]);
  assert.deepEqual(numbers(), [1]);
  record.apply([phase(2, 4)]);
  assert.deepEqual(numbers(), [1, 2]);
});

test('what the label edits changed is told once, and stays in a snapshot', () => {
  const record = new RunRecord();
  const edits = { relabelled: 3, labelled: 0, excluded: 1, resplit: 0 };
  record.apply([{ t: 1, kind: 'edits', ...edits }]);
  assert.deepEqual(record.takeDelta(summary)?.edits, edits);
  assert.equal(record.takeDelta(summary)?.edits, undefined);
  assert.deepEqual(record.snapshot(summary, '', []).edits, edits);
});
