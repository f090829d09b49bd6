import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import { useRate } from '../../src/host/lr-finder/use-rate.ts';
import { readFinderJob } from '../../src/jobs/finder-job.ts';
import { readFinderSummary } from '../../src/jobs/finder-tracker.ts';
import type { FinderSummary } from '../../src/protocol/lr-finder.ts';
import { loupe, runIn, until, workspaceFolder } from './loupe.ts';

const text = `{
  // What the rate is looked for.
  "data": { "source": "marks" },
  "input": { "width": 16, "height": 16 },
  "model": { "width": 0.25 },
  "training": { "epochs": 2, "batchSize": 16 } // and no rate yet
}
`;

function tabs(viewType: string): string[] {
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType))
    .map(({ label }) => label);
}

async function ended(folder: string): Promise<FinderSummary> {
  return await until(
    `${path.basename(folder)} has ended`,
    () => {
      const summary = readFinderSummary(folder);
      assert.notEqual(summary.state, 'failed', `${summary.message} ${summary.advice}`);
      return summary.state === 'done' ? summary : null;
    },
    120_000,
  );
}

async function lenses(uri: vscode.Uri): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 20);
  return found.map(({ command }) => command?.title ?? '');
}

describe('learning-rate finder and schedule preview', function () {
  this.timeout(180_000);
  const file = path.join(workspaceFolder(), 'marks.loupe.json');
  const uri = vscode.Uri.file(file);
  let finder = '';
  let run = '';

  before(async () => {
    await loupe();
    await makeSample(path.join(workspaceFolder(), 'marks'), 16);
    fs.writeFileSync(file, text);
    await vscode.window.showTextDocument(uri);
  });

  after(async () => {
    const { store } = await loupe();
    fs.rmSync(run, { recursive: true });
    await until('the run is gone', () => !store.get(run));
  });

  it('is started above the config, works in a process of its own and shows its curve', async () => {
    assert.ok((await lenses(uri)).some((title) => title.includes('Find Learning Rate')));
    finder = await vscode.commands.executeCommand<string>(commands.findRate, uri);
    await until('its panel', () => tabs('loupe.lrFinder').includes('Learning Rate: marks'));
    const summary = await ended(finder);
    assert.equal(summary.sweep.seeds, 3);
    assert.ok(summary.verdict);
    assert.equal(path.dirname(finder), path.join(workspaceFolder(), '.loupe', 'lr-finder'));
    await until('what it found, above the config', async () =>
      (await lenses(uri)).some((title) => /found/.test(title)),
    );
  });

  it('writes the rate into the config, where it can be undone', async () => {
    await useRate(finder, readFinderJob(finder), 0.0042);
    const document = await vscode.workspace.openTextDocument(uri);
    const changed = text.replace('"batchSize": 16 }', '"batchSize": 16, "learningRate": 0.0042 }');
    assert.equal(document.getText(), changed);
    assert.equal(document.isDirty, false);
    assert.equal(fs.readFileSync(file, 'utf8'), changed);
    await vscode.window.showTextDocument(document, { preserveFocus: false });
    await vscode.commands.executeCommand('undo');
    await until('the old text', () => document.getText() === text);
    await document.save();
  });

  it('says that a rate was found for other settings', async () => {
    const document = await vscode.workspace.openTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    const at = document.getText().indexOf('16 }', document.getText().indexOf('batchSize'));
    edit.replace(uri, new vscode.Range(document.positionAt(at), document.positionAt(at + 2)), '64');
    await vscode.workspace.applyEdit(edit);
    const { verdict } = readFinderSummary(finder);
    const says = verdict?.usable ? /for other settings/ : /no usable rate/;
    await until('the warning', async () => (await lenses(uri)).some((title) => says.test(title)));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('looks at a run without changing it, and duplicates it with the rate', async () => {
    run = await vscode.commands.executeCommand<string>(commands.trainConfig, uri);
    await runIn(run, ['done']);
    const events = fs.readFileSync(path.join(run, 'events.jsonl'), 'utf8');
    const folder = await vscode.commands.executeCommand<string>(commands.findRate, run);
    await ended(folder);
    assert.equal(fs.readFileSync(path.join(run, 'events.jsonl'), 'utf8'), events);
    await useRate(folder, readFinderJob(folder), 0.02);
    const copy = vscode.window.activeTextEditor?.document;
    assert.match(copy?.fileName ?? '', /marks-2\.loupe\.json$/);
    const { name, training } = JSON.parse(copy?.getText() ?? '');
    assert.deepEqual([name, training.learningRate, training.epochs], ['marks-2', 0.02, 2]);
    fs.rmSync(copy?.fileName ?? '');
  });

  it('previews the schedule beside the editor and in hovers', async () => {
    const document = await vscode.window.showTextDocument(uri);
    await vscode.commands.executeCommand(commands.previewSchedule, uri);
    await until('the preview', () => tabs('loupe.schedule').includes('Schedule: marks'));
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, document.document.uri.fsPath);
    const edit = new vscode.WorkspaceEdit();
    const at = document.document.positionAt(text.indexOf('"epochs"'));
    edit.insert(uri, at, '"schedule": { "name": "cosine" }, ');
    await vscode.workspace.applyEdit(edit);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      at.translate(0, 3),
    );
    const words = hovers.flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value));
    assert.ok(
      words.some((value) => value?.includes('data:image/svg+xml;base64,')),
      words.join('\n'),
    );
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });
});
