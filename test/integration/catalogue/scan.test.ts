import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Catalogue } from '../../../src/catalogue/catalogue.ts';
import { openCatalogue } from '../../../src/catalogue/open-catalogue.ts';
import { openDataSet } from '../../../src/dataset/open.ts';
import { temporaryFolder, writeFiles, writeTwoClasses } from '../dataset/files.ts';
import { writeManyImages } from './many-images.ts';

type Files = Record<string, number | string | Uint8Array>;

function idxFile(shape: number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + shape.length * 4);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((side, at) => void header.writeUInt32BE(side, 4 + at * 4));
  return Buffer.concat([header, data]);
}

const idxPair = (prefix: string, count: number, shade: number): Files => ({
  [`${prefix}images-idx3-ubyte`]: idxFile(
    [count, 2, 3],
    Uint8Array.from({ length: count * 6 }, (_, i) => Math.floor(i / 6) + shade),
  ),
  [`${prefix}labels-idx1-ubyte`]: idxFile(
    [count],
    Uint8Array.from({ length: count }, (_, i) => [2, 10, 7][i % 3] as number),
  ),
});

const damaged: Files = {
  'cat/none.png': '',
  'cat/text.png': 'no image',
  'dog/half.png': '\u0089PNG\r\n',
  'dog/a.txt': '',
};

const sources: { name: string; files: Files; source?: string; prepare?(root: string): void }[] = [
  {
    name: 'class folders',
    files: { 'cat/a.png': 1, 'cat/deep/b.png': 2, 'dog/c.png': 3, 'dog/d.png': 1, 'top.png': 4 },
  },
  {
    name: 'names that sort otherwise in folders than in paths',
    files: {
      'a/1.png': 1,
      'a b/2.png': 2,
      'a.b/3.png': 3,
      'a/1/0.png': 4,
      'ä/é.png': 5,
      '\uff21/x.png': 6,
      '😀/y.png': 7,
    },
  },
  {
    name: 'split folders, unlabelled images',
    files: {
      'train/cat/a.png': 1,
      'train/dog/b.png': 2,
      'val/cat/c.png': 3,
      'test/dog/d.png': 4,
      'unlabelled/e.png': 5,
      'train/f.png': 6,
    },
  },
  { name: 'damaged files', files: { 'cat/a.png': 1, 'dog/b.png': 2, ...damaged } },
  {
    name: 'links',
    files: { 'cat/a.png': 1, 'dog/b.png': 2 },
    prepare: (root) => {
      fs.symlinkSync('../cat', path.join(root, 'dog', 'again'));
      fs.symlinkSync('nowhere', path.join(root, 'dog', 'dead'));
      fs.symlinkSync('../dog/b.png', path.join(root, 'cat', 'link.png'));
    },
  },
  { name: 'a flat folder', files: { 'b.png': 1, 'a.png': 2, 'notes.md': 'hi' } },
  {
    name: 'CSV manifest',
    files: {
      'i/a.png': 1,
      'i/b.png': 2,
      'i/c.png': 3,
      'manifest.csv':
        'path,label,split,group\ni/b.png,dog,val,g1\ni/a.png,cat,train,\ni/a.png,dog,train,\ni/none.png,owl,train,\ni/c.png,,,\n,cat,,\ni/c.png,cat,nowhere,\n',
    },
  },
  {
    name: 'JSONL manifest',
    files: {
      'i/a.png': 1,
      'i/b.png': 2,
      'all.jsonl':
        '{"file":"i/b.png","class":3}\n\n{"file":"i/a.png","class":"x","set":"test"}\nno object\n{"file":"i/b.png"}\n',
    },
    source: 'all.jsonl',
  },
  { name: 'IDX', files: { ...idxPair('train-', 12, 0), ...idxPair('t10k-', 5, 100) } },
];

function setUp(t: TestContext) {
  const base = temporaryFolder(t);
  const root = path.join(base, 'data');
  const cacheFolder = path.join(base, 'cache');
  const open = async (source = root): Promise<Catalogue> => {
    const catalogue = await openCatalogue(source, { cacheFolder, workspace: base });
    t.after(() => catalogue.close());
    return catalogue;
  };
  return { root, cacheFolder, open };
}

const columns = 'path, class, split, format, width, height, channels, bytes, modified, hash';
const byPath = (a: { path?: unknown }, b: { path?: unknown }) => (String(a.path) < String(b.path) ? -1 : 1);

/** The catalogue's rows as the whole data set in memory says they should be. */
async function assertEqualToDataSet(catalogue: Catalogue, source: string, cacheFolder: string): Promise<void> {
  const data = await openDataSet(source, { purpose: 'look', cacheFolder });
  const rows = catalogue.all(`SELECT ${columns} FROM images`).map((row) => ({ ...row }));
  assert.deepEqual(
    rows.sort(byPath),
    data.images.map(({ label, group: _, modified = null, ...image }) => ({
      ...image,
      class: data.classes[label] ?? null,
      modified,
    })),
  );
  const { classes, unreadable, splits, root } = catalogue.facts;
  assert.deepEqual(classes, data.classes);
  assert.equal(root, data.root);
  assert.equal(
    unreadable,
    data.skipped.reduce((sum, { count }) => sum + count, 0),
  );
  assert.deepEqual([...splits].sort(), [...new Set(data.images.flatMap(({ split }) => split ?? []))].sort());
  assert.deepEqual(
    catalogue.all('SELECT cause, path, message FROM skips ORDER BY id').map((row) => ({ ...row })),
    data.skipped.flatMap(({ cause, examples }) => examples.map((example) => ({ cause, ...example }))),
  );
}

for (const { name, files, source = '', prepare } of sources) {
  test(`the catalogue holds what the data set does: ${name}`, async (t) => {
    const { root, cacheFolder, open } = setUp(t);
    await writeFiles(root, files);
    prepare?.(root);
    const place = path.join(root, source);
    const catalogue = await open(place);
    await assertEqualToDataSet(catalogue, place, cacheFolder);
    assert.deepEqual(catalogue.order, { isByPath: true, isDense: true });
    const { version } = catalogue;
    const again = await open(place);
    assert.equal(again.version, version, 'nothing was written again');
  });
}

test('after files came, went, changed, moved and were damaged, the catalogue is what a new one would be', async (t) => {
  const { root, cacheFolder, open } = setUp(t);
  await writeTwoClasses(root, 8);
  await open();
  fs.rmSync(path.join(root, 'cat/0.png'));
  fs.renameSync(path.join(root, 'cat/1.png'), path.join(root, 'dog/moved.png'));
  fs.renameSync(path.join(root, 'dog/2.png'), path.join(root, 'cat/moved.png'));
  await writeFiles(root, {
    'cat/2.png': 5000,
    'cat/3.png': 'no image any more',
    'ape/new.png': 5001,
    'zoo/new.png': 5002,
  });
  const catalogue = await open();
  await assertEqualToDataSet(catalogue, root, cacheFolder);
  assert.deepEqual(
    [...catalogue.images()].map(({ path: file }) => file),
    catalogue.all('SELECT path FROM images ORDER BY path').map(({ path: file }) => file),
  );
});

test('a folder whose images are all gone leaves the catalogue as it was', async (t) => {
  const { root, open } = setUp(t);
  await writeTwoClasses(root, 2);
  const { revision } = await open();
  for (const name of ['cat', 'dog']) {
    for (const file of fs.readdirSync(path.join(root, name))) fs.rmSync(path.join(root, name, file));
  }
  await assert.rejects(open(), { code: 'no-images' });
  const catalogue = await openCatalogue(root, { cacheFolder: path.join(root, '../cache'), skipScan: true });
  assert.deepEqual([catalogue.count, catalogue.revision], [4, revision]);
  catalogue.close();
});

interface Scan {
  count: number;
  peakMegabytes: number | null;
}

/** In a process whose JavaScript may hold 32 MB: lists of a hundred thousand images do not fit in. */
async function scanApart(source: string, cacheFolder: string): Promise<Scan> {
  const script = fileURLToPath(new URL('scan-process.ts', import.meta.url));
  const limits = ['--max-old-space-size=32', '--max-semi-space-size=1'];
  const { stdout } = await promisify(execFile)(process.execPath, [...limits, script, source, cacheFolder]);
  return JSON.parse(stdout) as Scan;
}

test('a scan of five times as many images takes no more memory', { timeout: 180_000 }, async (t) => {
  const base = temporaryFolder(t);
  const scans = new Map<number, Scan[]>();
  for (const count of [20_000, 100_000]) {
    const manifest = writeManyImages(path.join(base, String(count)), count);
    const cache = path.join(base, `cache-${count}`);
    const scan = async () => await scanApart(manifest, cache);
    scans.set(count, [await scan(), await scan()]);
  }
  const [few = [], many = []] = [scans.get(20_000), scans.get(100_000)];
  for (const [at, { count, peakMegabytes }] of many.entries()) {
    assert.equal(count, 100_000);
    const before = few[at]?.peakMegabytes;
    if (peakMegabytes === null || before == null) continue;
    const bytesPerImage = ((peakMegabytes - before) * 1e6) / 80_000;
    t.diagnostic(`${at === 0 ? 'first scan' : 'again'}: ${Math.round(bytesPerImage)} bytes an image`);
    assert.ok(bytesPerImage < 330, `${bytesPerImage} bytes for each image more`);
  }
});
