import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressShare, secondsLeft, speed } from '../../../webview/run/eta.ts';
import { reduce } from '../../../webview/run/model.ts';
import { fakeRun } from '../../tools/panel-harness/runs.ts';

const viewAt = (steps: number, change = {}) => {
  const { snapshot } = fakeRun('running', { steps, stepsPerEpoch: 100, epochs: 10, ...change });
  for (let at = 0; at < steps; at++) Object.assign(snapshot.series.ms, { [at]: 50 });
  for (let at = 0; at < steps; at++) Object.assign(snapshot.series.waitMs, { [at]: 5 });
  for (const epoch of snapshot.epochs) epoch.seconds = 7;
  return reduce(null, snapshot)!;
};

test('speed and loader wait', () => {
  const { columns } = viewAt(60);
  const pace = speed(columns, 0)!;
  assert.equal(Math.round(pace.imagesPerSecond), 640);
  assert.ok(Math.abs(pace.waitShare - 0.1) < 1e-6);
  assert.equal(speed(columns, 60), null);
});

test('time left counts the steps, and what each epoch takes beyond them', () => {
  assert.ok(Math.abs(secondsLeft(viewAt(50))! - 950 * 0.05) < 1e-6, 'no epoch has ended yet');
  assert.ok(Math.abs(secondsLeft(viewAt(250))! - (750 * 0.05 + 8 * 2)) < 1e-6, 'two have');
});

test('time left is unknown before the first step and without a plan', () => {
  assert.equal(secondsLeft(viewAt(0)), null);
  assert.equal(secondsLeft(viewAt(50, { steps: 50 }))! > 0, true);
  const view = viewAt(50);
  assert.equal(secondsLeft({ ...view, summary: { ...view.summary, steps: null } }), null);
});

test('progress', () => {
  const { summary } = viewAt(0);
  const share = (change: object) => progressShare({ summary: { ...summary, ...change } });
  assert.equal(share({ step: 250, steps: 1000 }), 0.25);
  assert.equal(share({ steps: null, epoch: 3, epochs: 10 }), 0.2);
  assert.equal(share({ steps: null, epoch: 0 }), null);
});
