import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neighboursOf } from '../../../src/catalogue/image-detail.ts';
import { pageOf } from '../../../src/catalogue/rows.ts';
import { CatalogueSync } from '../../../src/catalogue/sync.ts';
import { SkipList } from '../../../src/dataset/skip-list.ts';
import { emptyCatalogue, fillCatalogue, hashOf, readImage, someCatalogue, someMeasures } from './some-catalogue.ts';

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
  fillCatalogue(catalogue, [
    { path: 'a/0.jpg' },
    { path: 'b/3.jpg' },
    { path: 'b/4.jpg' },
    { path: 'z/1.jpg', hash: hashOf('a/1.jpg') },
  ]);

  assert.notEqual(catalogue.revision, revision);
  assert.notEqual(catalogue.version, version);
  const paths = [...catalogue.images()].map(({ path }) => path);
  assert.deepEqual(paths, ['a/0.jpg', 'b/3.jpg', 'b/4.jpg', 'z/1.jpg']);
  assert.equal(catalogue.count, 4);
  const rows = (sql: string) => catalogue.all(sql).map((row) => Object.values(row));
  const named = (sql: string) => rows(sql.replaceAll(/NAME\((.*?)\)/g, '(SELECT path FROM images WHERE id = $1)'));
  assert.deepEqual(named('SELECT NAME(a), NAME(b), distance FROM pairs'), [['z/1.jpg', 'b/4.jpg', 2]]);
  const last = Number(catalogue.get("SELECT id FROM images WHERE path = 'b/4.jpg'")?.id);
  assert.deepEqual(
    neighboursOf(catalogue, last, 9).map(({ row, similarity }) => [row.path, similarity]),
    [['z/1.jpg', 0.8]],
  );
  assert.deepEqual(named('SELECT NAME(image), x FROM map'), [['z/1.jpg', 1]]);
  assert.deepEqual(named('SELECT NAME(image), distance FROM outliers'), [['b/3.jpg', 0.5]]);
  assert.deepEqual(named('SELECT NAME(images ->> 0), json_array_length(images) FROM findings'), [['b/3.jpg', 1]]);
  assert.deepEqual(rows('SELECT path FROM images WHERE brightness IS NOT NULL'), [['b/4.jpg']]);
  const page = pageOf(catalogue, { text: '' }, 1, 2);
  assert.deepEqual([page.total, ...page.rows.map(({ path }) => path)], [4, 'b/3.jpg', 'b/4.jpg']);
});

test('a rescan writes the rows that differ, and no others', async (t) => {
  const images = Array.from({ length: 50 }, (_, i) => ({ path: `a/${String(i).padStart(2, '0')}.jpg` }));
  const catalogue = await someCatalogue(t, images);
  const { revision } = catalogue;
  const idOf = (path: string) => catalogue.get('SELECT id FROM images WHERE path = ?', path)?.id;
  const ids = images.map(({ path }) => idOf(path));
  catalogue.db.exec(`
    CREATE TEMP TABLE written (path TEXT, how TEXT);
    CREATE TEMP TRIGGER inserted AFTER INSERT ON images BEGIN INSERT INTO written VALUES (new.path, 'insert'); END;
    CREATE TEMP TRIGGER updated AFTER UPDATE ON images BEGIN INSERT INTO written VALUES (new.path, 'update'); END;
    CREATE TEMP TRIGGER deleted AFTER DELETE ON images BEGIN INSERT INTO written VALUES (old.path, 'delete'); END;
  `);
  const changed = images.filter(({ path }) => path !== 'a/20.jpg');
  fillCatalogue(
    catalogue,
    [...changed, { path: 'a/045.jpg' }].map((image) => {
      if (image.path === 'a/10.jpg') return { ...image, hash: hashOf('another') };
      return image.path === 'a/30.jpg' ? { ...image, label: 'b' } : image;
    }),
    [],
    7,
  );
  assert.deepEqual(
    catalogue.all('SELECT DISTINCT path, how FROM written ORDER BY path, how').map(({ path, how }) => `${how} ${path}`),
    ['insert a/045.jpg', 'delete a/10.jpg', 'insert a/10.jpg', 'delete a/20.jpg', 'update a/30.jpg'],
  );
  assert.notEqual(catalogue.revision, revision);
  const kept = ['a/10.jpg', 'a/20.jpg'];
  const same = images.filter(({ path }) => !kept.includes(path));
  assert.deepEqual(
    same.map(({ path }) => idOf(path)),
    images.flatMap(({ path }, at) => (kept.includes(path) ? [] : [ids[at]])),
  );
  assert.ok(!ids.includes(idOf('a/10.jpg')), 'another image has another id');
});

test('what is said of an image whose file holds another one now is forgotten; its id is given to no other', async (t) => {
  const catalogue = await someCatalogue(t, [{ path: 'a/1.jpg' }, { path: 'a/2.jpg' }]);
  catalogue.writeOutliers([{ image: 1, distance: 0.5 }]);
  fillCatalogue(catalogue, [{ path: 'a/1.jpg' }, { path: 'a/2.jpg', hash: hashOf('another') }]);
  assert.deepEqual(catalogue.all('SELECT * FROM outliers'), []);
  fillCatalogue(catalogue, [{ path: 'a/1.jpg' }]);
  fillCatalogue(catalogue, [{ path: 'a/1.jpg' }, { path: 'a/2.jpg' }]);
  assert.equal(catalogue.get("SELECT id FROM images WHERE path = 'a/2.jpg'")?.id, 3);
});

test('files that change places take along what was found of their images', async (t) => {
  const catalogue = await someCatalogue(t, [{ path: 'a/1.jpg' }, { path: 'b/1.jpg' }]);
  catalogue.writeOutliers([{ image: 0, distance: 0.5 }]);
  fillCatalogue(catalogue, [
    { path: 'a/1.jpg', hash: hashOf('b/1.jpg') },
    { path: 'b/1.jpg', hash: hashOf('a/1.jpg') },
  ]);
  const [found] = catalogue.all('SELECT i.path, i.class, o.distance FROM outliers o JOIN images i ON i.id = o.image');
  assert.deepEqual({ ...found }, { path: 'b/1.jpg', class: 'b', distance: 0.5 });
});

test('a first scan shows what it has, in the order of paths, under one revision', async (t) => {
  const catalogue = await emptyCatalogue(t);
  const skips = new SkipList();
  const reader = { source: { root: '/data', format: 'folder' as const, file: null }, skips, classes: () => ['a', 'b'] };
  const sync = new CatalogueSync(catalogue, '/data', reader);
  sync.take({ images: [readImage({ path: 'a/1.jpg' }), readImage({ path: 'a/2.jpg' })], upTo: 'a/3.txt' });
  const { revision } = catalogue;
  assert.ok(revision);
  assert.equal(catalogue.isScanned, false);
  assert.deepEqual(pageOf(catalogue, { text: '' }, 0, 9).total, 2);
  assert.deepEqual(catalogue.facts.classes, ['a', 'b']);
  sync.take({ images: [readImage({ path: 'b/1.jpg' })], upTo: 'b/1.jpg' });
  sync.finish();
  assert.equal(catalogue.isScanned, true);
  assert.equal(catalogue.revision, revision);
  assert.equal(catalogue.count, 3);
  assert.deepEqual(catalogue.order, { isByPath: true, isDense: true });
});

test('a first scan that was broken off goes on where the next one begins', async (t) => {
  const catalogue = await emptyCatalogue(t);
  const reader = {
    source: { root: '/data', format: 'folder' as const, file: null },
    skips: new SkipList(),
    classes: () => [],
  };
  const broken = new CatalogueSync(catalogue, '/data', reader);
  broken.take({ images: [readImage({ path: 'a/1.jpg' }), readImage({ path: 'a/2.jpg' })], upTo: 'a/2.jpg' });
  fillCatalogue(catalogue, [{ path: 'a/1.jpg' }, { path: 'a/2.jpg' }, { path: 'a/3.jpg' }]);
  assert.deepEqual(
    [...catalogue.images()].map(({ id, path }) => [id, path]),
    [
      [0, 'a/1.jpg'],
      [1, 'a/2.jpg'],
      [2, 'a/3.jpg'],
    ],
  );
  assert.deepEqual(catalogue.all('SELECT * FROM came'), []);
});

test('the same data again changes nothing', async (t) => {
  const images = ['a/1.jpg', 'b/2.jpg'].map((path) => ({ path }));
  const catalogue = await someCatalogue(t, images);
  const { version } = catalogue;
  fillCatalogue(catalogue, images);
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
  fillCatalogue(catalogue, [
    { path: 'a/2.jpg', hash: 'same' },
    { path: 'a/3.jpg', hash: 'same' },
  ]);
  assert.deepEqual(
    catalogue
      .all('SELECT i.path, o.distance FROM outliers o JOIN images i ON i.id = o.image ORDER BY i.path')
      .map((row) => Object.values(row)),
    [
      ['a/2.jpg', 2],
      ['a/3.jpg', 1],
    ],
  );
  fillCatalogue(catalogue, [
    { path: 'a/8.jpg', hash: 'same' },
    { path: 'a/9.jpg', hash: 'same' },
  ]);
  assert.deepEqual(catalogue.all('SELECT * FROM outliers'), []);
});

test('what was measured of a content stays while the image is away', async (t) => {
  const catalogue = await someCatalogue(t, [{ path: 'a/1.jpg' }, { path: 'a/2.jpg' }]);
  catalogue.writeMeasures([{ hash: hashOf('a/2.jpg'), measures: someMeasures({ blur: 0.25 }) }]);
  fillCatalogue(catalogue, [{ path: 'a/1.jpg' }]);
  fillCatalogue(catalogue, [{ path: 'a/1.jpg' }, { path: 'b/2.jpg', hash: hashOf('a/2.jpg') }]);
  assert.deepEqual(
    catalogue.all('SELECT blur FROM images ORDER BY id').map(({ blur }) => blur),
    [null, 0.25],
  );
  assert.deepEqual(
    catalogue.unmeasured(10).map(({ path }) => path),
    ['a/1.jpg'],
  );
});
