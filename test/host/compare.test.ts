import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { commands, settings } from '../../src/host/ids.ts';
import { createJob } from '../../src/jobs/create.ts';
import { defaultConfig } from '../../src/training/config.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

/** A run that was trained somewhere else: its events and nothing more. */
function writeRun(name: string, learningRate: number, accuracy: number): string {
  const runs = path.join(workspaceFolder(), '.loupe', 'runs');
  const config = structuredClone({ ...defaultConfig, name });
  config.training.learningRate = learningRate;
  const folder = createJob(runs, config, workspaceFolder());
  const t = Date.now();
  const events = [
    { t, kind: 'status', state: 'running', pid: 1 },
    {
      t,
      kind: 'epoch',
      epoch: 1,
      step: 10,
      loss: 1,
      accuracy: 0.5,
      validationLoss: 1,
      validationAccuracy: accuracy,
      seconds: 1,
      best: true,
    },
    { t: t + 1000, kind: 'status', state: 'done' },
  ];
  fs.writeFileSync(path.join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return folder;
}

const comparisons = () =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('loupe.compare'))
    .map(({ label }) => label);

describe('comparisons', function () {
  this.timeout(60_000);
  let first = '';
  let second = '';

  before(async () => {
    const { store } = await loupe();
    first = writeRun('compared one', 0.001, 0.8);
    second = writeRun('compared two', 0.01, 0.9);
    store.refresh();
    await until('both runs', () => store.get(first) && store.get(second));
  });

  after(async () => {
    const { store } = await loupe();
    for (const folder of [first, second]) fs.rmSync(folder, { recursive: true, force: true });
    await vscode.workspace
      .getConfiguration()
      .update(settings.foreignFolders, undefined, vscode.ConfigurationTarget.Workspace);
    store.refresh();
    await until('no run', () => !store.get(first) && !store.get(second));
  });

  it('of the selected runs opens once, whatever the order of the selection', async () => {
    await vscode.commands.executeCommand(commands.compareRuns, first, [first, second]);
    await vscode.commands.executeCommand(commands.compareRuns, second, [second, first]);
    await until('the panel', () => comparisons().length > 0);
    assert.deepEqual(comparisons(), ['Compare 2 Runs']);
  });

  it('of all runs is a panel of its own', async () => {
    await vscode.commands.executeCommand(commands.compareAll);
    await until('both panels', () => comparisons().length === 2);
    assert.ok(comparisons().includes('Compare All Runs'));
  });

  it('are measured against the run that is pinned in the workspace', async () => {
    await vscode.commands.executeCommand(commands.pinBaseline, second);
    const file = path.join(workspaceFolder(), '.loupe', 'compare.json');
    assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), { baseline: path.basename(second) });
    fs.rmSync(file);
  });

  it('take in the runs of other tools, and write nothing beside them', async () => {
    const { foreign } = await loupe();
    const folder = path.join(workspaceFolder(), 'keras-logs');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'log.csv'), 'epoch,loss,val_accuracy\n0,1.5,0.4\n1,0.7,0.6\n');
    await vscode.workspace
      .getConfiguration()
      .update(settings.foreignFolders, ['keras-logs'], vscode.ConfigurationTarget.Workspace);
    await until('the foreign run', () => foreign.all().length === 1);
    assert.equal(foreign.all()[0]?.run.metrics.val_accuracy, 0.6);
    assert.deepEqual(fs.readdirSync(folder), ['log.csv']);
  });
});
