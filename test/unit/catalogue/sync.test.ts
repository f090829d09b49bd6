import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillCatalogue } from '../../../src/catalogue/sync.ts';
import { hashOf, someCatalogue, someData, someMeasures } from './some-catalogue.ts';

test('what was found of images moves along when images come, go and are renamed', async (t) => {
  const catalogue = await someCatalogue(
    t,
    ['a/1.jpg', 'a/2.jpg', 'b/3.jpg', 'b/4.jpg'].map((path) => ({ path })),
  );
  const measures = someMeasures();
  catalogue.writeMeasures([{ hash: hashOf('b/4.jpg'), measures }]);
  catalogue.writePairs([
    { a: 0, b: 3, kind: 'near-duplicate', distance: 2, similarity: null },
    { a: 1, b: 3, kind: 'near-duplicate', distance: 4, similarity: null },
  ]);
  catalogue.writeNeighbours('net', [
    {
      image: 3,
      others: [
        { other: 1, similarity: 0.9 },
        { other: 0, similarity: 0.8 },
      ],
    },
    { image: 1, others: [{ other: 3, similarity: 0.9 }] },
  ]);
  catalogue.writeMap({
    method: 'pca',
    network: 'net',
    points: [
      { image: 0, x: 1, y: 2 },
      { image: 1, x: 3, y: 4 },
    ],
  });
  catalogue.writeOutliers([
    { image: 2, distance: 0.5 },
    { image: 1, distance: 0.7 },
  ]);
  catalogue.writeFindings([{ kind: 'spurious-correlation', score: 1, images: [1, 2], evidence: { class: 'a' } }]);
  const { revision, version } = catalogue;

  // One image is new in front, one is gone, one was renamed so that it now lies behind the others.
  const data = someData(
    [
      { path: 'a/0.jpg' },
      { path: 'a/1.jpg' },
      { path: 'b/3.jpg' },
      { path: 'b/4.jpg' },
      { path: 'z/1.jpg', hash: hashOf('a/1.jpg') },
    ].filter(({ path }) => path !== 'a/1.jpg'),
  );
  fillCatalogue(catalogue, '/data', data);

  assert.notEqual(catalogue.revision, revision);
  assert.notEqual(catalogue.version, version);
  const paths = [...catalogue.images()].map(({ id, path }) => `${id} ${path}`);
  assert.deepEqual(paths, ['0 a/0.jpg', '1 b/3.jpg', '2 b/4.jpg', '3 z/1.jpg']);
  const rows = (sql: string) => catalogue.all(sql).map((row) => Object.values(row));
  assert.deepEqual(rows('SELECT a, b, distance FROM pairs'), [[2, 3, 2]]);
  assert.deepEqual(rows('SELECT image, rank, other FROM neighbours'), [[2, 1, 3]]);
  assert.deepEqual(rows('SELECT image, x FROM map'), [[3, 1]]);
  assert.deepEqual(rows('SELECT image, distance FROM outliers'), [[1, 0.5]]);
  assert.deepEqual(rows('SELECT images FROM findings'), [['[1]']]);
  assert.deepEqual(rows('SELECT id FROM images WHERE brightness IS NOT NULL'), [[2]]);
});

test('the same data again changes nothing', async (t) => {
  const images = ['a/1.jpg', 'b/2.jpg'].map((path) => ({ path }));
  const catalogue = await someCatalogue(t, images);
  const { version } = catalogue;
  fillCatalogue(catalogue, '/data', someData(images));
  assert.equal(catalogue.version, version);
});

test('copies of one content that were renamed are not guessed', async (t) => {
  const catalogue = await someCatalogue(t, [
    { path: 'a/1.jpg', hash: 'same' },
    { path: 'a/2.jpg', hash: 'same' },
  ]);
  catalogue.writeOutliers([
    { image: 0, distance: 1 },
    { image: 1, distance: 2 },
  ]);
  fillCatalogue(
    catalogue,
    '/data',
    someData([
      { path: 'a/2.jpg', hash: 'same' },
      { path: 'a/3.jpg', hash: 'same' },
    ]),
  );
  assert.deepEqual(
    catalogue.all('SELECT image, distance FROM outliers').map((row) => Object.values(row)),
    [
      [0, 2],
      [1, 1],
    ],
  );
  fillCatalogue(
    catalogue,
    '/data',
    someData([
      { path: 'a/8.jpg', hash: 'same' },
      { path: 'a/9.jpg', hash: 'same' },
    ]),
  );
  assert.deepEqual(catalogue.all('SELECT * FROM outliers'), []);
});

test('what was measured of a content stays while the image is away', async (t) => {
  const catalogue = await someCatalogue(t, [{ path: 'a/1.jpg' }, { path: 'a/2.jpg' }]);
  catalogue.writeMeasures([{ hash: hashOf('a/2.jpg'), measures: someMeasures({ blur: 0.25 }) }]);
  fillCatalogue(catalogue, '/data', someData([{ path: 'a/1.jpg' }]));
  fillCatalogue(catalogue, '/data', someData([{ path: 'a/1.jpg' }, { path: 'b/2.jpg', hash: hashOf('a/2.jpg') }]));
  assert.deepEqual(
    catalogue.all('SELECT blur FROM images ORDER BY id').map(({ blur }) => blur),
    [null, 0.25],
  );
  assert.deepEqual(
    catalogue.unmeasured(10).map(({ path }) => path),
    ['a/1.jpg'],
  );
});
