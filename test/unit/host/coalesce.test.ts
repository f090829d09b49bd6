import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { Coalescer } from '../../../src/host/run-panel/coalesce.ts';

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
});

test('the first request is sent at once, a burst once more at the end of the interval', () => {
  let sent = 0;
  const coalescer = new Coalescer(100, () => sent++);
  coalescer.request();
  assert.equal(sent, 1);
  for (let i = 0; i < 50; i++) coalescer.request();
  mock.timers.tick(99);
  assert.equal(sent, 1);
  mock.timers.tick(1);
  assert.equal(sent, 2);
});

test('at most ten a second under steady requests, and none is lost', () => {
  let sent = 0;
  const coalescer = new Coalescer(100, () => sent++);
  for (let i = 0; i < 100; i++) {
    coalescer.request();
    mock.timers.tick(10);
  }
  assert.ok(sent >= 10 && sent <= 11, `${sent}`);
  const before = sent;
  coalescer.request();
  mock.timers.tick(100);
  assert.equal(sent, before + 1);
});

test('after a quiet time the next request is sent at once', () => {
  let sent = 0;
  const coalescer = new Coalescer(100, () => sent++);
  coalescer.request();
  mock.timers.tick(1000);
  coalescer.request();
  assert.equal(sent, 2);
});

test('nothing is sent after dispose', () => {
  let sent = 0;
  const coalescer = new Coalescer(100, () => sent++);
  coalescer.request();
  coalescer.request();
  coalescer.dispose();
  mock.timers.tick(1000);
  assert.equal(sent, 1);
});
