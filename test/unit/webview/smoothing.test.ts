import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smooth } from '../../../webview/ui/smoothing.ts';
import { slotOf, smoothingAt } from '../../../webview/ui/smoothing-scale.ts';

test('no smoothing leaves the values', () => assert.deepEqual(smooth([3, 1, 2], 0), [3, 1, 2]));

test('a constant stays a constant from its first point on', () => {
  for (const value of smooth([4, 4, 4, 4], 0.99)) assert.ok(Math.abs(value - 4) < 1e-9);
});

test('the bias-corrected average of two points, by hand', () => {
  // β = 0.5: (0.5·0.5·1 + 0.5·3) / (1 − 0.25)
  assert.deepEqual(smooth([1, 3], 0.5), [1, (0.25 + 1.5) / 0.75]);
});

test('values that are not finite are passed over', () => {
  const [first, second, third] = smooth([Number.NaN, 2, Number.POSITIVE_INFINITY], 0.9);
  assert.ok(Number.isNaN(first));
  assert.ok(Math.abs(second! - 2) < 1e-9);
  assert.equal(third, second);
});

test('the slider reaches off and 0.99, and comes back to where it was', () => {
  assert.equal(smoothingAt(0), 0);
  assert.equal(smoothingAt(100), 0.99);
  for (let slot = 0; slot <= 90; slot++) assert.equal(slotOf(smoothingAt(slot)), slot);
  assert.ok(smoothingAt(slotOf(0.9)) - 0.9 < 0.01);
});
