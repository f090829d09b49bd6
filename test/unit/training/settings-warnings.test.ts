import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySet } from '../../../src/jobs/apply-set.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { settingsWarnings } from '../../../src/training/settings-warnings.ts';

const warningsOf = (ema: number, updates: number) =>
  settingsWarnings(applySet(defaultConfig, `training.ema=${ema}`), updates).map(({ message }) => message);

test('an average that remembers longer than the run lasts is told, with one that fits', () => {
  assert.deepEqual(warningsOf(0, 10), []);
  assert.deepEqual(warningsOf(0.99, 500), []);
  const [message] = warningsOf(0.99, 108);
  assert.match(message!, /remembers 100 updates and the run has 108: .* lower training\.ema to 0\.95/);
  assert.deepEqual(warningsOf(0.95, 108), []);
  assert.match(warningsOf(0.9, 3)[0]!, /lower training\.ema to 0\./);
});
