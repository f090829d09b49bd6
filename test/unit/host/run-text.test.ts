import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRun, durationText, keyMetric, tokensOf } from '../../../src/host/runs/run-text.ts';
import type { RunState, RunSummary } from '../../../src/protocol/runs.ts';
import { summaryOf } from './summary.ts';

const fill = (message: string, ...values: (string | number)[]) =>
  message.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)]));

test('the grey text says how far a run is and what it reached', () => {
  const table: [Partial<RunSummary>, string][] = [
    [{ state: 'queued' }, 'queued'],
    [{ state: 'running' }, 'preparing'],
    [{ state: 'running', epoch: 3, validationAccuracy: 0.9123 }, 'epoch 3/10 · 91.2%'],
    [{ state: 'running', epoch: 1, accuracy: 0.5 }, 'epoch 1/10 · 50.0%'],
    [{ state: 'done', validationAccuracy: 1 }, '100.0%'],
    [{ state: 'done', validationAccuracy: 0.5, starred: true, tags: ['aug', 'x'] }, '★ 50.0% · #aug · #x'],
    [{ state: 'done', starred: true }, '★'],
    [{ state: 'stopped', epoch: 2, epochs: 5 }, 'stopped 2/5'],
    [{ state: 'stopped' }, 'stopped'],
    [{ state: 'failed' }, 'failed'],
    [{ state: 'interrupted', accuracy: 0 }, 'interrupted · 0.0%'],
    [{ state: 'cancelled' }, 'cancelled'],
  ];
  for (const [changes, text] of table) assert.equal(describeRun(summaryOf(changes), fill), text);
});

test('validation accuracy comes before test and training accuracy', () => {
  assert.equal(keyMetric(summaryOf({ validationAccuracy: 0, testAccuracy: 0.5, accuracy: 0.9 })), 0);
  assert.equal(keyMetric(summaryOf({ testAccuracy: 0.5, accuracy: 0.9 })), 0.5);
  assert.equal(keyMetric(summaryOf({ accuracy: 0.9 })), 0.9);
  assert.equal(keyMetric(summaryOf()), null);
});

test('menus offer what can be done in each state', () => {
  const table: [RunState, string[]][] = [
    ['queued', ['stoppable', 'idle']],
    ['starting', ['stoppable']],
    ['running', ['stoppable']],
    ['stopping', []],
    ['done', ['continuable', 'idle']],
    ['stopped', ['resumable', 'idle']],
    ['failed', ['resumable', 'idle']],
    ['interrupted', ['resumable', 'idle']],
    ['cancelled', ['resumable', 'idle']],
  ];
  for (const [state, expected] of table) {
    const tokens = tokensOf(summaryOf({ state, resumable: true }));
    assert.deepEqual(tokens, ['run', ...expected, 'unstarred'], state);
  }
  assert.deepEqual(tokensOf(summaryOf({ hasModel: true, starred: true })), ['run', 'idle', 'model', 'starred']);
});

test('durations are short', () => {
  const table: [number, string][] = [
    [-5, '0 s'],
    [12_400, '12 s'],
    [250_000, '4 min 10 s'],
    [3_905_000, '1 h 05 min'],
  ];
  for (const [milliseconds, text] of table) assert.equal(durationText(milliseconds), text);
});
