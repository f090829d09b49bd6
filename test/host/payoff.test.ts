import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { PayoffIndex } from '../../src/host/payoff/payoff-index.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

describe('payoff of cleaning', function () {
  this.timeout(180_000);
  const source = () => path.join(workspaceFolder(), 'payoff-shapes');
  const config = () => vscode.Uri.file(path.join(workspaceFolder(), 'payoff-shapes.loupe.json'));
  const nodes = async () => {
    const { dataSetTree } = await loupe();
    const [dataSet] = (await dataSetTree.getChildren()).filter((one) => 'source' in one && one.source === source());
    const group = dataSet && (await dataSetTree.getChildren(dataSet)).find((one) => one.kind === 'payoffs');
    return group ? await dataSetTree.getChildren(group) : [];
  };
  let runs: string[] = [];
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label));

  before(async () => {
    await makeSample(source(), 8);
    fs.writeFileSync(
      config().fsPath,
      JSON.stringify({
        data: { source: 'payoff-shapes' },
        input: { width: 16, height: 16 },
        training: { epochs: 1, batchSize: 8 },
        engine: { name: 'wasm', threads: 1 },
      }),
    );
    await vscode.commands.executeCommand(commands.openDataSet, vscode.Uri.file(source()));
    const { dataSets } = await loupe();
    await dataSets.scan(source());
    await vscode.commands.executeCommand(
      commands.excludeImage,
      vscode.Uri.file(path.join(source(), 'circle/circle-001.png')),
    );
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.commands.executeCommand(commands.removeDataSet, { source: source() });
    for (const name of ['payoff-shapes', 'payoff-shapes.loupe.json', '.loupe/labels.jsonl', '.loupe/payoff']) {
      fs.rmSync(path.join(workspaceFolder(), name), { recursive: true, force: true });
    }
    const { store } = await loupe();
    for (const folder of runs) fs.rmSync(folder, { recursive: true });
    store.refresh();
    await until('no run', () => runs.every((folder) => !store.get(folder)));
  });

  it('what was measured is listed below the data set', async () => {
    assert.deepEqual(await nodes(), []);
    // Ends with a notification that waits for the user.
    void vscode.commands.executeCommand(commands.measurePayoff, config());
    const { payoffs } = await loupe();
    // The third choice is one seed; it is made when the list is there.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (const key of ['quickOpenSelectNext', 'quickOpenSelectNext', 'acceptSelectedQuickOpenItem']) {
      await vscode.commands.executeCommand(`workbench.action.${key}`);
    }
    const report = await until('a report', () => payoffs.newest(source()), 150_000);
    runs = report.runs.flatMap(({ folder }) => folder ?? []);
    assert.deepEqual([report.seeds.length, report.edits.excluded, report.runs.length], [1, 1, 2]);
    const [node] = await nodes();
    const { dataSetTree } = await loupe();
    const item = dataSetTree.getTreeItem(node ?? assert.fail('the tree lists it'));
    assert.match(String(item.label), /^\d+\.\d% → \d+\.\d%$/);
    assert.match(String(item.tooltip), /held-out images/);
  });

  it('is shown again by its command, by its row and after a reload, since it is read from its folder', async () => {
    const [uri] = [await vscode.commands.executeCommand<vscode.Uri>(commands.showPayoff)];
    await until('its tab', () => tabs().some((label) => label.includes('Payoff of payoff-shapes')));
    const text = (await vscode.workspace.openTextDocument(uri)).getText();
    assert.match(text, /^# Payoff of cleaning payoff\\-shapes/);
    assert.match(text, /0 images relabelled, 0 newly labelled, 1 excluded/);
    // As the next window finds it.
    const fresh = new PayoffIndex();
    assert.equal(fresh.newest(source())?.folder, uri.query);
    fresh.dispose();
    const { dataSetTree } = await loupe();
    const [node] = await nodes();
    const { command } = dataSetTree.getTreeItem(node ?? assert.fail());
    assert.equal(
      String(await vscode.commands.executeCommand(command?.command ?? '', ...(command?.arguments ?? []))),
      String(uri),
    );
  });

  it('its runs open side by side; a report that is gone is not listed', async () => {
    const { payoffs } = await loupe();
    const { id } = payoffs.newest(source()) ?? assert.fail();
    await vscode.commands.executeCommand(commands.comparePayoff, { source: source(), id });
    await until('the comparison', () => tabs().some((label) => /compar/i.test(label)));
    fs.rmSync(payoffs.folderOf(id), { recursive: true });
    payoffs.refresh();
    assert.deepEqual(await nodes(), []);
  });
});
