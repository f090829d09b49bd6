import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { openDataSet } from '../../../src/dataset/open.ts';
import { type DataSet, NO_LABEL } from '../../../src/dataset/types.ts';
import { Problem } from '../../../src/problem.ts';
import { png, temporaryFolder, writeFiles, writeTwoClasses } from './files.ts';

function folders(context: TestContext): { root: string; open: (source?: string) => Promise<DataSet> } {
  const base = temporaryFolder(context);
  const root = path.join(base, 'data');
  fs.mkdirSync(root);
  return { root, open: (source = root) => openDataSet(source, { cacheFolder: path.join(base, 'cache') }) };
}

function skippedBy(data: DataSet): Record<string, string[]> {
  return Object.fromEntries(
    data.skipped.map(({ cause, examples }) => [cause, examples.map(({ path: name }) => name).sort()]),
  );
}

async function problemOf(work: Promise<unknown>): Promise<Problem> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Problem) {
      assert.ok(error.message.length > 10 && error.advice.length > 10);
      return error;
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('image folder', () => {
  test('classes are the first folders, however deep the images lie', async (context) => {
    const { root, open } = folders(context);
    await writeFiles(root, {
      'cat/a.png': 1,
      'cat/deep/er/b.png': 2,
      'dog/c.png': 3,
      'dog/d.PNG': 4,
      'README.md': 'hi',
    });
    const data = await open();
    assert.equal(data.format, 'folder');
    assert.deepEqual(data.classes, ['cat', 'dog']);
    assert.deepEqual(
      data.images.map(({ path: name, label, split }) => [name, label, split]),
      [
        ['cat/a.png', 0, null],
        ['cat/deep/er/b.png', 0, null],
        ['dog/c.png', 1, null],
        ['dog/d.PNG', 1, null],
      ],
    );
    assert.deepEqual(data.skipped, []);
    const [first] = data.images;
    assert.deepEqual([first?.format, first?.width, first?.height, first?.channels], ['png', 8, 8, 3]);
    assert.match(String(first?.hash), /^[0-9a-f]{32}$/);
  });

  test('train, val and test folders are splits', async (context) => {
    const { root, open } = folders(context);
    for (const [i, folder] of ['train', 'val', 'test'].entries()) await writeTwoClasses(path.join(root, folder), i + 1);
    const data = await open();
    assert.deepEqual(data.classes, ['cat', 'dog']);
    for (const [split, count] of [
      ['train', 2],
      ['validation', 4],
      ['test', 6],
    ] as const) {
      assert.equal(data.images.filter((image) => image.split === split).length, count);
    }
  });

  test('a folder beside train and test is no class: it is left out with a warning', async (context) => {
    const { root, open } = folders(context);
    for (const folder of ['train', 'Validation', 'pred']) await writeTwoClasses(path.join(root, folder));
    const data = await open();
    assert.deepEqual(data.classes, ['cat', 'dog']);
    assert.equal(data.images.length, 12);
    assert.deepEqual(
      data.warnings.map(({ code }) => code),
      ['ignored-folder'],
    );
  });

  test('classes that are called train and test stay classes', async (context) => {
    const { root, open } = folders(context);
    await writeFiles(root, { 'train/a.png': 1, 'train/b.png': 2, 'car/c.png': 3, 'test/d.png': 4 });
    assert.deepEqual((await open()).classes, ['car', 'test', 'train']);
  });

  test('bad files are counted by cause, side files not at all', async (context) => {
    const { root, open } = folders(context);
    await writeTwoClasses(root);
    const whole = await png(77, 64, 64);
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, whole.indexOf('IDAT') + 6, whole.indexOf('IDAT') + 12);
    await writeFiles(root, {
      'cat/empty.png': '',
      'cat/text.jpg': 'not a picture',
      'cat/cut.png': whole.subarray(0, whole.length - 30),
      'cat/damaged.png': damaged,
      'cat/really-png.jpg': 78,
      'cat/really-png.txt': 79,
      'cat/notes.txt': 'side file',
      'cat/Thumbs.db': 'side file',
      'cat/.hidden.png': 'hidden',
      '.git/objects/x.png': 5,
      '.loupe/runs/x.png': 5,
      '__MACOSX/cat/x.png': 5,
      'loose.png': 6,
    });
    const data = await open();
    assert.deepEqual(skippedBy(data), {
      'empty-file': ['cat/empty.png'],
      'not-an-image': ['cat/text.jpg'],
      truncated: ['cat/cut.png'],
      corrupt: ['cat/damaged.png'],
      'no-label': ['loose.png'],
    });
    assert.equal(data.images.length, 8);
    assert.equal(data.images.find((image) => image.path === 'cat/really-png.jpg')?.format, 'png');
  });

  test('names: spaces, Unicode, 255 bytes, quotes, percent signs, a backslash', async (context) => {
    const { root, open } = folders(context);
    const names = [
      'a b',
      'ünïcödé 猫 🐈',
      'e\u0301 decomposed',
      `${'x'.repeat(251)}`,
      `it's "quoted"`,
      '100%',
      'new\nline',
      'back\\slash',
      '#1',
    ];
    for (const [i, name] of names.entries())
      await writeFiles(root, { [`猫 cat/${name}.png`]: i, [`dog/${i}.png`]: 100 + i });
    const data = await open();
    assert.deepEqual(data.skipped, []);
    assert.equal(data.images.length, 2 * names.length);
    assert.ok(names.every((name) => data.images.some((image) => image.path === `猫 cat/${name}.png`)));
    const again = await open();
    assert.deepEqual(again.images, data.images);
  });

  test('a file name that is no UTF-8 is unreadable, not fatal', {
    skip: process.platform !== 'linux',
  }, async (context) => {
    const { root, open } = folders(context);
    await writeTwoClasses(root);
    fs.writeFileSync(
      Buffer.concat([Buffer.from(`${root}/cat/`), Buffer.from([0xff, 0xfe]), Buffer.from('.png')]),
      await png(5),
    );
    assert.deepEqual(Object.keys(skippedBy(await open())), ['unreadable']);
  });

  test('links: folders are read once, loops end, dead ends are missing', async (context) => {
    const { root, open } = folders(context);
    await writeTwoClasses(root);
    const outside = path.join(path.dirname(root), 'outside');
    await writeFiles(outside, { 'far.png': 50, 'deeper/far.png': 51 });
    fs.symlinkSync(outside, path.join(root, 'cat', 'linked'));
    fs.symlinkSync(outside, path.join(root, 'dog', 'linked-again'));
    fs.symlinkSync('..', path.join(root, 'cat', 'up'));
    fs.symlinkSync('/', path.join(root, 'cat', 'everything'));
    fs.symlinkSync(root, path.join(outside, 'back'));
    fs.symlinkSync('nowhere.png', path.join(root, 'dog', 'dead.png'));
    fs.symlinkSync('self', path.join(root, 'dog', 'self'));
    fs.symlinkSync('../cat/0.png', path.join(root, 'dog', 'file-link.png'));
    const data = await open();
    assert.deepEqual(
      data.images.map((image) => image.path).filter((name) => !/^(cat|dog)\/\d/.test(name)),
      ['cat/linked/deeper/far.png', 'cat/linked/far.png', 'dog/file-link.png'],
    );
    assert.deepEqual(skippedBy(data), {
      'symlink-loop': ['cat/everything', 'cat/linked/back', 'cat/up', 'dog/linked-again'],
      missing: ['dog/dead.png', 'dog/self'],
    });
  });

  test('a class folder may be a link', async (context) => {
    const { root, open } = folders(context);
    await writeTwoClasses(root);
    await writeFiles(path.dirname(root), { 'elsewhere/a.png': 60, 'elsewhere/b.png': 61 });
    fs.symlinkSync('../elsewhere', path.join(root, 'bird'));
    assert.deepEqual((await open()).classes, ['bird', 'cat', 'dog']);
  });

  for (const [name, files, code] of [
    ['an empty folder', {}, 'no-images'],
    ['images without class folders', { 'a.png': 1, 'b.png': 2 }, 'no-classes'],
    ['one class', { 'cat/a.png': 1, 'cat/b.png': 2 }, 'one-class'],
    ['class folders without a usable image', { 'cat/a.png': 'x', 'dog/b.png': '' }, 'no-images'],
    [
      'a class whose images are all broken',
      { 'cat/a.png': 1, 'cat/c.png': 4, 'dog/b.png': '', 'owl/a.png': 2, 'owl/b.png': 3 },
      'empty-class',
    ],
    ['two images', { 'cat/a.png': 1, 'dog/b.png': 2 }, 'too-few-images'],
    ['no class with two images', { 'a/a.png': 1, 'b/a.png': 2, 'c/a.png': 3, 'd/a.png': 4 }, 'too-few-images'],
  ] as [string, Record<string, number | string>, string][]) {
    test(`refused: ${name}`, async (context) => {
      const { root, open } = folders(context);
      await writeFiles(root, files);
      assert.equal((await problemOf(open())).code, code);
    });
  }

  test('unlabelled images: left out of a training by name, and there to be looked at', async (context) => {
    const { root, open } = folders(context);
    await writeTwoClasses(root);
    await writeFiles(root, { 'unlabelled/new/1.png': 1, 'unlabelled/notes.txt': 'none', 'stray.png': 2 });
    const data = await open();
    assert.deepEqual(data.classes, ['cat', 'dog']);
    assert.deepEqual(skippedBy(data), { 'no-label': ['stray.png', 'unlabelled/new/1.png'] });
    const looked = await openDataSet(root, { purpose: 'look', cacheFolder: path.join(root, '..', 'cache') });
    assert.deepEqual(looked.classes, ['cat', 'dog']);
    assert.deepEqual(
      looked.images.filter(({ label }) => label === NO_LABEL).map(({ path: name }) => name),
      ['stray.png', 'unlabelled/new/1.png'],
    );
    assert.deepEqual(looked.skipped, []);
  });

  test('a flat folder has no classes: refused for a training, open to be looked at', async (context) => {
    const { root, open } = folders(context);
    await writeFiles(root, { '1.png': 1, '2.png': 2 });
    assert.equal((await problemOf(open())).code, 'no-classes');
    const looked = await openDataSet(root, { purpose: 'look', cacheFolder: path.join(root, '..', 'cache') });
    assert.deepEqual(looked.classes, []);
    assert.deepEqual(
      looked.images.map(({ path: name, label }) => [name, label]),
      [
        ['1.png', NO_LABEL],
        ['2.png', NO_LABEL],
      ],
    );
  });

  test('refused: an empty class folder is named', async (context) => {
    const { root, open } = folders(context);
    await writeTwoClasses(root);
    fs.mkdirSync(path.join(root, 'unicorn'));
    const problem = await problemOf(open());
    assert.equal(problem.code, 'empty-class');
    assert.match(problem.message, /"unicorn"/);
  });

  test('refused: the folder above the right one; the advice names it', async (context) => {
    const { root, open } = folders(context);
    await writeTwoClasses(path.join(root, 'my-data'));
    assert.match((await problemOf(open())).advice, /data\/my-data instead/);
  });

  test('refused: no such path, a single image, a file of noise, a bad group pattern', async (context) => {
    const { root, open } = folders(context);
    await writeFiles(root, { 'a.png': 1, 'b.bin': new Uint8Array(100) });
    assert.equal((await problemOf(open(path.join(root, 'gone')))).code, 'no-such-path');
    assert.equal((await problemOf(open(path.join(root, 'a.png')))).code, 'is-an-image');
    assert.equal((await problemOf(open(path.join(root, 'b.bin')))).code, 'unknown-source');
    assert.equal((await problemOf(openDataSet(root, { groupPattern: '(' }))).code, 'group-pattern');
  });

  test('a class of one image is a warning; a group pattern gives groups', async (context) => {
    const { root } = folders(context);
    await writeTwoClasses(root);
    await writeFiles(root, { 'owl/p7_1.png': 70 });
    const data = await openDataSet(root, { cacheFolder: path.join(root, '.cache'), groupPattern: '(p\\d+)_' });
    assert.deepEqual(
      data.warnings.map(({ code }) => code),
      ['tiny-class'],
    );
    assert.deepEqual(
      data.images.filter((image) => image.group).map((image) => [image.path, image.group]),
      [['owl/p7_1.png', 'p7']],
    );
  });
});
