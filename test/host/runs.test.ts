import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { loupe, openPanels, runIn, until, workspaceFolder } from './loupe.ts';

/** A config of a few steps; many epochs for a run that is to be stopped. */
function writeConfig(name: string, epochs: number): vscode.Uri {
  const file = path.join(workspaceFolder(), `${name}.loupe.json`);
  const config = {
    data: { source: 'shapes' },
    input: { width: 16, height: 16 },
    model: { width: 0.25 },
    training: { epochs, batchSize: 16 },
  };
  fs.writeFileSync(file, JSON.stringify(config));
  return vscode.Uri.file(file);
}

async function train(name: string, epochs: number): Promise<string> {
  const folder = await vscode.commands.executeCommand<string>(commands.trainConfig, writeConfig(name, epochs));
  assert.ok(folder, 'a run was made');
  return folder;
}

describe('runs', function () {
  this.timeout(180_000);
  let finished = '';

  before(async () => {
    await makeSample(path.join(workspaceFolder(), 'shapes'), 16);
  });

  it('a config trains in a process of its own, to a saved model', async () => {
    finished = await train('short', 2);
    const run = await runIn(finished, ['done']);
    assert.equal(run.name, 'short');
    assert.equal(run.epoch, 2);
    assert.ok(run.hasModel);
    assert.ok(run.validationAccuracy !== null);
    assert.ok(fs.statSync(path.join(finished, 'log.txt')).size > 0);
  });

  it('a run has one panel, however often it is opened', async () => {
    for (let i = 0; i < 3; i++) await vscode.commands.executeCommand(commands.openRun, finished);
    await until('its panel', () => openPanels().includes('short'));
    assert.equal(openPanels().filter((label) => label === 'short').length, 1);
  });

  it('stops at a step, resumes from there, and the queue waits meanwhile', async () => {
    const long = await train('long', 500);
    await runIn(long, ['running']);
    const waiting = await train('waiting', 2);
    await runIn(waiting, ['queued']);
    await vscode.commands.executeCommand(commands.stopRun, long);
    const stopped = await runIn(long, ['stopped']);
    assert.ok(stopped.resumable);
    await runIn(waiting, ['starting', 'running', 'done']);
    await vscode.commands.executeCommand(commands.resumeRun, long);
    await runIn(waiting, ['done']);
    const resumed = await runIn(long, ['running']);
    assert.ok(resumed.step >= stopped.step);
    await vscode.commands.executeCommand(commands.stopRun, long);
    await runIn(long, ['stopped']);
  });

  it('a queued run can be cancelled, and started after all', async () => {
    const long = await train('busy', 500);
    await runIn(long, ['running']);
    const cancelled = await train('cancelled', 2);
    await runIn(cancelled, ['queued']);
    await vscode.commands.executeCommand(commands.stopRun, cancelled);
    await runIn(cancelled, ['cancelled']);
    await vscode.commands.executeCommand(commands.stopRun, long);
    await runIn(long, ['stopped']);
    await vscode.commands.executeCommand(commands.resumeRun, cancelled);
    await runIn(cancelled, ['done']);
  });

  it('the tree shows what each run is and can do, newest first, filtered by a query', async () => {
    const { runTree, store, view } = await loupe();
    const labels = () => runTree.getChildren().map((folder) => runTree.getTreeItem(folder).label);
    assert.deepEqual(labels(), ['cancelled', 'busy', 'waiting', 'long', 'short']);
    const done = runTree.getTreeItem(finished);
    assert.match(String(done.description), /%/);
    assert.match(String(done.contextValue), /\bcontinuable\b.*\bmodel\b/);
    assert.match(String(runTree.resolveTreeItem(done, finished).tooltip && done.label), /short/);
    await vscode.commands.executeCommand(commands.starRun, finished);
    await until('the star', () => store.get(finished)?.starred);
    await view.setQuery('starred');
    assert.deepEqual(labels(), ['short']);
    await assert.rejects(view.setQuery('no_such_field > 1'), { code: 'bad-query' });
    await vscode.commands.executeCommand(commands.clearFilter);
    assert.equal(labels().length, 5);
  });

  it('the best model classifies an image', async () => {
    const image = vscode.Uri.file(path.join(workspaceFolder(), 'shapes', 'circle', 'circle-001.png'));
    const predictions = await vscode.commands.executeCommand<{ top: { probability: number }[] }[]>(
      commands.classify,
      image,
    );
    const [prediction] = predictions;
    assert.equal(prediction?.top.length, 3);
    const sum = prediction?.top.reduce((total, { probability }) => total + probability, 0) ?? 0;
    assert.ok(Math.abs(sum - 1) < 1e-3, `${sum}`);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });

  it('a duplicate is a new config beside the others', async () => {
    await vscode.commands.executeCommand(commands.duplicateRun, finished);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(path.basename(document?.fileName ?? ''), 'short-2.loupe.json');
    const config = JSON.parse(document?.getText() ?? '') as { data: { source: string }; training: { epochs: number } };
    assert.equal(config.data.source, 'shapes');
    assert.equal(config.training.epochs, 2);
  });

  it('a config offers to train and to open its run', async () => {
    const uri = vscode.Uri.file(path.join(workspaceFolder(), 'short.loupe.json'));
    await vscode.window.showTextDocument(uri);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
    const titles = lenses.map(({ command }) => command?.title ?? '');
    assert.ok(
      titles.some((title) => title.includes('Train')),
      titles.join(),
    );
    const open = lenses.find(({ command }) => command?.command === commands.openRun);
    assert.deepEqual(open?.command?.arguments, [finished]);
  });

  it('with several runs selected in the tree, a command acts on all of them that it fits', async () => {
    const { store } = await loupe();
    const runs = [await train('first-of-two', 500), await train('second-of-two', 500)];
    await runIn(runs[0]!, ['running']);
    await vscode.commands.executeCommand(commands.stopRun, runs[0], [...runs, finished]);
    await runIn(runs[0]!, ['stopped']);
    await runIn(runs[1]!, ['cancelled']);
    await runIn(finished, ['done']);
    await vscode.commands.executeCommand(commands.starRun, runs[1], runs);
    await until('both stars', () => runs.every((run) => store.get(run)?.starred));
    await vscode.commands.executeCommand(commands.unstarRun, runs[0], runs);
    await until('no star', () => runs.every((run) => !store.get(run)?.starred));
    await vscode.commands.executeCommand(commands.copyRunPath, runs[0], runs);
    assert.equal(await vscode.env.clipboard.readText(), runs.join('\n'));
  });

  it('a config with a mistake makes no run', async () => {
    const { store } = await loupe();
    const file = path.join(workspaceFolder(), 'wrong.loupe.json');
    fs.writeFileSync(file, '{ "training": { "epochs": -1 } }');
    const before = store.all().length;
    const folder = await vscode.commands.executeCommand(commands.trainConfig, vscode.Uri.file(file));
    assert.equal(folder, undefined);
    store.refresh();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(store.all().length, before);
  });
});
