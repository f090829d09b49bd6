import assert from 'node:assert/strict';
import { test } from 'node:test';
import { histogramOf } from '../../../src/catalogue/histogram.ts';
import { mapPoints, scatterOf } from '../../../src/catalogue/points.ts';
import { flowers } from './flowers.ts';
import { someCatalogue } from './some-catalogue.ts';

const all = { text: '' };

test('a histogram of a share has the edges of its scale, a series a split, and leaves out what was not measured', async (t) => {
  const catalogue = await flowers(t);
  assert.deepEqual(histogramOf(catalogue, all, 'blur', 4, 'split'), {
    edges: [0, 0.25, 0.5, 0.75, 1],
    names: null,
    series: ['test', 'train'],
    counts: [
      [1, 0, 0, 0],
      [1, 0, 1, 1],
    ],
  });
});

test('the largest value falls into the last bin', async (t) => {
  const catalogue = await flowers(t);
  assert.deepEqual(histogramOf(catalogue, { text: 'class:rose' }, 'brightness', 2, null).counts, [[0, 3]]);
  const { edges, counts } = histogramOf(catalogue, all, 'height', 2, null);
  assert.deepEqual(edges, [100, 290, 480]);
  assert.deepEqual(counts, [[4, 2]]);
});

test('bins of sizes that spread widely grow with the value', async (t) => {
  const catalogue = await flowers(t);
  const { edges, counts } = histogramOf(catalogue, all, 'bytes', 2, null);
  assert.deepEqual(
    edges.map((edge) => Math.round(edge)),
    [1000, 70711, 5_000_000],
  );
  assert.deepEqual(counts, [[5, 1]]);
});

test('a histogram of words has names, those without one last', async (t) => {
  const catalogue = await flowers(t);
  assert.deepEqual(histogramOf(catalogue, all, 'class', 10, 'split'), {
    edges: [],
    names: ['rose', 'tulip', ''],
    series: ['', 'test', 'train'],
    counts: [
      [0, 0, 1],
      [1, 0, 0],
      [2, 2, 0],
    ],
  });
  const { names, counts } = histogramOf(catalogue, all, 'issue', 10, null);
  assert.deepEqual(names, ['blurry', 'dark', 'odd-aspect', '']);
  assert.deepEqual(counts, [[2, 1, 1, 2]]);
});

test('a histogram of a set in which all are the same has one full bin', async (t) => {
  const catalogue = await someCatalogue(t, [{ path: 'a/1.jpg' }, { path: 'b/2.jpg' }]);
  assert.deepEqual(histogramOf(catalogue, all, 'width', 3, null).counts, [[2, 0, 0]]);
  assert.deepEqual(histogramOf(catalogue, { text: 'class:c' }, 'width', 3, null).counts, [[0, 0, 0]]);
});

test('a scatter has the images with both numbers, coloured by class', async (t) => {
  const catalogue = await flowers(t);
  assert.deepEqual(scatterOf(catalogue, all, { x: 'width', y: 'blur', limit: 100 }), {
    total: 6,
    ids: [0, 1, 2, 3],
    x: [640, 100, 30, 100],
    y: [0.1, 0.5, 0.9, 0.2],
    color: [0, 0, 0, 1],
    names: ['rose', 'tulip'],
  });
  assert.deepEqual(scatterOf(catalogue, all, { x: 'width', y: 'bytes', limit: 3 }).ids, [0, 2, 4]);
  assert.throws(() => scatterOf(catalogue, all, { x: 'class', y: 'blur', limit: 10 }), { code: 'bad-field' });
});

test('the map has the images that lie on it, coloured as asked', async (t) => {
  const catalogue = await flowers(t);
  catalogue.writeMap({
    method: 'pca',
    network: 'some',
    points: [0, 1, 3, 5].map((image) => ({ image, x: image, y: -image })),
  });
  const colors = (color: 'class' | 'predicted' | 'issue' | 'split') => {
    const points = mapPoints(catalogue, all, { color, limit: 100 });
    assert.deepEqual(points.ids, [0, 1, 3, 5]);
    return points.color.map((at) => points.names[at]);
  };
  assert.deepEqual(colors('class'), ['rose', 'rose', 'tulip', '']);
  assert.deepEqual(colors('split'), ['test', 'train', 'train', '']);
  assert.deepEqual(colors('predicted'), ['', 'tulip', 'tulip', '']);
  assert.deepEqual(colors('issue'), ['blurry', 'dark', 'blurry', '']);
  assert.deepEqual(mapPoints(catalogue, all, { color: 'issue', limit: 100 }).names, ['dark', 'blurry', '']);
});
