import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexAtX, stepsPerEpoch, xOfEpoch, xOfIndex } from '../../../webview/run/axis.ts';
import { StepColumns } from '../../../webview/run/columns.ts';
import { readAt } from '../../../webview/run/cursor.ts';
import { reduce } from '../../../webview/run/model.ts';
import { clock, logTicks, timeTickStep, xTick } from '../../../webview/ui/ticks.ts';
import { fakeRun } from '../../tools/panel-harness/runs.ts';

const run = fakeRun('running', { steps: 30, stepsPerEpoch: 10, epochs: 5 });
const view = reduce(null, run.snapshot)!;

test('steps per epoch come from the plan, else from the first epoch', () => {
  assert.equal(stepsPerEpoch({ steps: 50, epochs: 5 }, []), 10);
  assert.equal(stepsPerEpoch({ steps: null, epochs: 5 }, view.epochs), 10);
  assert.equal(stepsPerEpoch({ steps: null, epochs: 5 }, []), null);
});

test('a step and an epoch stand where they belong on each axis', () => {
  assert.equal(xOfIndex(view.columns, 4, 'step', 10), 5);
  assert.equal(xOfIndex(view.columns, 4, 'epoch', 10), 0.5);
  assert.equal(xOfEpoch(view, view.epochs[1]!, 'step'), 20);
  assert.equal(xOfEpoch(view, view.epochs[1]!, 'epoch'), 2);
  const lastStep = xOfIndex(view.columns, 19, 'time', 10);
  assert.ok(Math.abs(xOfEpoch(view, view.epochs[1]!, 'time') - (lastStep + 0.7)) < 0.01, 'validation takes 0.7 s');
});

test('the step nearest to x is found on every axis', () => {
  for (const axis of ['step', 'epoch', 'time'] as const) {
    for (const index of [0, 1, 14, 29]) {
      const x = xOfIndex(view.columns, index, axis, 10);
      assert.equal(indexAtX(view.columns, x, axis, 10), index, `${axis} ${index}`);
      assert.equal(indexAtX(view.columns, x + 1e-4, axis, 10), index, `${axis} ${index} and a bit`);
    }
    assert.equal(indexAtX(view.columns, -1, axis, 10), 0);
    assert.equal(indexAtX(view.columns, 1e9, axis, 10), 29);
  }
  assert.equal(indexAtX(new StepColumns(), 3, 'step', null), -1);
});

test('phases of different length share one axis of epochs', () => {
  // Two steps in the first epoch, four in each later one; the third has not ended.
  const series = structuredClone(run.snapshot.series);
  for (const key of Object.keys(series) as (keyof typeof series)[]) series[key].splice(8);
  series.epoch.splice(0, 8, 1, 1, 2, 2, 2, 2, 3, 3);
  const columns = StepColumns.from(series);
  const xs = series.step.map((_, i) => xOfIndex(columns, i, 'epoch', null));
  assert.deepEqual(xs, [0.5, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5]);
  for (const [i, x] of xs.entries()) assert.equal(indexAtX(columns, x, 'epoch', null), i);
  const epochs = view.epochs.map((epoch) => ({ ...epoch, phase: 1 }));
  assert.equal(stepsPerEpoch({ steps: 50, epochs: 5 }, epochs), null);
});

test('the pause before a resume is not trained time', () => {
  const series = structuredClone(run.snapshot.series);
  const night = 8 * 3600 * 1000;
  for (let at = 15; at < 30; at++) series.t[at]! += night;
  const resumedAt = [series.t[15]! - 1000];
  const elapsed = (columns: StepColumns) => columns.elapsed[29]!;
  const plain = elapsed(StepColumns.from(run.snapshot.series));
  assert.ok(Math.abs(elapsed(StepColumns.from(series, resumedAt)) - plain) < 0.1);
  assert.ok(elapsed(StepColumns.from(series)) > 8 * 3600, 'without the event it would be');
});

test('columns keep every value while they grow, and null is a gap', () => {
  const columns = StepColumns.from(run.snapshot.series);
  for (const step of run.next(600).steps) columns.append(step);
  assert.equal(columns.length, 630);
  assert.deepEqual(
    [...columns.step.slice(0, 630)],
    Array.from({ length: 630 }, (_, at) => at + 1),
  );
  assert.equal(columns.loss[3], Math.fround(run.snapshot.series.loss[3]!));
  columns.truncate(10);
  assert.equal(columns.lastStep(), 10);
  columns.append({ ...run.next(1).steps[0]!, loss: null as unknown as number });
  assert.ok(Number.isNaN(columns.loss[10]));
});

test('ticks of the time axis are round', () => {
  assert.equal(timeTickStep(60), 10);
  assert.equal(timeTickStep(3600), 600);
  assert.equal(timeTickStep(20 * 86_400), 4 * 86_400);
  assert.deepEqual([clock(45), clock(200), clock(3900), clock(0.5)], ['45s', '3:20', '1:05:00', '0.5s']);
});

test('ticks of one axis are written alike', () => {
  assert.deepEqual([xTick(5000, 'step', 9000), xTick(5000, 'step', 50_000)], ['5,000', '5K']);
  assert.equal(xTick(0.1 + 0.2, 'epoch', 1), '0.3');
});

test('the readout names the step and takes the nearest epoch', () => {
  const readout = readAt(view, 12, 'step');
  assert.equal(readout.x, 13);
  assert.match(readout.heading, /^Step 13 · epoch 1\.3 · /);
  assert.equal(readout.epoch?.epoch, 1);
  assert.equal(readAt(view, 17, 'step').epoch?.epoch, 2);
});

test('a logarithmic axis has between two and seven round ticks', () => {
  assert.deepEqual(logTicks(0.05, 3), [0.05, 0.1, 0.2, 0.5, 1, 2]);
  assert.deepEqual(logTicks(0.06, 0.4), [0.07, 0.1, 0.15, 0.2, 0.3]);
  assert.deepEqual(logTicks(0.001, 1000), [0.001, 0.01, 0.1, 1, 10, 100, 1000]);
  assert.deepEqual(logTicks(0.42, 0.68), [0.5, 0.6]);
  assert.deepEqual(logTicks(0, 3), []);
});
