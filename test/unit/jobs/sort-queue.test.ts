import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextToStart } from '../../../src/jobs/queue.ts';
import { sortRuns } from '../../../src/jobs/sort.ts';
import type { RunState } from '../../../src/protocol/runs.ts';
import { someRun } from './some-run.ts';

const runs = [
  someRun({ id: 'a', name: 'run 10', createdAt: 1, validationAccuracy: 0.5, validationLoss: null, starred: true }),
  someRun({ id: 'b', name: 'Run 9', createdAt: 2, validationAccuracy: null, validationLoss: 0.2 }),
  someRun({ id: 'c', name: 'run 1', createdAt: 3, validationAccuracy: 0.9, validationLoss: 0.1 }),
];
const orders: [key: string | undefined, expected: string][] = [
  [undefined, 'cba'],
  ['created', 'cba'],
  ['+created', 'abc'],
  ['val_accuracy', 'cab'],
  ['+val_accuracy', 'acb'],
  ['val_loss', 'cba'],
  ['-val_loss', 'bca'],
  ['name', 'cba'],
  ['-name', 'abc'],
  ['starred', 'acb'],
  ['training.batchSize', 'cba'],
];
for (const [key, expected] of orders) {
  test(`sorted by ${key ?? 'nothing in particular'}: ${expected}`, () => {
    assert.equal(
      sortRuns(runs, key)
        .map((run) => run.id)
        .join(''),
      expected,
    );
  });
}

test('an unknown sort key names the nearest one', () => {
  assert.throws(() => sortRuns(runs, 'val_acuracy'), { code: 'bad-sort-key', advice: /val_accuracy/ });
});

const queues: [states: RunState[], limit: number, starting: number[], expected: number[]][] = [
  [['queued', 'queued'], 1, [], [0]],
  [['queued', 'queued'], 3, [], [0, 1]],
  [['running', 'queued'], 1, [], []],
  [['running', 'queued', 'queued'], 2, [], [1]],
  [['stopping', 'queued'], 1, [], []],
  [['starting', 'queued'], 1, [], []],
  [['done', 'failed', 'stopped', 'interrupted', 'cancelled', 'queued'], 1, [], [5]],
  [['queued', 'queued'], 1, [0], []],
  [['queued', 'queued'], 2, [0], [1]],
  [['running', 'running', 'queued'], 1, [], []],
  [[], 1, [], []],
];
for (const [states, limit, starting, expected] of queues) {
  test(`of ${states.join(', ') || 'none'} with a limit of ${limit}${starting.length ? ` while ${starting} starts` : ''}: ${expected}`, () => {
    const listed = states.map((state, i) => someRun({ id: String(i), state, createdAt: i })).reverse();
    const next = nextToStart(listed, limit, new Set(starting.map((i) => `/runs/${i}`)));
    assert.deepEqual(
      next.map((run) => Number(run.id)),
      expected,
    );
  });
}
