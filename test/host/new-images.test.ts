import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { editOf } from '../../src/dataset/journal/edits.ts';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

describe('new images', function () {
  this.timeout(120_000);
  const source = () => path.join(workspaceFolder(), 'new-shapes');
  const incoming = () => path.join(workspaceFolder(), 'incoming');
  const unlabelled = () => {
    const folder = path.join(source(), 'unlabelled');
    return fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
  };

  before(async () => {
    const all = path.join(workspaceFolder(), 'all-shapes');
    await makeSample(all, 14);
    await makeSample(source(), 10);
    fs.mkdirSync(incoming());
    for (const name of ['circle', 'square', 'triangle']) {
      for (const i of ['011', '012'])
        fs.copyFileSync(path.join(all, name, `${name}-${i}.png`), path.join(incoming(), `${name}-${i}.png`));
    }
    fs.copyFileSync(path.join(source(), 'circle', 'circle-001.png'), path.join(incoming(), 'known.png'));
    fs.writeFileSync(path.join(incoming(), 'broken.png'), 'no image at all');
    await vscode.commands.executeCommand(commands.openDataSet, vscode.Uri.file(source()));
  });
  after(async () => {
    const { newImages } = await loupe();
    newImages.unwatch(source());
    await vscode.commands.executeCommand(commands.removeDataSet, { source: source() });
    fs.rmSync(path.join(workspaceFolder(), '.loupe', 'labels.jsonl'), { force: true });
    for (const folder of [source(), incoming(), path.join(workspaceFolder(), 'all-shapes')])
      fs.rmSync(folder, { recursive: true, force: true });
  });

  it('are copied in after the same checks, with what the labelled ones make of them', async () => {
    const { newImages } = await loupe();
    const { added, left, images } = await newImages.add(source(), [incoming()]);
    assert.equal(added.length, 6);
    assert.deepEqual(left.map(({ from, cause }) => `${path.basename(from)} ${cause}`).sort(), [
      'broken.png not-an-image',
      'known.png exact-duplicate',
    ]);
    assert.equal(unlabelled().length, 6);
    assert.ok(fs.existsSync(path.join(incoming(), 'circle-011.png')), 'the files themselves stay');
    assert.equal(images.length, 6);
    for (const { suggestions, uncertainty } of images) {
      assert.ok(suggestions.length > 0 && uncertainty >= 0 && uncertainty <= 1);
      assert.ok(suggestions.every(({ label }) => ['circle', 'square', 'triangle'].includes(label)));
    }
  });

  it('one that was given a label waits no more', async () => {
    const { newImages, journals } = await loupe();
    const [first] = await newImages.of(source());
    assert.ok(first);
    journals.of(source()).act(source(), 'Label circle', [editOf.label(first.row, 'circle')]);
    newImages.forget(source());
    const left = await newImages.of(source());
    assert.equal(left.length, 5);
    assert.ok(left.every(({ row }) => row.path !== first.row.path));
  });

  it('that come into a watched folder are added as they come, at the same time or one after the other', async () => {
    const { newImages } = await loupe();
    const folder = path.join(workspaceFolder(), 'camera');
    fs.mkdirSync(folder);
    const shot = (name: string) =>
      fs.copyFileSync(
        path.join(workspaceFolder(), 'all-shapes', name.split('-')[0] ?? '', name),
        path.join(folder, name),
      );
    shot('circle-013.png');
    newImages.watch(source(), folder);
    assert.equal(newImages.watched(source()), folder);
    await until('what was there', () => unlabelled().includes('circle-013.png'));
    shot('square-013.png');
    shot('triangle-013.png');
    await until('what came', () => unlabelled().length === 9);
    shot('square-014.png');
    await until('what came later', () => unlabelled().length === 10);
    await until('all of them to label', async () => (await newImages.of(source())).length === 9);
    newImages.unwatch(source());
    assert.equal(newImages.watched(source()), null);
  });

  it('a data set can’t be watched for itself', async () => {
    const { newImages } = await loupe();
    for (const folder of [source(), path.join(source(), 'circle'), workspaceFolder()]) {
      assert.throws(() => newImages.watch(source(), folder), { code: 'watches-itself' });
    }
  });
});
