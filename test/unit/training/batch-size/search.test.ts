import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BatchTrial,
  bestOf,
  type SearchLimits,
  searchBatchSize,
} from '../../../../src/training/batch-size/search.ts';

const limits: SearchLimits = { smallest: 8, largest: 512, images: 1e6, memory: 1e12 };
const trial = (batchSize: number, imagesPerSecond: number, memory = 1e9): BatchTrial => ({
  ...{ batchSize, imagesPerSecond, memory },
  stepMs: (batchSize / imagesPerSecond) * 1000,
});
/** As fast as a machine with a fixed cost of a step: n / (5 ms + n · 1 ms). */
const saturating = (batchSize: number) => trial(batchSize, batchSize / (0.005 + batchSize * 0.001));

const cases: [
  what: string,
  Partial<SearchLimits>,
  (size: number) => BatchTrial | null,
  number | null,
  string,
  number,
][] = [
  ['the smallest that is nearly as fast as the fastest', {}, saturating, 128, 'slower', 7],
  ['memory ends', {}, (size) => (size > 32 ? null : saturating(size)), 32, 'out-of-memory', 3],
  ['not even the smallest fits', {}, () => null, null, 'out-of-memory', 0],
  ['few images: an epoch keeps eight steps', { images: 300 }, saturating, 32, 'data', 3],
  ['larger ones are slower', {}, (size) => trial(size, size === 16 ? 100 : 50), 16, 'slower', 4],
  ['larger ones would not fit', { memory: 3e9 }, (size) => trial(size, size, 1e9 + size * 3e7), 64, 'memory-limit', 4],
];

for (const [what, change, tryOne, chosen, end, tried] of cases) {
  test(`batch size: ${what}`, async () => {
    const found = await searchBatchSize(async (size) => tryOne(size), { ...limits, ...change });
    assert.deepEqual([found.chosen?.batchSize ?? null, found.end, found.trials.length], [chosen, end, tried]);
  });
}

test('without a trial there is none to choose', () => assert.equal(bestOf([]), null));
