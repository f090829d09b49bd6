import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completeLink } from '../../../../src/cleaning/duplicates/complete-link.ts';
import { hammingDistance, pairsWithin } from '../../../../src/cleaning/duplicates/hash-pairs.ts';
import { seededRandom } from '../../../../src/random.ts';

const random = seededRandom(11);
const draw = () => (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32));

/** Families of hashes around a few centres, so that all distances occur, some of them equal. */
const hashes = BigUint64Array.from({ length: 600 }, (_, i) => {
  if (i % 20 === 0) return 0n;
  let hash = i % 3 === 0 ? draw() : 0x123456789abcdef0n;
  for (let flips = Math.floor(random() * 9); flips > 0; flips--) hash ^= 1n << BigInt(Math.floor(random() * 64));
  return hash;
});

describe('pairs of hashes', () => {
  for (const radius of [0, 1, 4, 5, 6, 11]) {
    it(`within ${radius} bits are those that comparing all of them finds`, () => {
      const expected: string[] = [];
      for (let a = 0; a < hashes.length; a++) {
        for (let b = a + 1; b < hashes.length; b++) {
          const distance = hammingDistance(hashes[a] as bigint, hashes[b] as bigint);
          if (distance <= radius) expected.push(`${a} ${b} ${distance}`);
        }
      }
      const found = [...pairsWithin(hashes, radius)].map(({ a, b, distance }) => `${a} ${b} ${distance}`);
      assert.ok(expected.length > 100);
      assert.deepEqual(found.sort(), expected.sort());
    });
  }

  it('with other hashes of the same images: every two images once, an image never with itself', () => {
    const own = BigUint64Array.of(1n, 2n, 4n);
    const mirrored = BigUint64Array.of(1n, 1n, 2n);
    const found = [...pairsWithin(own, 0, mirrored)].map(({ a, b }) => [a, b]);
    assert.deepEqual(found, [
      [0, 1],
      [1, 2],
    ]);
  });
});

describe('complete link', () => {
  const link = (a: number, b: number, similarity: number) => ({ a, b, similarity });

  it('never chains', () => {
    assert.deepEqual(completeLink([link(0, 1, 0.99), link(1, 2, 0.98), link(2, 3, 0.97)]), [
      [0, 1],
      [2, 3],
    ]);
  });

  it('joins those that are all alike', () => {
    const all = [link(5, 1, 0.9), link(1, 9, 0.8), link(9, 5, 0.85), link(9, 7, 0.99)];
    assert.deepEqual(completeLink(all), [
      [1, 5],
      [7, 9],
    ]);
    assert.deepEqual(completeLink(all.slice(0, 3)), [[1, 5, 9]]);
  });

  it('has nothing without links', () => assert.deepEqual(completeLink([]), []));
});
