import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOREIGN_GRACE_MS, type QueueRules, runsToStart } from '../../../src/host/runs/queue.ts';
import { summaryOf } from './summary.ts';

const now = 1_000_000;
const rules = (changes: Partial<QueueRules> = {}): QueueRules => ({
  parallel: 1,
  launched: new Set(),
  refused: new Set(),
  own: new Set(),
  now,
  ...changes,
});
const queued = (folder: string, age = 60_000) =>
  summaryOf({ folder, id: folder, state: 'queued', createdAt: now - age });
const running = (folder: string) => summaryOf({ folder, id: folder, state: 'running' });

test('the oldest queued run starts when a place is free', () => {
  assert.deepEqual(runsToStart([queued('b', 6000), queued('a', 9000)], rules()), ['a']);
  assert.deepEqual(runsToStart([queued('a'), running('b')], rules()), []);
  assert.deepEqual(runsToStart([queued('a'), running('b')], rules({ parallel: 2 })), ['a']);
});

test('a process that was just started takes a place although its run still looks queued', () => {
  assert.deepEqual(runsToStart([queued('a'), queued('b', 7000)], rules({ launched: new Set(['a']) })), []);
});

test('a run that could not be started does not block the others', () => {
  assert.deepEqual(runsToStart([queued('a'), queued('b', 7000)], rules({ refused: new Set(['a']) })), ['b']);
});

test("somebody else's new run is left to them for a while, our own starts at once", () => {
  const young = queued('a', FOREIGN_GRACE_MS - 1);
  assert.deepEqual(runsToStart([young], rules()), []);
  assert.deepEqual(runsToStart([young], rules({ own: new Set(['a']) })), ['a']);
  assert.deepEqual(runsToStart([queued('a', FOREIGN_GRACE_MS)], rules()), ['a']);
});
