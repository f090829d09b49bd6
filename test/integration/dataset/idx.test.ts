import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { decodeRecord } from '../../../src/dataset/decode-record.ts';
import { openDataSet } from '../../../src/dataset/open.ts';
import type { ImageRecord, ScanProgress } from '../../../src/dataset/types.ts';
import { DecodeFailure } from '../../../src/images/decode-failure.ts';
import { Problem } from '../../../src/problem.ts';
import { temporaryFolder } from './files.ts';

function idx(shape: number[], data: Uint8Array, type = 8): Buffer {
  const header = Buffer.alloc(4 + shape.length * 4);
  header.set([0, 0, type, shape.length]);
  shape.forEach((side, i) => void header.writeUInt32BE(side, 4 + i * 4));
  return Buffer.concat([header, data]);
}

/** `count` images of 3 × 2 pixels whose pixels say which image they are; labels 3 and 7 in turn. */
function write(root: string, prefix: string, count: number, zip = false, shade = 0): void {
  const images = idx(
    [count, 2, 3],
    Uint8Array.from({ length: count * 6 }, (_, i) => Math.floor(i / 6) + shade),
  );
  const labels = idx(
    [count],
    Uint8Array.from({ length: count }, (_, i) => (i % 2 ? 7 : 3)),
  );
  const ending = zip ? '.gz' : '';
  fs.writeFileSync(path.join(root, `${prefix}images-idx3-ubyte${ending}`), zip ? gzipSync(images) : images);
  fs.writeFileSync(path.join(root, `${prefix}labels-idx1-ubyte${ending}`), zip ? gzipSync(labels) : labels);
}

const settings = { width: 3, height: 2, color: 'grey', resize: 'stretch' } as const;

function opener(context: TestContext) {
  const root = temporaryFolder(context);
  let last: ScanProgress | undefined;
  const open = (source = root) =>
    openDataSet(source, { cacheFolder: path.join(root, '.cache'), onProgress: (progress) => (last = progress) });
  return { root, open, progress: () => last };
}

for (const zip of [false, true]) {
  test(`train and t10k, ${zip ? 'zipped' : 'plain'}: records, splits, pixels; a re-open reads nothing`, async (context) => {
    const { root, open, progress } = opener(context);
    write(root, 'train-', 12, zip);
    write(root, 't10k-', 4, zip, 100);
    const data = await open();
    assert.equal(data.format, 'idx');
    assert.deepEqual(data.classes, ['3', '7']);
    assert.equal(data.images.length, 16);
    assert.equal(data.images.filter((image) => image.split === 'test').length, 4);
    assert.equal(progress()?.read, 16);
    const image = data.images.find((record) => record.path.endsWith('#11')) as ImageRecord;
    assert.deepEqual([image.label, image.split, image.width, image.height, image.channels], [1, 'train', 3, 2, 1]);
    assert.deepEqual([...(await decodeRecord(data.root, image, settings))], [11, 11, 11, 11, 11, 11]);
    const rgb = await decodeRecord(data.root, image, { width: 5, height: 5, color: 'rgb', resize: 'stretch' });
    assert.deepEqual(rgb, new Uint8Array(75).fill(11));
    const again = await open();
    assert.deepEqual(again, data);
    assert.equal(progress()?.read, 0);
  });
}

test('one pair alone brings no split, and a file names its pair', async (context) => {
  const { root, open } = opener(context);
  write(root, 'train-', 6);
  assert.ok((await open()).images.every((image) => image.split === null));
  write(root, 't10k-', 4, false, 50);
  const data = await open(path.join(root, 't10k-labels-idx1-ubyte'));
  assert.equal(data.images.length, 4);
});

test('changed labels are seen, and change the fingerprint', async (context) => {
  const { root, open } = opener(context);
  write(root, '', 6);
  const before = await open();
  fs.writeFileSync(path.join(root, 'labels-idx1-ubyte'), idx([6], Uint8Array.of(7, 7, 7, 3, 3, 3)));
  const after = await open();
  assert.deepEqual(
    after.images.map((image) => image.label),
    [1, 1, 1, 0, 0, 0],
  );
  assert.notEqual(after.fingerprint, before.fingerprint);
});

test('RGB images, channels last', async (context) => {
  const { root, open } = opener(context);
  const pixels = Uint8Array.from({ length: 4 * 2 * 2 * 3 }, (_, i) => i);
  fs.writeFileSync(path.join(root, 'images'), idx([4, 2, 2, 3], pixels));
  fs.writeFileSync(path.join(root, 'labels'), idx([4], Uint8Array.of(0, 1, 0, 1)));
  const data = await open();
  const decoded = await decodeRecord(data.root, data.images[1] as ImageRecord, { ...settings, width: 2, color: 'rgb' });
  assert.deepEqual(decoded, pixels.slice(12, 24));
});

test('what can not be used is refused with a reason', async (context) => {
  const cases: [string, (root: string) => void][] = [
    ['idx-no-labels', (root) => fs.rmSync(path.join(root, 'labels-idx1-ubyte'))],
    ['idx-no-images', (root) => fs.rmSync(path.join(root, 'images-idx3-ubyte'))],
    ['idx-length', (root) => fs.writeFileSync(path.join(root, 'labels-idx1-ubyte'), idx([5], new Uint8Array(5)))],
    ['idx-truncated', (root) => fs.truncateSync(path.join(root, 'images-idx3-ubyte'), 30)],
    [
      'idx-type',
      (root) => fs.writeFileSync(path.join(root, 'images-idx3-ubyte'), idx([6, 2, 3], new Uint8Array(144), 13)),
    ],
    [
      'idx-shape',
      (root) => fs.writeFileSync(path.join(root, 'images-idx3-ubyte'), idx([6, 2, 3, 5], new Uint8Array(180))),
    ],
    ['one-class', (root) => fs.writeFileSync(path.join(root, 'labels-idx1-ubyte'), idx([6], new Uint8Array(6)))],
  ];
  for (const [code, damage] of cases) {
    const root = temporaryFolder(context);
    write(root, '', 6);
    damage(root);
    await assert.rejects(
      openDataSet(root, { cacheFolder: path.join(root, '.cache') }),
      (error) => error instanceof Problem && error.code === code,
      code,
    );
  }
});

test('a zip that is cut off is refused', async (context) => {
  const { root, open } = opener(context);
  write(root, '', 2000, true);
  const file = path.join(root, 'images-idx3-ubyte.gz');
  fs.truncateSync(file, fs.statSync(file).size - 20);
  await assert.rejects(open(), (error) => error instanceof Problem && error.code === 'idx-damaged');
});

test('a file that went away is a missing image', async (context) => {
  const { root, open } = opener(context);
  write(root, '', 6);
  const data = await open();
  fs.rmSync(path.join(root, 'images-idx3-ubyte'));
  await assert.rejects(
    decodeRecord(root, data.images[0] as ImageRecord, settings),
    (error) => error instanceof DecodeFailure && error.skipCause === 'missing',
  );
});
