import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { planApply } from '../../../src/cleaning/apply/apply.ts';
import { copyCleaned } from '../../../src/cleaning/apply/copy.ts';
import { readEdits } from '../../../src/cleaning/apply/edits-of.ts';
import { writeCleanedManifest } from '../../../src/cleaning/apply/write-manifest.ts';
import { appendToJournal } from '../../../src/dataset/journal/append.ts';
import { editOf, stampEdits } from '../../../src/dataset/journal/edits.ts';
import { journalFileOf } from '../../../src/dataset/journal/folder.ts';
import { listImages } from '../../../src/dataset/list-images.ts';
import { openDataSet } from '../../../src/dataset/open.ts';
import { temporaryFolder } from './workspace.ts';

/** `count` grey images of 3 × 2 pixels, each of a shade of its own; labels 3 and 7 in turn. */
function writeIdx(root: string, prefix: string, count: number, shade: number): void {
  fs.mkdirSync(root, { recursive: true });
  const write = (name: string, shape: number[], data: number[]) => {
    const sides = shape.flatMap((side) => [0, 0, side >> 8, side & 255]);
    fs.writeFileSync(path.join(root, `${prefix}${name}`), Uint8Array.from([0, 0, 8, shape.length, ...sides, ...data]));
  };
  const pixels = Array.from({ length: count * 6 }, (_, i) => Math.floor(i / 6) + shade);
  const labels = Array.from({ length: count }, (_, i) => (i % 2 ? 7 : 3));
  write('images-idx3-ubyte', [count, 2, 3], pixels);
  write('labels-idx1-ubyte', [count], labels);
}

test('apply: IDX files are left alone; a cleaned copy holds each image as a PNG in its split and class', async (t) => {
  const folder = temporaryFolder(t);
  process.env.LOUPE_CACHE = path.join(folder, 'cache');
  const root = path.join(folder, 'digits');
  writeIdx(root, 'train-', 12, 0);
  writeIdx(root, 't10k-', 4, 100);
  const { images } = await listImages(root);
  const image = (end: string) => images.find(({ path: name }) => name.startsWith('train') && name.endsWith(end))!;
  const edits = [editOf.relabel(image('#02'), '3', '7'), editOf.exclude(image('#05'))];
  appendToJournal(journalFileOf(folder), stampEdits(edits, { data: 'digits', after: [] }));
  await assert.rejects(planApply(root), { code: 'in-place-idx' });
  const read = await readEdits(root);
  assert.throws(() => writeCleanedManifest(read, path.join(folder, 'm.csv')), { code: 'manifest-idx' });
  const copy = path.join(folder, 'clean');
  const outcome = await copyCleaned(read, copy);
  assert.deepEqual([outcome.images, outcome.leftOut, outcome.refused], [15, 1, []]);
  const data = await openDataSet(copy);
  assert.deepEqual(data.classes, ['3', '7']);
  assert.equal(data.images.filter(({ split }) => split === 'test').length, 4);
  const moved = path.join(copy, 'train/7/train-images-idx3-ubyte-02.png');
  const { width, height, channels } = await sharp(moved).metadata();
  assert.deepEqual([width, height, channels], [3, 2, 1]);
  assert.deepEqual([...(await sharp(moved).toColourspace('b-w').raw().toBuffer())], [2, 2, 2, 2, 2, 2]);
});
