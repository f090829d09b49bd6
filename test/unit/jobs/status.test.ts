import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LockState } from '../../../src/jobs/lock.ts';
import { deriveState } from '../../../src/jobs/status.ts';
import type { StatusEvent } from '../../../src/protocol/events.ts';
import type { RunState } from '../../../src/protocol/runs.ts';

type Row = [last: StatusEvent['state'] | null, requested: boolean, stop: boolean, lock: LockState, expected: RunState];

const rows: Row[] = [
  [null, false, false, 'none', 'queued'],
  [null, false, true, 'none', 'cancelled'],
  [null, false, false, 'stale', 'queued'],
  [null, false, false, 'live', 'starting'],
  [null, false, true, 'live', 'stopping'],
  ['starting', false, false, 'live', 'starting'],
  ['starting', false, false, 'none', 'interrupted'],
  ['running', false, false, 'live', 'running'],
  ['running', false, false, 'other-host', 'running'],
  ['running', false, true, 'live', 'stopping'],
  ['running', false, false, 'stale', 'interrupted'],
  ['running', false, true, 'stale', 'interrupted'],
  ['running', false, false, 'none', 'interrupted'],
  ['done', false, false, 'none', 'done'],
  ['done', false, true, 'none', 'done'],
  ['done', false, false, 'live', 'done'],
  ['stopped', false, true, 'none', 'stopped'],
  ['failed', false, false, 'stale', 'failed'],
  ['done', true, false, 'none', 'queued'],
  ['done', true, true, 'none', 'stopped'],
  ['done', true, false, 'live', 'starting'],
  ['stopped', true, false, 'none', 'queued'],
  ['running', true, false, 'none', 'queued'],
  ['running', true, false, 'live', 'starting'],
];

for (const [last, requested, stop, lock, expected] of rows) {
  test(`${last ?? 'no event'}${requested ? ', asked to go on' : ''}${stop ? ', stop file' : ''}, lock ${lock}: ${expected}`, () => {
    const state = deriveState({
      lastStatus: last ? { state: last, t: 1000 } : null,
      lastEventAt: last ? 1000 : null,
      requestedAt: requested ? 2000 : null,
      stopRequested: stop,
      lock,
    });
    assert.equal(state, expected);
  });
}

test('a request that the process has already answered is no longer pending', () => {
  const state = deriveState({
    lastStatus: { state: 'done', t: 3000 },
    lastEventAt: 3000,
    requestedAt: 2000,
    stopRequested: false,
    lock: 'none',
  });
  assert.equal(state, 'done');
});
