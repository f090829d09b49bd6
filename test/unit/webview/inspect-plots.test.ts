import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binAt, binsOf, rangeOf } from '../../../webview/inspect/plots/bins.ts';
import { imbalanceText } from '../../../webview/inspect/plots/imbalance.ts';
import { conspicuousClasses, meanSharpness } from '../../../webview/inspect/sharpness.ts';

test('a selection of bins and the range of a query are each other’s inverse', () => {
  const edges = [0, 0.25, 0.5, 0.75, 1];
  for (const selection of [
    { first: 0, last: 0 },
    { first: 1, last: 3 },
    { first: 0, last: 3 },
  ]) {
    const { from, to } = rangeOf(edges, selection);
    assert.deepEqual(binsOf(edges, from, to), selection);
  }
  assert.equal(binsOf(edges, 2, 3), null);
  assert.equal(binsOf([], 0, 1), null);
  assert.deepEqual(
    [-0.1, 0, 0.26, 0.999, 1, 5].map((place) => binAt(4, place)),
    [0, 0, 1, 3, 3, 3],
  );
});

test('imbalance is said in words', () => {
  const text = (counts: Record<string, number>) =>
    imbalanceText(Object.entries(counts).map(([name, count]) => ({ name, count })));
  assert.equal(text({ a: 10 }), '');
  assert.equal(text({ a: 100, b: 90 }), 'The classes are about equally large.');
  assert.equal(text({ a: 100, b: 50 }), 'a has 2.0 times the images of b.');
  assert.equal(text({ a: 10, b: 1200, c: 50 }), 'Imbalanced: b has 120 times the images of a.');
  assert.equal(text({ a: 10, b: 0 }), 'b has no image.');
  assert.equal(text({ a: 10, b: 0, c: 0 }), '2 classes have no image.');
});

test('a mean image with an edge is sharper than a flat one; only what stands out is conspicuous', () => {
  const picture = (shade: (x: number) => number) => {
    const pixels = new Uint8ClampedArray(8 * 8 * 4);
    for (let at = 0; at < 64; at++) pixels.fill(shade(at % 8), at * 4, at * 4 + 3);
    return meanSharpness(pixels, 8, 8);
  };
  assert.equal(
    picture(() => 90),
    0,
  );
  const slope = picture((x) => x * 10);
  const edge = picture((x) => (x < 4 ? 0 : 70));
  // Half of the neighbouring pairs lie across: their squares' mean, 10² / 2.
  assert.ok(Math.abs(slope - Math.sqrt(50)) < 0.01);
  assert.ok(edge > slope * 2);
  const values = new Map([
    ['a', 7],
    ['b', 7.5],
    ['c', 8],
    ['watermark', 19],
  ]);
  assert.deepEqual([...conspicuousClasses(values)], ['watermark']);
  assert.equal(conspicuousClasses(new Map([['a', 1]])).size, 0);
});
