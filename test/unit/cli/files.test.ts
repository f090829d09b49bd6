import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { listImageFiles } from '../../../src/cli/image-files.ts';
import { findRun, runsFolderOf } from '../../../src/cli/locate.ts';
import { createJob } from '../../../src/jobs/create.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { temporaryFolder } from '../jobs/temporary.ts';

test('images: files as given, folders with all they hold, links that loop once, hidden files never', (t) => {
  const folder = temporaryFolder(t);
  fs.mkdirSync(path.join(folder, 'b', 'c'), { recursive: true });
  for (const name of ['z.png', 'a.txt', '.hidden', 'b/c/deep.png']) fs.writeFileSync(path.join(folder, name), '');
  fs.symlinkSync(folder, path.join(folder, 'b', 'loop'));
  const inside = listImageFiles([folder, path.join(folder, 'z.png'), 'missing.png']);
  assert.deepEqual(
    inside.map((file) => path.relative(folder, path.resolve(folder, file))),
    ['a.txt', 'b/c/deep.png', 'z.png', 'missing.png'].map(path.normalize),
  );
  const empty = path.join(folder, 'empty');
  fs.mkdirSync(empty);
  assert.throws(() => listImageFiles([empty]), { code: 'no-images' });
});

test('a run is found by folder, id, name and the beginning of its id', async (t) => {
  const root = temporaryFolder(t);
  const runs = path.join(root, '.loupe', 'runs');
  const one = createJob(runs, { ...defaultConfig, name: 'one' }, root);
  const two = createJob(runs, { ...defaultConfig, name: 'two' }, root);
  assert.equal(await findRun(one, runs), one);
  assert.equal(await findRun('two', runs), two);
  assert.equal(await findRun(path.basename(one), runs), one);
  assert.equal(await findRun(path.basename(one).slice(0, -2), runs), one);
  await assert.rejects(findRun('2', runs), { code: 'ambiguous-run' });
  await assert.rejects(findRun('three', runs), { code: 'no-such-run' });
  const twin = createJob(runs, { ...defaultConfig, name: 'one' }, root);
  await assert.rejects(findRun('one', runs), { code: 'ambiguous-run' });
  assert.equal(await findRun('one', runs, (run) => run.folder === twin), twin);
  assert.equal(runsFolderOf(root), runs);
  assert.equal(runsFolderOf(runs), runs);
});
