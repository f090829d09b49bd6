import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunView, reduce } from '../../../webview/run/model.ts';
import { fakeRun } from '../../tools/panel-harness/runs.ts';

function viewOf(steps: number): { view: RunView; run: ReturnType<typeof fakeRun> } {
  const run = fakeRun('running', { steps, stepsPerEpoch: 10, epochs: 5 });
  return { view: reduce(null, run.snapshot)!, run };
}

test('a delta before any snapshot is dropped', () => {
  assert.equal(reduce(null, fakeRun('running').next(3)), null);
});

test('a delta adds its steps and epochs, and nothing starts over', () => {
  const { view, run } = viewOf(8);
  const next = reduce(view, run.next(4))!;
  assert.equal(next.columns.length, 12);
  assert.equal(next.columns.step[11], 12);
  assert.deepEqual(
    next.epochs.map((epoch) => epoch.epoch),
    [1],
  );
  assert.equal(next.generation, view.generation);
  assert.equal(next.summary.step, 12);
});

test('a delta that repeats steps replaces them', () => {
  const { view, run } = viewOf(20);
  const delta = run.next(2);
  const again = delta.steps.map((step, at) => ({ ...step, step: 15 + at, loss: 9 }));
  const next = reduce(view, { ...delta, steps: again })!;
  assert.equal(next.columns.length, 16);
  assert.equal(next.columns.loss[14], 9);
  assert.notEqual(next.generation, view.generation);
});

test('an epoch that comes again replaces the old one and what followed', () => {
  const { view, run } = viewOf(30);
  const second = view.epochs[1]!;
  const next = reduce(view, { ...run.next(0), epochs: [{ ...second, validationLoss: 7 }] })!;
  assert.deepEqual(
    next.epochs.map((epoch) => [epoch.epoch, epoch.validationLoss === 7]),
    [
      [1, false],
      [2, true],
    ],
  );
});

test('a snapshot after a resume may be shorter', () => {
  const { view } = viewOf(20);
  const next = reduce(view, viewOf(5).run.snapshot)!;
  assert.equal(next.columns.length, 5);
  assert.notEqual(next.generation, view.generation);
});

test('equal warnings are counted, and no flood of different ones is kept', () => {
  const { view, run } = viewOf(1);
  const slow = { kind: 'warning', code: 'slow', message: 'Slow.' } as const;
  const flood = Array.from({ length: 1000 }, (_, at) => ({ ...slow, message: `Image ${at}` }));
  const next = reduce(view, { ...run.next(0), warnings: [slow, slow, ...flood, slow] })!;
  assert.deepEqual(next.warnings[0], { code: 'slow', message: 'Slow.', count: 3 });
  assert.equal(next.warnings.length, 200);
});

test('progress ends with the first step, or when the host says so', () => {
  const { view, run } = viewOf(0);
  const busy = { what: 'scan', done: 5, total: 10 } as const;
  const scanning = reduce(view, { ...run.next(0), progress: busy })!;
  assert.deepEqual(scanning.progress, busy);
  assert.deepEqual(reduce(scanning, run.next(0))!.progress, busy);
  assert.equal(reduce(scanning, { ...run.next(0), progress: null })!.progress, null);
  assert.equal(reduce(scanning, run.next(1))!.progress, null);
});

test('what a run learns later arrives with a delta and stays', () => {
  const { view, run } = viewOf(0);
  const skipped = [{ cause: 'truncated', count: 2, examples: [] }];
  const learnt = reduce(view, { ...run.next(0), skipped, parameters: 12, files: ['log.txt'] })!;
  const later = reduce(learnt, run.next(1))!;
  assert.deepEqual([later.skipped, later.parameters, later.files], [skipped, 12, ['log.txt']]);
});
