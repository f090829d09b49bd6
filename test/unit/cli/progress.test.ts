import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressLine } from '../../../src/cli/progress.ts';
import { style } from '../../../src/cli/style.ts';
import { lineOf, TrainingView } from '../../../src/cli/train-progress.ts';
import type { JobEvent, JobEventBody } from '../../../src/protocol/events.ts';
import { someRun } from '../jobs/some-run.ts';
import { makeTerminal } from './terminals.ts';

test('a bar is painted over, makes room for lines that stay, and goes away', () => {
  const { terminal: to, written } = makeTerminal('bar');
  const line = new ProgressLine(to);
  line.report({ what: 'Scanning', done: 1, total: 4 });
  line.line('Warning');
  line.end();
  line.end();
  const painted = `\rScanning  █████░░░░░░░░░░░░░░░  25%  1 / 4\x1b[K`;
  assert.deepEqual(written, [painted, '\r\x1b[K', 'Warning\n', painted, '\r\x1b[K']);
});

test('a bar never wraps', () => {
  const { terminal: to, written } = makeTerminal('bar', 20);
  new ProgressLine(to).report({ what: 'Scanning', done: 1, total: 4 });
  assert.equal(written[0], '\rScanning  █████░░░…\x1b[K');
});

test('JSON progress is one line a report, without lines for people', () => {
  const { terminal: to, written } = makeTerminal('json');
  const line = new ProgressLine(to);
  line.report({ what: 'scan', done: 1, total: null, fields: { read: 1 } });
  line.line('Warning');
  line.end();
  assert.deepEqual(written, ['{"what":"scan","done":1,"total":null,"read":1}\n']);
});

test('without progress nothing is written; plain progress does not fill a log', () => {
  const none = makeTerminal('none');
  new ProgressLine(none.terminal).report({ what: 'x', done: 1, total: 2 });
  new ProgressLine(none.terminal).line('x');
  assert.deepEqual(none.written, []);
  const plain = makeTerminal('plain');
  const line = new ProgressLine(plain.terminal);
  for (let i = 0; i < 100; i++) line.report({ what: 'x', done: i, total: 100 });
  line.line('Epoch 1');
  assert.deepEqual(plain.written, ['Epoch 1\n']);
});

const at = (body: JobEventBody): JobEvent => ({ t: 1, ...body });
const plan: JobEventBody = {
  kind: 'plan',
  classes: ['a', 'b'],
  train: 640,
  validation: 100,
  test: 0,
  parameters: 1234,
  stepsPerEpoch: 20,
  epochs: 5,
  batchSize: 32,
};
const epoch: JobEventBody = {
  kind: 'epoch',
  epoch: 2,
  step: 40,
  loss: 0.51234,
  accuracy: 0.8,
  validationLoss: 0.6,
  validationAccuracy: 0.75,
  seconds: 10,
  best: true,
};
const run = someRun({ state: 'running', step: 40, steps: 100, epoch: 2, epochs: 5, imagesPerSecond: 320 });

test('what is left: from the speed of the steps at first, then from a whole epoch', () => {
  const view = new TrainingView();
  view.take(at(plan));
  assert.equal(view.report(run).eta, 6);
  view.take(at(epoch));
  assert.equal(view.report(run).eta, 30);
  assert.equal(view.report(run).text, 'loss 0.3  acc 90.0%  val 88.0%  320 images/s');
});

test('work before training has its own bar, until it is done or steps come', () => {
  const view = new TrainingView();
  const waiting = someRun({ state: 'starting', steps: null, step: 0 });
  assert.equal(view.report(waiting).what, 'Starting');
  view.take(at({ kind: 'progress', what: 'scan', done: 5, total: 10 }));
  assert.deepEqual([view.report(waiting).what, view.report(waiting).done], ['Scanning', 5]);
  view.take(at({ kind: 'progress', what: 'scan', done: 10, total: 10 }));
  assert.equal(view.report(waiting).what, 'Starting');
});

const lines: [event: JobEventBody, expected: string | null][] = [
  [plan, '640 images to train on, 100 to validate, 0 to test; 2 classes; 1,234 parameters'],
  [epoch, 'Epoch 2/5  loss 0.5123  acc 80.0%  val loss 0.6  val acc 75.0%  10 s  best'],
  [{ kind: 'warning', code: 'x', message: 'Odd.' }, 'Warning: Odd.'],
  [{ kind: 'skipped', cause: 'corrupt', count: 2, examples: [] }, 'Skipped 2 images: corrupt'],
  [{ kind: 'resume', step: 40, epoch: 2 }, 'Going on from step 40.'],
  [{ kind: 'resume', step: 0, epoch: 0 }, null],
  [{ kind: 'status', state: 'running' }, null],
];
for (const [event, expected] of lines) {
  test(`a ${event.kind} event says ${expected}`, () => assert.equal(lineOf(at(event), run, style(false)), expected));
}
