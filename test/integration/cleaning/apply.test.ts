import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { listApplied } from '../../../src/cleaning/apply/applied.ts';
import { applyInPlace, planApply, planHash } from '../../../src/cleaning/apply/apply.ts';
import { copyCleaned } from '../../../src/cleaning/apply/copy.ts';
import { readEdits } from '../../../src/cleaning/apply/edits-of.ts';
import { fileHash } from '../../../src/cleaning/apply/file-hash.ts';
import { undoApply } from '../../../src/cleaning/apply/undo.ts';
import { writeCleanedManifest } from '../../../src/cleaning/apply/write-manifest.ts';
import { editOf } from '../../../src/dataset/journal/edits.ts';
import { foldJournal } from '../../../src/dataset/journal/fold.ts';
import { historyOf } from '../../../src/dataset/journal/history.ts';
import { readOverlay } from '../../../src/dataset/journal/overlay.ts';
import { readJournal } from '../../../src/dataset/journal/read.ts';
import { openDataSet } from '../../../src/dataset/open.ts';
import type { DataSet } from '../../../src/dataset/types.ts';
import { acquireLock } from '../../../src/jobs/lock.ts';
import { decide, decideAll, filesIn, imageIn, makeWorkspace, temporaryFolder } from './workspace.ts';

const labelled = ({ images, classes }: DataSet) =>
  images.map(({ hash, label, chosenSplit, split }) => [hash, classes[label], chosenSplit ?? split].join()).sort();

test('apply: relabelled images move, deleted ones go to the trash, and the data read the same before and after; undo brings back every byte', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root, trash, journal } = workspace;
  decideAll(workspace);
  const before = filesIn(root);
  const overlaid = await openDataSet(root, { journal: readOverlay(root) });
  const plan = await planApply(root);
  assert.deepEqual(filesIn(root), before, 'a plan changes nothing');
  assert.deepEqual(
    plan.steps.map((step) => [step.kind, step.path, 'to' in step ? step.to : null]),
    [
      ['move', 'brick/0.png', 'sky/0-2.png'],
      ['move', 'brick/1.png', 'moss/1.png'],
      ['move', 'brick/2.png', 'moss/2.png'],
      ['trash', 'leaf/0.png', null],
      ['trash', 'leaf/1.png', null],
      ['move', 'sky/0.png', 'leaf/0-2.png'],
      ['trash', 'sky/1.png', null],
    ],
  );
  assert.equal(plan.excluded, 2);
  await assert.rejects(applyInPlace(root, { expect: 'another' }), { code: 'plan-changed' });
  const { outcome } = await applyInPlace(root, { expect: planHash(plan) });
  assert.deepEqual({ done: outcome?.done, refused: outcome?.refused }, { done: 7, refused: [] });
  const after = filesIn(root);
  assert.equal(after['sky/0-2.png'], before['brick/0.png']);
  assert.equal(after['sky/0.png'], undefined);
  assert.equal(Object.keys(filesIn(path.join(trash, 'files'))).length, 3);
  const [note] = fs.readdirSync(path.join(trash, 'info'));
  assert.match(
    fs.readFileSync(path.join(trash, 'info', note!), 'utf8'),
    /^\[Trash Info\]\nPath=.*images\/(leaf|sky)\//,
  );

  const applied = await openDataSet(root, { journal: readOverlay(root) });
  assert.deepEqual(labelled(applied), labelled(overlaid));
  assert.deepEqual([applied.journal?.relabelled, applied.journal?.excluded, applied.journal?.gone.length], [0, 2, 0]);
  assert.deepEqual((await planApply(root)).steps, [], 'nothing is left to apply');
  const moved = { path: 'sky/0-2.png', hash: before['brick/0.png'] as string };
  assert.deepEqual(
    historyOf(readJournal(journal).lines, 'images', moved).map(({ line }) => line.edit),
    ['relabel', 'applied'],
  );

  const undone = await undoApply(root, null);
  assert.deepEqual(undone.refused, []);
  assert.deepEqual(filesIn(root), before);
  assert.ok(!fs.existsSync(path.join(root, 'moss')));
  assert.deepEqual(filesIn(trash), {});
  assert.deepEqual(labelled(await openDataSet(root, { journal: readOverlay(root) })), labelled(overlaid));
  assert.deepEqual(
    listApplied(journal).map(({ state }) => state),
    ['undone'],
  );
  await assert.rejects(undoApply(root, null), { code: 'nothing-to-undo' });
});

test('apply: a class folder that is left empty goes, and comes back', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t), { each: 2 });
  const { root } = workspace;
  const before = filesIn(root);
  decide(
    workspace,
    [0, 1].map((i) => editOf.relabel(imageIn(workspace, `brick/${i}.png`), 'brick', 'sky')),
  );
  await applyInPlace(root);
  assert.ok(!fs.existsSync(path.join(root, 'brick')));
  assert.equal((await openDataSet(root)).classes.length, 2);
  await undoApply(root, null);
  assert.deepEqual(filesIn(root), before);
});

test('apply: what changed, vanished, is a link or would collide is told and left alone; the others go on', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root, folder } = workspace;
  fs.renameSync(path.join(root, 'leaf/5.png'), path.join(folder, 'elsewhere.png'));
  fs.symlinkSync(path.join(folder, 'elsewhere.png'), path.join(root, 'leaf/5.png'));
  const names = ['brick/0.png', 'brick/1.png', 'brick/2.png', 'brick/3.png', 'leaf/5.png', 'sky/5.png'];
  decide(
    workspace,
    names.map((name) =>
      editOf.relabel(imageIn(workspace, name), name.split('/')[0]!, name === 'brick/3.png' ? 'SKY' : 'moss'),
    ),
  );
  decide(workspace, [editOf.relabel(imageIn(workspace, 'sky/4.png'), 'sky', '../out')]);
  fs.copyFileSync(path.join(root, 'sky/0.png'), path.join(root, 'brick/0.png'));
  fs.rmSync(path.join(root, 'brick/1.png'));
  const plan = await planApply(root);
  assert.deepEqual(Object.fromEntries(plan.refused.map(({ path: file, code }) => [file, code])), {
    'brick/0.png': 'content-changed',
    'brick/1.png': 'missing',
    'brick/3.png': 'case-collision',
    'leaf/5.png': 'link',
    'sky/4.png': 'bad-folder-name',
  });
  assert.deepEqual(
    plan.steps.map((step) => step.path),
    ['brick/2.png', 'sky/5.png'],
  );
  const { outcome } = await applyInPlace(root);
  assert.equal(outcome?.done, 2);
  assert.ok(fs.lstatSync(path.join(root, 'leaf/5.png')).isSymbolicLink());
});

test('apply: a file that is changed between plan and step, and a name that is taken by then, are left as they are', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root } = workspace;
  decideAll(workspace);
  let steps = 0;
  const { outcome } = await applyInPlace(root, {
    onStep: () => {
      if (++steps !== 1) return;
      fs.appendFileSync(path.join(root, 'brick/1.png'), 'edited');
      fs.mkdirSync(path.join(root, 'moss'), { recursive: true });
      fs.writeFileSync(path.join(root, 'moss/2.png'), 'mine');
    },
  });
  assert.deepEqual(
    outcome?.refused.map(({ path: file, code }) => [file, code]),
    [
      ['brick/1.png', 'content-changed'],
      ['brick/2.png', 'name-taken'],
    ],
  );
  assert.equal(fs.readFileSync(path.join(root, 'moss/2.png'), 'utf8'), 'mine');
  assert.match(fs.readFileSync(path.join(root, 'brick/1.png'), 'latin1'), /edited$/);
  const again = await planApply(root);
  assert.deepEqual(
    again.steps.map((step) => 'to' in step && step.to),
    ['moss/2-2.png'],
  );
});

test('undo: what the user did since is respected', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root, trash } = workspace;
  decideAll(workspace);
  const before = filesIn(root);
  await applyInPlace(root);
  fs.appendFileSync(path.join(root, 'moss/1.png'), 'edited');
  fs.writeFileSync(path.join(root, 'brick/0.png'), 'another');
  const [thrown] = fs.readdirSync(path.join(trash, 'files')).filter((name) => name.startsWith('0-'));
  fs.rmSync(path.join(trash, 'files', thrown!));
  const { refused } = await undoApply(root, null);
  assert.deepEqual(Object.fromEntries(refused.map(({ path: file, code }) => [file, code])), {
    'brick/0.png': 'name-taken',
    'brick/1.png': 'content-changed',
    'leaf/0.png': 'trash-emptied',
  });
  const now = filesIn(root);
  assert.equal(now['leaf/1.png'], before['leaf/1.png']);
  assert.equal(now['sky/0-2.png'], before['brick/0.png']);
  fs.rmSync(path.join(root, 'brick/0.png'));
  const again = await undoApply(root, null);
  assert.equal(filesIn(root)['brick/0.png'], before['brick/0.png']);
  assert.equal(again.refused.length, 2);
});

test('apply: folders of splits', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root } = workspace;
  for (const split of ['train', 'val']) {
    for (const name of ['brick', 'leaf', 'sky']) {
      fs.mkdirSync(path.join(root, split, name), { recursive: true });
      for (const i of split === 'train' ? [0, 1, 2, 3] : [4, 5]) {
        fs.renameSync(path.join(root, name, `${i}.png`), path.join(root, split, name, `${i}.png`));
      }
    }
  }
  for (const name of ['brick', 'leaf', 'sky']) fs.rmdirSync(path.join(root, name));
  decide(workspace, [
    editOf.relabel(imageIn(workspace, 'train/brick/0.png'), 'brick', 'sky'),
    editOf.split(imageIn(workspace, 'val/leaf/4.png'), 'train'),
    editOf.split(imageIn(workspace, 'val/leaf/5.png'), 'test'),
  ]);
  const before = labelled(await openDataSet(root, { journal: readOverlay(root) }));
  const { outcome } = await applyInPlace(root);
  assert.deepEqual(
    outcome?.plan.steps.map((step) => 'to' in step && step.to),
    ['train/sky/0-2.png', 'train/leaf/4.png', 'test/leaf/5.png'],
  );
  assert.deepEqual(labelled(await openDataSet(root)), before);
});

test('apply: a split that folders can’t express goes on counting after a move', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root, journal } = workspace;
  const image = imageIn(workspace, 'brick/0.png');
  decide(workspace, [editOf.relabel(image, 'brick', 'sky'), editOf.split(image, 'test')]);
  await applyInPlace(root);
  const [decision] = foldJournal(readJournal(journal).lines, 'images');
  assert.partialDeepStrictEqual(decision, { path: 'sky/0-2.png', label: null, kept: true, split: 'test' });
});

test('apply: a manifest is written anew, every other byte stays, and comes back', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root, folder } = workspace;
  const file = path.join(folder, 'list.csv');
  const rows = Object.keys(filesIn(root)).map((name) => `images/${name};  ${name.split('/')[0]};note ${name}`);
  const text = `path;label;note\r\n${rows.join('\r\n')}\r\n`;
  fs.writeFileSync(file, text);
  const image = (name: string) => ({ ...imageIn(workspace, name), path: `images/${name}` });
  decide(
    workspace,
    [
      editOf.relabel(image('brick/0.png'), 'brick', 'sky'),
      editOf.delete(image('leaf/0.png')),
      editOf.exclude(image('leaf/1.png')),
      editOf.split(image('sky/0.png'), 'test'),
    ],
    file,
  );
  const before = filesIn(root);
  const { outcome } = await applyInPlace(file);
  assert.deepEqual(
    outcome?.refused.map(({ code }) => code),
    ['no-split-column'],
  );
  const expected = text
    .replace('images/brick/0.png;  brick', 'images/brick/0.png;sky')
    .replace(/images\/leaf\/0\.png.*\r\n/, '');
  assert.equal(fs.readFileSync(file, 'utf8'), expected);
  assert.equal(fs.readFileSync(`${file}.backup`, 'utf8'), text);
  assert.equal(filesIn(root)['leaf/0.png'], undefined);
  const data = await openDataSet(file, { journal: readOverlay(file) });
  assert.deepEqual([data.journal?.relabelled, data.journal?.excluded, data.journal?.resplit], [0, 1, 1]);
  await undoApply(file, null);
  assert.equal(fs.readFileSync(file, 'utf8'), text);
  assert.deepEqual(filesIn(root), before);
  assert.ok(!fs.existsSync(`${file}.backup`));
});

test('apply: a cleaned copy and a manifest read as the data with its edits, and the data set stays', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root, folder } = workspace;
  decideAll(workspace);
  const before = filesIn(root);
  const expected = labelled(await openDataSet(root, { journal: readOverlay(root) }));
  const edits = await readEdits(root);
  const copy = path.join(folder, 'clean');
  const { images, leftOut, refused } = await copyCleaned(edits, copy);
  assert.deepEqual({ images, leftOut, refused }, { images: 13, leftOut: 5, refused: [] });
  assert.deepEqual(labelled(await openDataSet(copy)), expected);
  await assert.rejects(copyCleaned(edits, copy), { code: 'not-empty' });
  await assert.rejects(copyCleaned(edits, path.join(root, 'inside')), { code: 'copy-inside' });
  const linked = path.join(folder, 'linked');
  await copyCleaned(edits, linked, { link: true });
  assert.deepEqual(filesIn(linked), filesIn(copy));
  assert.equal(fs.statSync(path.join(linked, 'brick/5.png')).ino, fs.statSync(path.join(root, 'brick/5.png')).ino);
  const manifest = path.join(folder, 'lists/clean.csv');
  assert.equal(writeCleanedManifest(edits, manifest), 13);
  assert.deepEqual(labelled(await openDataSet(manifest)), expected);
  assert.throws(() => writeCleanedManifest(edits, manifest), { code: 'exists' });
  assert.deepEqual(filesIn(root), before);

  const stopped = path.join(folder, 'stopped');
  const controller = new AbortController();
  const onProgress = (done: number) => done === 3 && controller.abort();
  await assert.rejects(
    copyCleaned(edits, stopped, { signal: controller.signal, onProgress: (done) => void onProgress(done) }),
    { name: 'AbortError' },
  );
  const resumed = await copyCleaned(edits, stopped);
  assert.ok(resumed.there >= 3 && resumed.there < 13, String(resumed.there));
  assert.deepEqual(filesIn(stopped), filesIn(copy));
});

test('apply: damaged files can be thrown away; a journal reaches no file outside the data set', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  const { root, folder } = workspace;
  fs.writeFileSync(path.join(root, 'leaf/torn.png'), 'no image');
  fs.writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  const outside = [`../secret.txt`, path.join(folder, 'secret.txt')].map((name) => ({
    path: name,
    hash: fileHash(path.join(folder, 'secret.txt')) as string,
  }));
  decide(workspace, [
    editOf.delete(imageIn(workspace, 'leaf/torn.png')),
    ...outside.map((image) => editOf.delete(image)),
  ]);
  const plan = await planApply(root);
  assert.deepEqual(
    plan.steps.map((step) => [step.kind, step.path]),
    [['trash', 'leaf/torn.png']],
  );
  assert.deepEqual(
    plan.refused.map(({ code }) => code),
    ['missing', 'missing'],
  );
  fs.mkdirSync(path.join(folder, '.loupe/applied'), { recursive: true });
  const lock = acquireLock(path.join(folder, '.loupe/applied'));
  await assert.rejects(applyInPlace(root), { code: 'apply-locked' });
  lock.release();
  assert.equal((await applyInPlace(root)).outcome?.done, 1);
  assert.ok(fs.existsSync(path.join(folder, 'secret.txt')));
});

test('undo: a plan that came with a copy of the folder is not carried out there', async (t) => {
  const workspace = await makeWorkspace(temporaryFolder(t));
  decideAll(workspace);
  await applyInPlace(workspace.root);
  const copy = temporaryFolder(t);
  fs.cpSync(workspace.folder, copy, { recursive: true });
  const after = filesIn(workspace.root);
  await assert.rejects(undoApply(path.join(copy, 'images'), null), { code: 'nothing-to-undo' });
  assert.deepEqual(filesIn(workspace.root), after);
});
