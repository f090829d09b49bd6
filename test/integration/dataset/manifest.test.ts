import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { openDataSet } from '../../../src/dataset/open.ts';
import type { DataSet } from '../../../src/dataset/types.ts';
import { temporaryFolder, writeFiles } from './files.ts';

async function openManifest(
  context: TestContext,
  name: string,
  text: string | Uint8Array,
  files: Record<string, number | string> = { 'img/a.png': 1, 'img/b.png': 2, 'img/c.png': 3, 'img/d.png': 4 },
): Promise<DataSet> {
  const root = temporaryFolder(context);
  await writeFiles(root, { ...files, [name]: text });
  const source = name.startsWith('manifest.') ? root : path.join(root, name);
  return openDataSet(source, { cacheFolder: path.join(root, '.cache') });
}

test('CSV in a folder: label, split and group', async (context) => {
  const text = 'path,label,split,group\nimg/a.png,x,train,1\nimg/b.png,x,val,1\nimg/c.png,y,test,2\n"img/d.png",y,,\n';
  const data = await openManifest(context, 'manifest.csv', text);
  assert.equal(data.format, 'manifest');
  assert.deepEqual(data.classes, ['x', 'y']);
  assert.deepEqual(
    data.images.map(({ path: name, label, split, group }) => [name, label, split, group]),
    [
      ['img/a.png', 0, 'train', '1'],
      ['img/b.png', 0, 'validation', '1'],
      ['img/c.png', 1, 'test', '2'],
      ['img/d.png', 1, null, null],
    ],
  );
});

test('JSONL in a folder', async (context) => {
  const rows = ['a', 'b', 'c', 'd'].map((name, i) => JSON.stringify({ image: `img/${name}.png`, category: i % 2 }));
  const data = await openManifest(context, 'manifest.jsonl', rows.join('\n'));
  assert.deepEqual(data.classes, ['0', '1']);
  assert.equal(data.images.length, 4);
});

for (const [name, file, text] of [
  [
    'semicolons, byte order mark, CRLF, an odd name',
    'labels of mine.dat',
    '\ufeffFile;Class\r\nimg/a.png;x\r\nimg/b.png;x\r\nimg/c.png;y\r\nimg/d.png;y\r\n',
  ],
  ['tabs without a header', 'labels', 'img/a.png\tx\nimg/b.png\tx\nimg/c.png\ty\nimg/d.png\ty'],
  ['Windows separators', 'w.csv', 'path,label\nimg\\a.png,x\nimg\\b.png,x\nimg\\c.png,y\nimg\\d.png,y'],
  ['dots in paths', 'd.csv', 'path,label\n./img/a.png,x\nimg/../img/b.png,x\nimg//c.png,y\nimg/d.png,y'],
] as const) {
  test(`a manifest file: ${name}`, async (context) => {
    const data = await openManifest(context, file, text);
    assert.deepEqual(
      data.images.map((image) => image.path),
      ['img/a.png', 'img/b.png', 'img/c.png', 'img/d.png'],
    );
    assert.deepEqual(data.classes, ['x', 'y']);
    assert.deepEqual(data.skipped, []);
  });
}

test('UTF-16, as spreadsheets write it', async (context) => {
  const text = Buffer.from('\ufeffpath\tlabel\nimg/a.png\tä\nimg/b.png\tä\nimg/c.png\tb\nimg/d.png\tb\n', 'utf16le');
  assert.deepEqual((await openManifest(context, 'sheet.txt', text)).classes, ['b', 'ä']);
});

test('absolute paths and paths outside the folder', async (context) => {
  const root = temporaryFolder(context);
  await writeFiles(root, { 'one/a.png': 1, 'one/b.png': 2, 'two/c.png': 3, 'two/d.png': 4 });
  const rows = [`${root}/one/a.png,x`, '../one/b.png,x', `${root}/two/c.png,y`, 'd.png,y'];
  await writeFiles(root, { 'two/m.csv': ['path,label', ...rows].join('\n') });
  const data = await openDataSet(path.join(root, 'two/m.csv'), { cacheFolder: path.join(root, '.cache') });
  assert.deepEqual(
    data.images.map((image) => image.path),
    ['../one/a.png', '../one/b.png', 'c.png', 'd.png'],
  );
  assert.ok(data.images.every((image) => fs.existsSync(path.resolve(data.root, image.path))));
});

test('rows that can not be used are counted by cause', async (context) => {
  const text = [
    'path,label,split',
    'img/a.png,x,train',
    'img/b.png,x,train',
    'img/c.png,y,train',
    'img/d.png,y,train',
    'img/gone.png,x,train',
    'img,x,train',
    'img/text.png,x,train',
    'img/a.png,,train',
    ',x,train',
    'img/b.png,y,train',
    'img/e.png,x,sometimes',
    'https://example.org/a.png,x,train',
    'img/e.png,x,train,4,5',
    'img/gone2.png,lost,train',
  ].join('\n');
  const files = {
    'img/a.png': 1,
    'img/b.png': 2,
    'img/c.png': 3,
    'img/d.png': 4,
    'img/e.png': 5,
    'img/text.png': 'text',
  };
  const data = await openManifest(context, 'manifest.csv', text, files);
  const counts = Object.fromEntries(data.skipped.map(({ cause, count }) => [cause, count]));
  assert.deepEqual(counts, { 'bad-row': 5, missing: 2, 'no-label': 1, 'not-an-image': 1, unreadable: 1 });
  assert.equal(data.images.length, 4);
  assert.deepEqual(
    data.warnings.map(({ code }) => code),
    ['empty-class'],
  );
  const lines = data.skipped.find(({ cause }) => cause === 'bad-row')?.examples.map(({ message }) => message);
  assert.match(String(lines), /Line 10: no path/);
});
