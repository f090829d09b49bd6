import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

describe('data sets', function () {
  this.timeout(60_000);
  let folder = '';

  before(async () => {
    folder = path.join(workspaceFolder(), 'scanned');
    await makeSample(folder, 6);
    fs.writeFileSync(path.join(folder, 'circle', 'empty.png'), '');
    fs.writeFileSync(path.join(folder, 'square', 'notes.jpg'), 'no image at all');
  });

  it('opens a folder, scans it in a process of its own, and lists classes and skipped files', async () => {
    const { dataSets, dataSetTree } = await loupe();
    await vscode.commands.executeCommand(commands.openDataSet, vscode.Uri.file(folder));
    assert.equal(dataSets.get(folder)?.report?.images, 18);
    const node = (await dataSetTree.getChildren()).find(({ source }) => source === folder);
    assert.ok(node);
    assert.match(String(dataSetTree.getTreeItem(node).description), /18 images · 3 classes · 2 skipped/);
    const inside = await dataSetTree.getChildren(node);
    assert.deepEqual(
      inside.filter(({ kind }) => kind === 'class').map((child) => dataSetTree.getTreeItem(child).label),
      ['circle', 'square', 'triangle'],
    );
    const skipped = inside.filter(({ kind }) => kind === 'skipped');
    const lists = await Promise.all(skipped.map((cause) => dataSetTree.getChildren(cause)));
    const examples = lists.flat().map((node) => dataSetTree.getTreeItem(node));
    assert.deepEqual(examples.map(({ label }) => label).sort(), ['empty.png', 'notes.jpg']);
    const [uri] = (examples[0]?.command?.arguments ?? []) as vscode.Uri[];
    assert.ok(uri && fs.existsSync(uri.fsPath), 'an example opens the file itself');
  });

  it('keeps the list in the workspace, and takes a data set off it', async () => {
    const { dataSets } = await loupe();
    const file = path.join(workspaceFolder(), '.loupe', 'data-sets.json');
    const listed = () => (JSON.parse(fs.readFileSync(file, 'utf8')) as { dataSets: object[] }).dataSets;
    assert.deepEqual(listed(), [{ source: 'scanned' }]);
    await vscode.commands.executeCommand(commands.removeDataSet, { source: folder });
    assert.deepEqual(listed(), []);
    assert.equal(dataSets.get(folder), undefined);
  });

  it('follows a list that somebody else changes', async () => {
    const { dataSets } = await loupe();
    const file = path.join(workspaceFolder(), '.loupe', 'data-sets.json');
    fs.writeFileSync(file, JSON.stringify({ schemaVersion: 1, dataSets: [{ source: 'scanned' }] }));
    await until('the list is read again', () => dataSets.get(folder));
    await vscode.commands.executeCommand(commands.removeDataSet, { source: folder });
  });
});
