import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  addToDataSetList,
  portableSource,
  readDataSetList,
  removeFromDataSetList,
} from '../../../src/host/data-sets/list-file.ts';
import { dataSetName, looksLikeDataSet } from '../../../src/host/data-sets/propose.ts';
import { makeSample } from '../../../src/host/data-sets/sample.ts';
import { readScanProgress, readScanReport } from '../../../src/host/data-sets/scan-report.ts';
import { decodeImage } from '../../../src/images/decode.ts';

let home = '';
before(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-host-unit-'));
});
after(() => fs.rmSync(home, { recursive: true, force: true }));

function folderWith(name: string, files: string[]): string {
  const folder = path.join(home, name);
  for (const file of ['', ...files]) {
    fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    if (file) fs.writeFileSync(path.join(folder, file), '');
  }
  return folder;
}

test('a folder is proposed as a data set by its names', async () => {
  const table: [string, string[], boolean][] = [
    ['empty', [], false],
    ['classes', ['cat/1.jpg', 'dog/1.JPG'], true],
    ['one-class', ['cat/1.jpg', 'docs/readme.md'], false],
    ['splits', ['train/cat/1.png', 'train/dog/1.png', 'val/cat/2.png'], true],
    ['manifest', ['manifest.csv'], true],
    ['idx', ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'], true],
    ['code', ['src/a.ts', 'node_modules/x/a.png', 'node_modules/y/a.png', '.git/x/a.png'], false],
    ['deep', ['data/cat/1.png', 'data/dog/1.png'], false],
  ];
  for (const [name, files, expected] of table) {
    assert.equal(await looksLikeDataSet(folderWith(name, files)), expected, name);
  }
  assert.equal(await looksLikeDataSet(path.join(home, 'missing')), false);
});

test('a data set is called after its folder', () => {
  assert.equal(dataSetName('/data/flowers'), 'flowers');
  assert.equal(dataSetName('/data/flowers/manifest.csv'), 'flowers');
  assert.equal(dataSetName('/data/mnist/train-images-idx3-ubyte.gz'), 'mnist');
});

test('the list keeps sources relative to its workspace and survives a round trip', () => {
  const root = folderWith('listed', []);
  const file = path.join(root, '.loupe', 'data-sets.json');
  const inside = path.join(root, 'a', 'b');
  const outside = path.join(home, 'elsewhere');
  assert.deepEqual(readDataSetList(file), []);
  for (const source of [inside, root, outside, inside]) addToDataSetList(file, source);
  assert.deepEqual(readDataSetList(file), [inside, root, outside]);
  const written = JSON.parse(fs.readFileSync(file, 'utf8')) as { dataSets: { source: string }[] };
  assert.deepEqual(
    written.dataSets.map(({ source }) => source),
    ['a/b', '.', outside],
  );
  removeFromDataSetList(file, root);
  assert.deepEqual(readDataSetList(file), [inside, outside]);
});

test('a damaged list is a problem with a next step, and is not overwritten', () => {
  const root = folderWith('damaged', ['.loupe/data-sets.json']);
  const file = path.join(root, '.loupe', 'data-sets.json');
  fs.writeFileSync(file, '{"dataSets": [');
  assert.throws(() => addToDataSetList(file, root), { name: 'Problem', code: 'bad-list' });
  assert.equal(fs.readFileSync(file, 'utf8'), '{"dataSets": [');
});

test('a folder whose name begins with two dots is inside its parent', () => {
  assert.equal(portableSource('/w', '/w/..data'), '..data');
  assert.equal(portableSource('/w', '/v'), '/v');
});

test('the sample is the same every time, and its images are ones that we decode', async () => {
  const [one, two] = [path.join(home, 'sample-1'), path.join(home, 'sample-2')];
  await makeSample(one, 3);
  await makeSample(two, 3);
  const files = fs
    .readdirSync(one, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.png'));
  assert.equal(files.length, 9);
  for (const file of files) {
    assert.deepEqual(fs.readFileSync(path.join(one, file)), fs.readFileSync(path.join(two, file)));
  }
  const bytes = fs.readFileSync(path.join(one, files[0] as string));
  const pixels = await decodeImage(bytes, { width: 32, height: 32, color: 'rgb', resize: 'stretch' });
  assert.equal(pixels.length, 32 * 32 * 3);
  assert.ok(Math.max(...pixels) - Math.min(...pixels) > 50);
});

test('the answer of a scan is read, anything else refused', () => {
  const skipped = { cause: 'corrupt', count: 2, examples: [{ path: 'a.jpg', message: 'broken' }] };
  const classes = [{ name: 'cat', count: 3, train: 0 }];
  const warnings = [{ code: 'x', message: 'Few images.' }];
  const report = readScanReport({ root: '/d', format: 'manifest', classes, skipped: [skipped], warnings });
  assert.deepEqual(report, {
    root: '/d',
    format: 'manifest',
    images: 3,
    classes: [{ name: 'cat', count: 3 }],
    skipped: [skipped],
    warnings: ['Few images.'],
  });
  for (const value of [null, 3, {}, { classes: [] }]) assert.equal(readScanReport(value), null);
});

test('progress lines are told from others', () => {
  assert.deepEqual(readScanProgress('{"what":"scan","done":3,"total":9}'), { done: 3, total: 9 });
  assert.deepEqual(readScanProgress('{"what":"scan","done":3,"total":null}'), { done: 3, total: null });
  for (const line of ['', 'warning: x', '{', '{"done":"3"}', '[1]']) assert.equal(readScanProgress(line), null);
});
