import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketSize, MinMaxBuckets } from '../../../webview/run/decimate.ts';

function points(buckets: MinMaxBuckets): [number, number][] {
  const kept: [number, number][] = [];
  buckets.forEach((index, value) => void kept.push([index, value]));
  return kept;
}

function filled(values: number[], capacity: number): MinMaxBuckets {
  const buckets = new MinMaxBuckets(capacity);
  for (const [index, value] of values.entries()) buckets.add(index, value);
  return buckets;
}

test('a short curve is kept as it is', () => {
  const kept = points(filled([3, 1, 2], 4));
  assert.deepEqual(kept, [
    [0, 3],
    [1, 1],
    [2, 2],
  ]);
});

test('each bucket keeps its lowest and highest point, in order', () => {
  const kept = points(filled([5, 1, 9, 2, 4, 4, 7, 8], 2));
  assert.deepEqual(kept, [
    [1, 1],
    [2, 9],
    [4, 4],
    [7, 8],
  ]);
});

test('the same points come out however they went in, compared with a plain scan', () => {
  for (const length of [1, 7, 8, 9, 63, 64, 65, 1000, 4097]) {
    const values = Array.from({ length }, (_, at) => Math.sin(at * 12.9898) * 43758.5453 - Math.floor(at / 3));
    const buckets = filled(values, 8);
    const size = bucketSize(length, 8);
    assert.equal(buckets.size, size, `size of ${length}`);
    const expected: [number, number][] = [];
    for (let from = 0; from < length; from += size) {
      const part = values.slice(from, from + size);
      const low = from + part.indexOf(Math.min(...part));
      const high = from + part.indexOf(Math.max(...part));
      for (const at of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
        expected.push([at, values[at]!]);
      }
    }
    assert.deepEqual(points(buckets), expected, `${length} points`);
  }
});

test('a spike survives a million points', () => {
  const buckets = new MinMaxBuckets(1024);
  for (let at = 0; at < 1_000_000; at++) buckets.add(at, at === 654_321 ? 50 : 1);
  const kept = points(buckets);
  assert.ok(kept.length <= 2048);
  assert.deepEqual(
    kept.find(([, value]) => value === 50),
    [654_321, 50],
  );
});

test('values that are not numbers take their place and nothing else', () => {
  assert.deepEqual(points(filled([Number.NaN, 2, Number.NaN, Number.NaN], 2)), [[1, 2]]);
  assert.deepEqual(points(filled([Number.NaN, Number.NaN, 3, 1], 2)), [
    [2, 3],
    [3, 1],
  ]);
});

test('clear starts over', () => {
  const buckets = filled([1, 2, 3, 4, 5], 2);
  buckets.clear();
  buckets.add(0, 7);
  assert.deepEqual(points(buckets), [[0, 7]]);
  assert.equal(buckets.size, 1);
});
