import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { appendToJournal } from '../../../src/dataset/journal/append.ts';
import { type Edit, editOf, stampEdits } from '../../../src/dataset/journal/edits.ts';
import { journalDataName, journalFileOf } from '../../../src/dataset/journal/folder.ts';
import { readOverlay } from '../../../src/dataset/journal/overlay.ts';
import { readJournal } from '../../../src/dataset/journal/read.ts';
import { openDataSet } from '../../../src/dataset/open.ts';
import { splitImages } from '../../../src/dataset/split.ts';
import type { DataSet } from '../../../src/dataset/types.ts';
import { temporaryFolder, writeImages } from '../training/images.ts';

type Context = Parameters<typeof temporaryFolder>[0];

/** A workspace with three classes of four images; `decide` adds lines to its journal, of images named by path. */
async function workspaceOf(t: Context, source = 'images') {
  const workspace = temporaryFolder(t);
  const root = path.join(workspace, 'images');
  await writeImages(root, { each: 4 });
  const place = path.join(workspace, source);
  const cacheFolder = path.join(workspace, 'cache');
  const raw = () => openDataSet(place, { cacheFolder });
  const open = () => openDataSet(place, { cacheFolder, journal: readOverlay(place) });
  const decide = (...edits: Edit[]) => {
    const file = journalFileOf(workspace);
    appendToJournal(
      file,
      stampEdits(edits, { data: journalDataName(workspace, place), after: readJournal(file).lines }),
    );
  };
  return { workspace, root, raw, open, decide };
}

function imageAt(data: DataSet, name: string) {
  const image = data.images.find((entry) => entry.path === name);
  assert.ok(image, `no image ${name}`);
  return { path: image.path, hash: image.hash };
}

const classOf = (data: DataSet, name: string) =>
  data.classes[data.images.find((entry) => entry.path === name)?.label ?? -1];

test('journal: other labels, images left out and splits reach whoever opens the data', async (t) => {
  const { raw, open, decide, root } = await workspaceOf(t);
  const before = await raw();
  assert.equal((await open()).journal, null);
  decide(
    editOf.relabel(imageAt(before, 'brick/0.png'), 'brick', 'sky'),
    editOf.relabel(imageAt(before, 'brick/1.png'), 'brick', 'moss'),
    editOf.exclude(imageAt(before, 'leaf/0.png')),
    editOf.delete(imageAt(before, 'leaf/1.png')),
    editOf.split(imageAt(before, 'sky/3.png'), 'test'),
    editOf.keep(imageAt(before, 'sky/0.png')),
  );
  const data = await open();
  assert.deepEqual(data.classes, ['brick', 'leaf', 'moss', 'sky']);
  assert.equal(classOf(data, 'brick/0.png'), 'sky');
  assert.equal(classOf(data, 'brick/1.png'), 'moss');
  assert.equal(classOf(data, 'brick/2.png'), 'brick');
  assert.equal(data.images.length, 10);
  const { relabelled, excluded, resplit, kept } = data.journal!;
  assert.deepEqual({ relabelled, excluded, resplit, kept }, { relabelled: 2, excluded: 2, resplit: 1, kept: 1 });
  assert.deepEqual(data.skipped, []);
  const splits = splitImages(data.images, { validation: 0.25, test: 0, seed: 1 });
  assert.equal(splits[data.images.findIndex((image) => image.path === 'sky/3.png')], 'test');
  assert.equal(splits.filter((name) => name === 'test').length, 1);
  assert.ok(splits.includes('validation'), 'the rest is split as ever');
  assert.notEqual(data.fingerprint, before.fingerprint);
  assert.equal((await raw()).fingerprint, before.fingerprint);
  assert.ok(fs.existsSync(path.join(root, 'brick/0.png')), 'nothing moved');
});

test('journal: a renamed image keeps its label; edited, copied and vanished ones are told and left as they are', async (t) => {
  const { raw, open, decide, root } = await workspaceOf(t);
  const before = await raw();
  const names = ['brick/0.png', 'brick/1.png', 'brick/2.png', 'brick/3.png'] as const;
  decide(...names.map((name) => editOf.relabel(imageAt(before, name), 'brick', 'sky')));
  fs.renameSync(path.join(root, names[0]), path.join(root, 'brick/renamed.png'));
  fs.copyFileSync(path.join(root, 'leaf/0.png'), path.join(root, names[1]));
  fs.rmSync(path.join(root, names[2]));
  fs.copyFileSync(path.join(root, names[3]), path.join(root, 'brick/copy.png'));
  fs.renameSync(path.join(root, names[3]), path.join(root, 'brick/moved.png'));
  const data = await open();
  assert.equal(classOf(data, 'brick/renamed.png'), 'sky');
  assert.equal(classOf(data, 'brick/1.png'), 'brick');
  assert.equal(classOf(data, 'brick/copy.png'), 'brick');
  const { renamed, changed, gone, ambiguous, relabelled } = data.journal!;
  assert.deepEqual(
    { renamed, changed, gone, ambiguous, relabelled },
    { renamed: 1, changed: [names[1]], gone: [names[2]], ambiguous: [names[3]], relabelled: 1 },
  );
  const codes = data.warnings.map(({ code }) => code);
  assert.ok(codes.includes('edits-stale') && codes.includes('edits-ambiguous'), codes.join());
});

test('journal: a class that the edits leave empty is gone; too little left is refused as ever', async (t) => {
  const { raw, open, decide } = await workspaceOf(t);
  const before = await raw();
  decide(...[0, 1, 2, 3].map((i) => editOf.exclude(imageAt(before, `leaf/${i}.png`))));
  const data = await open();
  assert.deepEqual(data.classes, ['brick', 'sky']);
  assert.ok(data.warnings.some(({ code }) => code === 'class-emptied'));
  decide(...[0, 1, 2, 3].map((i) => editOf.exclude(imageAt(before, `sky/${i}.png`))));
  await assert.rejects(open(), { code: 'one-class' });
});

test('journal: images without a label become part of the data once a person gives them one', async (t) => {
  const { workspace, root, raw, open, decide } = await workspaceOf(t);
  for (const [i, name] of ['a.png', 'b.png'].entries()) {
    fs.renameSync(path.join(root, 'brick', `${i}.png`), path.join(root, name));
  }
  const before = await raw();
  const noLabel = (data: DataSet) => data.skipped.find(({ cause }) => cause === 'no-label');
  assert.equal(noLabel(before)?.count, 2);
  fs.renameSync(path.join(root, 'a.png'), path.join(root, 'sky', 'peek.png'));
  const { hash } = imageAt(await raw(), 'sky/peek.png');
  fs.renameSync(path.join(root, 'sky', 'peek.png'), path.join(root, 'a.png'));
  decide(editOf.label({ path: 'a.png', hash }, 'sky'));
  const data = await open();
  assert.equal(classOf(data, 'a.png'), 'sky');
  assert.equal(data.journal?.labelled, 1);
  assert.equal(noLabel(data)?.count, 1);
  fs.renameSync(path.join(root, 'a.png'), path.join(root, 'renamed.png'));
  assert.equal(classOf(await open(), 'renamed.png'), 'sky');
  assert.ok(fs.existsSync(path.join(workspace, '.loupe/labels.jsonl')));
});

test('journal: a folder of images without class folders can be labelled from nothing', async (t) => {
  const { root, raw, open, decide } = await workspaceOf(t);
  const { images, classes } = await raw();
  for (const image of images) fs.renameSync(path.join(root, image.path), path.join(root, image.path.replace('/', '-')));
  for (const name of classes) fs.rmdirSync(path.join(root, name));
  await assert.rejects(open(), { code: 'no-classes' });
  decide(
    ...images.map(({ path: name, hash, label }) =>
      editOf.label({ path: name.replace('/', '-'), hash }, classes[label] as string),
    ),
  );
  const data = await open();
  assert.deepEqual(data.classes, classes);
  assert.equal(data.journal?.labelled, images.length);
  assert.deepEqual(data.skipped, []);
});

test('journal: a manifest is known by its own name and by that of its folder', async (t) => {
  const { workspace, root, open, raw, decide } = await workspaceOf(t);
  const { images, classes } = await raw();
  const rows = images.map(({ path: name, label }) => `${name},${label === 0 ? '' : classes[label]}`);
  fs.writeFileSync(path.join(root, 'manifest.csv'), `path,label\n${rows.join('\n')}\n`);
  const [brick] = images;
  decide(editOf.label(brick!, 'sky'));
  for (const source of [root, path.join(root, 'manifest.csv')]) {
    const data = await openDataSet(source, {
      cacheFolder: path.join(workspace, 'cache'),
      journal: readOverlay(source),
    });
    assert.equal(data.format, 'manifest');
    assert.equal(classOf(data, brick!.path), 'sky');
    assert.equal(data.journal?.labelled, 1);
  }
  assert.equal((await open()).skipped[0]?.count, 3);
});

test('journal: data outside the workspace are known by the way that leads to them; the nearest journal that says something counts', async (t) => {
  const { workspace, root, raw } = await workspaceOf(t);
  const elsewhere = temporaryFolder(t);
  const { images } = await raw();
  const image = images[0]!;
  const file = journalFileOf(elsewhere);
  const data = journalDataName(elsewhere, root);
  assert.match(data, /^\.\.\//);
  appendToJournal(file, stampEdits([editOf.exclude(image)], { data, after: [] }));
  assert.equal(readOverlay(root, elsewhere)?.decisions.length, 1);
  assert.equal(readOverlay(root, null), null);
  const near = stampEdits([editOf.exclude(image)], { data: 'another', after: [] });
  appendToJournal(journalFileOf(workspace), near);
  assert.equal(readOverlay(root, elsewhere)?.file, file);
  assert.deepEqual(readOverlay(root, null)?.decisions, []);
  appendToJournal(journalFileOf(path.dirname(root)), stampEdits([editOf.keep(image)], { data: 'images', after: near }));
  assert.equal(readOverlay(path.join(root), null)?.decisions[0]?.kept, true);
});
