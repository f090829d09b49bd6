import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

describe('the tree of trainable layers', function () {
  this.timeout(60_000);
  const text =
    '{\n  // mine\n  "data": { "source": "layer-shapes" },\n  "model": { "architecture": "resnet18", "width": 0.25 }\n}\n';
  const uri = () => vscode.Uri.file(path.join(workspaceFolder(), 'layers.loupe.json'));

  it('shows groups and layers of a config with what they weigh', async () => {
    await makeSample(path.join(workspaceFolder(), 'layer-shapes'), 4);
    fs.writeFileSync(uri().fsPath, text);
    const { layers } = await loupe();
    await vscode.window.showTextDocument(uri());
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri());
    assert.ok(lenses.some(({ command }) => command?.command === commands.chooseLayers));
    await vscode.commands.executeCommand(commands.chooseLayers, uri());
    const roots = layers.tree.getChildren();
    const labels = roots.map((node) => layers.tree.getTreeItem(node).label);
    assert.deepEqual(labels, ['Batch norms', 'conv1', 'layer1', 'layer2', 'layer3', 'layer4', 'head']);
    const [, , layer1] = roots;
    assert.ok(layer1);
    assert.match(String(layers.tree.getTreeItem(layer1).description), /^[\d.,]+ weights$/);
    const own = layers.tree.getChildren(layer1).map((node) => layers.tree.getTreeItem(node));
    assert.equal(own.length, 8);
    assert.match(String(own[0]?.description), /^Conv2D · /);
  });

  it('writes what is unticked into the config, and Undo takes it back', async () => {
    const { layers } = await loupe();
    const document = await vscode.workspace.openTextDocument(uri());
    await vscode.window.showTextDocument(document);
    const [, , layer1] = layers.tree.getChildren();
    assert.ok(layer1);
    await layers.tick([[layer1, vscode.TreeItemCheckboxState.Unchecked]]);
    assert.match(document.getText(), /\/\/ mine[\s\S]*"freeze": \[\s*"layer1\.\*"\s*\]/);
    const stateOf = () => {
      const { checkboxState } = layers.tree.getTreeItem(layer1);
      return typeof checkboxState === 'object' ? checkboxState.state : checkboxState;
    };
    await until('its tick is gone', () => stateOf() === vscode.TreeItemCheckboxState.Unchecked);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), text);
    await until('its tick is back', () => stateOf() === vscode.TreeItemCheckboxState.Checked);
  });

  it('switches the mode of frozen batch norms, and shows phases', async () => {
    const { layers } = await loupe();
    const document = await vscode.workspace.openTextDocument(uri());
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand(commands.switchBatchNorm, 'frozen-batch');
    assert.match(document.getText(), /"frozenBatchNorm": "training"/);
    await vscode.commands.executeCommand(commands.switchBatchNorm, 'all-stored');
    assert.match(document.getText(), /"batchNorm": "stored"/);
    const [norms] = layers.tree.getChildren();
    assert.ok(norms);
    await until('the tree says so', () =>
      String(layers.tree.getTreeItem(norms).description).startsWith('all: stored statistics'),
    );
    await layers.model?.unfreezeGradually(3);
    await until('three phases', () => layers.tree.getChildren().filter(({ kind }) => kind === 'segment').length === 3);
    const [first] = layers.tree.getChildren().filter(({ kind }) => kind === 'segment');
    assert.ok(first);
    assert.match(String(layers.tree.getTreeItem(first).description), /^3 epochs · [\d.,]+ of [\d.,]+ weights train$/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.commands.executeCommand(commands.closeLayers);
    assert.deepEqual(layers.tree.getChildren(), []);
  });
});
