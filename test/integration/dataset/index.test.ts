import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { openDataSet } from '../../../src/dataset/open.ts';
import type { DataSet, ScanProgress } from '../../../src/dataset/types.ts';
import { temporaryFolder, writeFiles, writeTwoClasses } from './files.ts';

interface Opened {
  data: DataSet;
  progress: ScanProgress;
}

function setUp(context: TestContext) {
  const base = temporaryFolder(context);
  const [root, cacheFolder] = [path.join(base, 'data'), path.join(base, 'cache')];
  const open = async (): Promise<Opened> => {
    let progress: ScanProgress = { seen: 0, total: null, read: 0 };
    const data = await openDataSet(root, { cacheFolder, onProgress: (now) => (progress = now) });
    return { data, progress };
  };
  const indexFile = () => {
    const folder = path.join(cacheFolder, 'index');
    const name = fs.readdirSync(folder).find((file) => file.endsWith('.sqlite')) as string;
    return path.join(folder, name);
  };
  return { root, cacheFolder, open, indexFile };
}

test('a re-open reads no file, not even the broken ones', async (context) => {
  const { root, open } = setUp(context);
  await writeTwoClasses(root, 5);
  await writeFiles(root, { 'cat/text.png': 'x', 'cat/empty.png': '' });
  const first = await open();
  assert.deepEqual(first.progress, { seen: 12, total: 12, read: 12 });
  const second = await open();
  assert.deepEqual(second.progress, { seen: 12, total: 12, read: 0 });
  assert.deepEqual(second.data, first.data);
});

test('a re-open opens no file: unreadable content behind the same stamp is not noticed', async (context) => {
  const { root, open } = setUp(context);
  await writeTwoClasses(root);
  await open();
  const opened: string[] = [];
  const { readFile } = fs.promises;
  context.mock.method(fs.promises, 'readFile', (...parts: Parameters<typeof readFile>) => {
    opened.push(String(parts[0]));
    return readFile(...parts);
  });
  await open();
  assert.deepEqual(opened, []);
  fs.utimesSync(path.join(root, 'cat/0.png'), 1, 1);
  await open();
  assert.deepEqual(opened, [path.join(root, 'cat/0.png')]);
});

test('what changed is read again, what went is forgotten, what came is found', async (context) => {
  const { root, open } = setUp(context);
  await writeTwoClasses(root, 4);
  const before = await open();
  await writeFiles(root, { 'cat/0.png': 500, 'cat/new.png': 501 });
  fs.rmSync(path.join(root, 'dog/3.png'));
  fs.renameSync(path.join(root, 'dog/2.png'), path.join(root, 'cat/moved.png'));
  const after = await open();
  assert.equal(after.progress.read, 3);
  assert.deepEqual(
    after.data.images.map((image) => image.path),
    ['cat/0.png', 'cat/1.png', 'cat/2.png', 'cat/3.png', 'cat/moved.png', 'cat/new.png', 'dog/0.png', 'dog/1.png'],
  );
  const hashOf = (data: DataSet, name: string) => data.images.find((image) => image.path === name)?.hash;
  assert.notEqual(hashOf(after.data, 'cat/0.png'), hashOf(before.data, 'cat/0.png'));
  assert.equal(hashOf(after.data, 'cat/moved.png'), hashOf(before.data, 'dog/2.png'));
});

test('same size and time put back by hand: the change is seen all the same', async (context) => {
  const { root, open } = setUp(context);
  await writeTwoClasses(root);
  const file = path.join(root, 'cat/0.png');
  const before = await open();
  const { atime, mtime } = fs.statSync(file);
  fs.writeFileSync(file, fs.readFileSync(path.join(root, 'cat/1.png')));
  fs.utimesSync(file, atime, mtime);
  const after = await open();
  assert.notEqual(after.data.fingerprint, before.data.fingerprint);
});

test('the fingerprint follows content, path, class and group, not times', async (context) => {
  const { root, cacheFolder, open } = setUp(context);
  await writeTwoClasses(root, 4);
  const first = (await open()).data.fingerprint;
  const seen = new Set([first]);
  const now = async () => (await open()).data.fingerprint;
  fs.utimesSync(path.join(root, 'cat/0.png'), 5, 5);
  assert.equal(await now(), first);
  fs.renameSync(path.join(root, 'cat/0.png'), path.join(root, 'cat/zero.png'));
  seen.add(await now());
  fs.renameSync(path.join(root, 'dog/0.png'), path.join(root, 'cat/0.png'));
  seen.add(await now());
  fs.renameSync(path.join(root, 'dog'), path.join(root, 'hound'));
  seen.add(await now());
  seen.add((await openDataSet(root, { cacheFolder, groupPattern: '\\d' })).fingerprint);
  assert.equal(seen.size, 5);
});

for (const [name, damage] of [
  ['is no database', (file: string) => fs.writeFileSync(file, 'rubbish '.repeat(1000))],
  ['is empty', (file: string) => fs.writeFileSync(file, '')],
  ['has damaged pages', (file: string) => fs.writeFileSync(file, fs.readFileSync(file).fill(0x7f, 4096, 12000))],
] as [string, (file: string) => void][]) {
  test(`an index that ${name} is made anew`, async (context) => {
    const { root, open, indexFile } = setUp(context);
    await writeTwoClasses(root, 40);
    const first = await open();
    damage(indexFile());
    const second = await open();
    assert.deepEqual(second.data, first.data);
    assert.equal(second.progress.read, 80);
    assert.equal((await open()).progress.read, 0);
  });
}

test('an index of a newer schema is made anew', async (context) => {
  const { root, open, indexFile } = setUp(context);
  await writeTwoClasses(root);
  const first = await open();
  const { DatabaseSync } = await import('node:sqlite');
  const db = new DatabaseSync(indexFile());
  db.exec('DROP TABLE files; CREATE TABLE files (other TEXT); PRAGMA user_version = 99');
  db.close();
  assert.deepEqual((await open()).data, first.data);
  assert.equal((await open()).progress.read, 0);
});

test('where no index can be written the scan works and says so', async (context) => {
  const { root, cacheFolder, open } = setUp(context);
  await writeTwoClasses(root);
  fs.writeFileSync(cacheFolder, 'a file where the folder should be');
  const { data } = await open();
  assert.equal(data.images.length, 6);
  assert.deepEqual(
    data.warnings.map(({ code }) => code),
    ['index-not-kept'],
  );
});

test('an abort ends the scan with the reason; what was read is kept', async (context) => {
  const { root, cacheFolder, open } = setUp(context);
  await writeTwoClasses(root, 300);
  const controller = new AbortController();
  const onProgress = ({ read }: ScanProgress) => {
    if (read > 0) controller.abort(new Error('enough'));
  };
  await assert.rejects(openDataSet(root, { cacheFolder, onProgress, signal: controller.signal }), /enough/);
  const { progress } = await open();
  assert.ok(progress.read > 0 && progress.read < 600, `${progress.read}`);
});

test('two processes scan the same folder at once', async (context) => {
  const { root, cacheFolder, open } = setUp(context);
  await writeTwoClasses(root, 300);
  const script = `import { openDataSet } from ${JSON.stringify(new URL('../../../src/dataset/open.ts', import.meta.url).href)};
    const data = await openDataSet(${JSON.stringify(root)}, { cacheFolder: ${JSON.stringify(cacheFolder)} });
    console.log(data.fingerprint, data.images.length, data.warnings.length);`;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 });
  const outputs = (await Promise.all([run(), run(), run()])).map(({ stdout }) => stdout);
  assert.equal(new Set(outputs).size, 1, outputs.join());
  assert.match(outputs[0] as string, / 600 0/);
  assert.equal((await open()).progress.read, 0);
});
