import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toCsv } from '../../../webview/run/csv.ts';
import { reduce } from '../../../webview/run/model.ts';
import { fileStem } from '../../../webview/ui/file-stem.ts';
import { fakeRun } from '../../tools/panel-harness/runs.ts';

test('a line a step, validation on the last step of its epoch', () => {
  const run = fakeRun('done', { steps: 25, stepsPerEpoch: 10, epochs: 5 });
  const lines = toCsv(reduce(null, run.snapshot)!).split('\n');
  assert.equal(lines.length, 27);
  assert.equal(lines[26], '');
  const header = lines[0]!.split(',');
  const cell = (line: number, name: string) => lines[line]!.split(',')[header.indexOf(name)];
  assert.equal(cell(1, 'step'), '1');
  assert.equal(cell(25, 'epoch'), '3');
  assert.equal(Number(cell(7, 'loss')), Number(Math.fround(run.snapshot.series.loss[6]!).toPrecision(7)));
  assert.equal(Number(cell(20, 'validation_loss')), Number(run.snapshot.epochs[1]!.validationLoss!.toPrecision(7)));
  assert.equal(cell(19, 'validation_loss'), '');
  assert.equal(cell(1, 'time'), new Date(run.snapshot.series.t[0]!).toISOString());
  for (const line of lines.slice(0, -1)) assert.equal(line.split(',').length, header.length);
});

test('a run without steps is only a header', () => {
  assert.equal(toCsv(reduce(null, fakeRun('queued').snapshot)!).split('\n').length, 2);
});

test('fileStem leaves a name that every file system takes', () => {
  const rows: [string, string][] = [
    ['My run #2', 'My-run-2'],
    ['../../etc/passwd', 'etc-passwd'],
    ['Übung: été', 'Übung-été'],
    ['???', 'run'],
    ['', 'run'],
    ['x'.repeat(300), 'x'.repeat(80)],
  ];
  for (const [name, expected] of rows) assert.equal(fileStem(name), expected, name);
});
