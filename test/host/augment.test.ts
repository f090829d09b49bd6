import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { editFor } from '../../src/host/augment/edit-config.ts';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

describe('augmentation preview', function () {
  this.timeout(60_000);
  const labels = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('loupe.augment'))
      .map(({ label }) => label);

  it('opens once for a config, by its CodeLens and by command', async () => {
    await loupe();
    await makeSample(path.join(workspaceFolder(), 'augment-shapes'), 4);
    const uri = vscode.Uri.file(path.join(workspaceFolder(), 'preview.loupe.json'));
    fs.writeFileSync(uri.fsPath, '{\n  // mine\n  "data": { "source": "augment-shapes" }\n}\n');
    await vscode.workspace.openTextDocument(uri);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
    const lens = lenses.find(({ command }) => command?.command === commands.previewAugment);
    assert.ok(lens?.command);
    await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
    await vscode.commands.executeCommand(commands.previewAugment, uri);
    await until('its panel', () => labels().includes('Augmentation: preview'));
    assert.equal(labels().length, 1);
  });

  it('opens for a data set of the list', async () => {
    await vscode.commands.executeCommand(commands.previewAugment, {
      source: path.join(workspaceFolder(), 'augment-shapes'),
    });
    await until('its panel', () => labels().includes('Augmentation: augment-shapes'));
  });

  it('writes into the open config as an edit that Undo takes back; comments stay', async () => {
    const uri = vscode.Uri.file(path.join(workspaceFolder(), 'preview.loupe.json'));
    const document = await vscode.workspace.openTextDocument(uri);
    const before = document.getText();
    const schema = vscode.extensions.getExtension('loupe.loupe')!.extensionPath;
    const edit = await editFor(
      before,
      'preview',
      { 'augment.flip.horizontal': 0.5 },
      path.join(schema, 'media/loupe.schema.json'),
    );
    assert.ok(edit);
    await vscode.window.showTextDocument(document);
    const change = new vscode.WorkspaceEdit();
    change.replace(uri, new vscode.Range(document.positionAt(edit.start), document.positionAt(edit.end)), edit.text);
    await vscode.workspace.applyEdit(change);
    assert.match(document.getText(), /\/\/ mine[\s\S]*"augment": \{[\s\S]*"horizontal": 0\.5/);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), before);
  });
});
