import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { loupe, runIn, until, workspaceFolder } from './loupe.ts';

interface Answer {
  path: string;
  card: string;
}

describe('exporting a model', function () {
  this.timeout(180_000);
  let run = '';

  before(async () => {
    const data = path.join(workspaceFolder(), 'export-shapes');
    await makeSample(data, 12);
    const file = path.join(workspaceFolder(), 'to-export.loupe.json');
    const config = {
      data: { source: 'export-shapes' },
      input: { width: 16, height: 16 },
      model: { width: 0.25 },
      training: { epochs: 1, batchSize: 16 },
    };
    fs.writeFileSync(file, JSON.stringify(config));
    run = (await vscode.commands.executeCommand<string>(commands.trainConfig, vscode.Uri.file(file))) ?? '';
    await runIn(run, ['done']);
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const { store } = await loupe();
    for (const name of [run, 'export-shapes', 'to-export.loupe.json']) {
      fs.rmSync(path.resolve(workspaceFolder(), name), { recursive: true, force: true });
    }
    await until('the run is gone', () => {
      store.refresh();
      return store.get(run) === undefined;
    });
  });

  const exportTo = (name: string, format: string, force?: boolean) =>
    vscode.commands.executeCommand<Answer | undefined>(commands.exportModel, run, {
      format,
      out: path.join(workspaceFolder(), name),
      ...(force === undefined ? {} : { force }),
    });

  it('a process of its own writes the file, with a model card', async () => {
    const answer = await exportTo('shapes.onnx', 'onnx');
    assert.ok(answer);
    assert.ok(fs.statSync(answer.path).size > 1000);
    assert.match(fs.readFileSync(answer.card, 'utf8'), /onnxruntime/);
  });

  it('what is there is left alone unless the user says otherwise', async () => {
    fs.writeFileSync(path.join(workspaceFolder(), 'mine.keras'), 'mine');
    assert.equal(await exportTo('mine.keras', 'keras'), undefined);
    assert.equal(fs.readFileSync(path.join(workspaceFolder(), 'mine.keras'), 'utf8'), 'mine');
    assert.ok(await exportTo('mine.keras', 'keras', true));
    assert.ok(fs.statSync(path.join(workspaceFolder(), 'mine.keras')).size > 1000);
  });

  it('the model card opens as a preview, and is written where there is none', async () => {
    const card = path.join(run, 'model', 'README.md');
    assert.ok(fs.existsSync(card), 'the run wrote it');
    fs.rmSync(card);
    await vscode.commands.executeCommand(commands.openModelCard, run);
    assert.match(fs.readFileSync(card, 'utf8'), /## Limits/);
    await until('the preview', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => /Preview.*README/.test(label))),
    );
  });

  it('the tree offers both for a run with a model', async () => {
    const { runTree } = await loupe();
    assert.match(String(runTree.getTreeItem(run).contextValue), /\bmodel\b/);
  });
});
