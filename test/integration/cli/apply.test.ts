import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { decideAll, filesIn, makeWorkspace, temporaryFolder } from '../cleaning/workspace.ts';
import { runCli } from './run-cli.ts';

test('loupe apply and undo: shows the plan, carries out that one only, and takes it back', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root, folder } = workspace;
  const env = { LOUPE_CACHE: path.join(folder, 'cache'), XDG_DATA_HOME: path.join(folder, 'xdg') };
  const loupe = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli([...args, '--json'], { cwd: folder, env });
    return { code, answer: JSON.parse(stdout), stderr };
  };
  const none = await loupe('apply', 'images');
  assert.deepEqual([none.code, none.answer.error.code], [1, 'no-edits']);
  decideAll(workspace);
  const before = filesIn(root);
  const shown = await loupe('apply', 'images');
  assert.equal(shown.answer.steps.length, 7);
  assert.deepEqual(filesIn(root), before);
  const other = await loupe('apply', 'images', '--in-place', '--expect', 'another');
  assert.deepEqual([other.code, other.answer.error.code], [1, 'plan-changed']);
  const done = await loupe('apply', 'images', '--in-place', '--expect', shown.answer.hash);
  assert.deepEqual([done.code, done.answer.applied.done, done.answer.applied.refused], [0, 7, []]);
  const scan = await loupe('scan', 'images');
  assert.deepEqual([scan.answer.journal.relabelled, scan.answer.journal.excluded], [0, 2]);
  const list = await loupe('undo', 'images', '--list');
  assert.deepEqual(
    list.answer.applied.map((entry: { state: string }) => entry.state),
    ['applied'],
  );
  const undone = await loupe('undo', 'images', done.answer.applied.id);
  assert.deepEqual([undone.code, undone.answer.done], [0, 7]);
  assert.deepEqual(filesIn(root), before);
  const copy = await loupe('apply', 'images', '--to', 'clean');
  assert.deepEqual([copy.answer.images, copy.answer.leftOut], [13, 5]);
  const manifest = await loupe('apply', 'images', '--manifest', 'clean.csv');
  assert.equal(manifest.answer.images, 13);
  assert.match(fs.readFileSync(path.join(folder, 'clean.csv'), 'utf8'), /^path,label\nimages\/brick\/0\.png,sky\n/);
  const both = await loupe('apply', 'images', '--to', 'x', '--in-place');
  assert.deepEqual([both.code, both.answer.error.code], [2, 'bad-usage']);
});
