import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands, panels } from '../../src/host/ids.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

describe('inspect panel', function () {
  this.timeout(60_000);
  const source = () => path.join(workspaceFolder(), 'inspected-shapes');
  const labels = () =>
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(panels.inspect))
      .map(({ label }) => label);

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    fs.rmSync(source(), { recursive: true, force: true });
  });

  it('opens once for a folder of the Explorer and for a data set of the tree; the catalogue answers behind it', async () => {
    await makeSample(source(), 6);
    const { inspectPanels } = await loupe();
    await vscode.commands.executeCommand(commands.inspectDataSet, vscode.Uri.file(source()));
    await vscode.commands.executeCommand(commands.inspectDataSet, { kind: 'dataSet', source: source() });
    await until('its panel', () => labels().includes('Inspect inspected-shapes'));
    assert.equal(labels().length, 1);
    const panel = inspectPanels.show(source());
    const overview = await until('the scan', () => panel.overview);
    assert.equal(overview.images, 18);
    assert.deepEqual(
      overview.classes.map(({ count }) => count),
      [6, 6, 6],
    );
  });

  it('a class of the tree opens the same panel', async () => {
    const { inspectPanels } = await loupe();
    const before = inspectPanels.show(source());
    await vscode.commands.executeCommand(commands.inspectDataSet, { kind: 'class', source: source(), name: 'circle' });
    assert.equal(inspectPanels.show(source()), before);
    assert.equal(labels().length, 1);
  });
});
