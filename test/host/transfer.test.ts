import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

describe('beginning with pretrained networks', function () {
  this.timeout(120_000);
  const textOf = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();

  it('Start from a Folder writes a config, says why, and lists the data set', async () => {
    const { dataSets } = await loupe();
    const folder = path.join(workspaceFolder(), 'start-shapes');
    await makeSample(folder, 6);
    await vscode.commands.executeCommand(commands.startFromFolder, vscode.Uri.file(folder));
    const config = path.join(workspaceFolder(), 'start-shapes.loupe.json');
    const { data, model } = JSON.parse(fs.readFileSync(config, 'utf8'));
    assert.equal(data.source, 'start-shapes');
    assert.ok(dataSets.get(folder));
    assert.ok(model);
    const report = vscode.workspace.textDocuments.find(
      ({ uri }) => uri.scheme === 'loupe-report' && uri.path.includes('First run'),
    );
    const text =
      report?.getText() ??
      (await textOf(vscode.Uri.from({ scheme: 'loupe-report', path: '/First run on start-shapes.md' })));
    assert.match(text, /# A first run on start\\-shapes/);
    assert.match(text, /\| Recipe \| `[\w-]+` \| /);
    await until('its preview', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .some(({ label }) => label.includes('First run on start-shapes')),
    );
  });

  it('Import Weights says what a file holds', async () => {
    const file = path.join(workspaceFolder(), 'odd.safetensors');
    const header = Buffer.from(JSON.stringify({ 'some.weight': { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    fs.writeFileSync(file, Buffer.concat([length, header, Buffer.alloc(8)]));
    const uri = await vscode.commands.executeCommand<vscode.Uri>(commands.importWeights, vscode.Uri.file(file));
    const text = await textOf(uri);
    assert.match(text, /safetensors: 1 tensors, 2 values/);
    assert.match(text, /fit no network that Loupe knows/);
  });
});
