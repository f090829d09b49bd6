import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands, panels } from '../../src/host/ids.ts';
import { listEvaluations } from '../../src/jobs/evaluation-job.ts';
import { loupe, runIn, until, workspaceFolder } from './loupe.ts';

function openTabs(viewType: string): string[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType))
    .map(({ label }) => label);
}

describe('evaluation and prediction', function () {
  this.timeout(180_000);
  let run = '';
  const shapes = () => path.join(workspaceFolder(), 'evaluated-shapes');

  before(async () => {
    await makeSample(shapes(), 16);
    const config = {
      data: { source: 'evaluated-shapes' },
      input: { width: 16, height: 16 },
      model: { width: 0.25 },
      training: { epochs: 2, batchSize: 16 },
    };
    const file = path.join(workspaceFolder(), 'evaluated.loupe.json');
    fs.writeFileSync(file, JSON.stringify(config));
    run = (await vscode.commands.executeCommand<string>(commands.trainConfig, vscode.Uri.file(file))) ?? '';
    await runIn(run, ['done']);
  });

  after(async () => {
    const { store } = await loupe();
    fs.rmSync(run, { recursive: true, force: true });
    store.refresh();
    await until('the run is gone from the list', () => !store.get(run));
  });

  it('a run is evaluated in a process of its own; its panel is one, however often it is asked for', async () => {
    const { evaluatePanels } = await loupe();
    await vscode.commands.executeCommand(commands.evaluateRun, run);
    const panel = evaluatePanels.show({ folder: run, selected: null });
    await until('its panel', () => openTabs(panels.evaluate).length === 1);
    const folder = panel.evaluate({ kind: 'split', split: 'validation' });
    const report = path.join(folder, 'report.json');
    await until('the report', () => fs.existsSync(report), 120_000);
    const { images, metrics } = JSON.parse(fs.readFileSync(report, 'utf8')) as {
      images: number;
      metrics: { accuracy: { value: number; low: number; high: number } };
    };
    assert.ok(images > 0);
    assert.ok(metrics.accuracy.low <= metrics.accuracy.value && metrics.accuracy.value <= metrics.accuracy.high);
    assert.deepEqual(listEvaluations(run), [folder]);
    assert.match(openTabs(panels.evaluate)[0] ?? '', /evaluated/);
  });

  it('the predict panel answers images, with one process for all of them', async () => {
    const { predictPanels } = await loupe();
    await vscode.commands.executeCommand(commands.openPredict, run);
    const panel = predictPanels.show(run);
    await until('its panel', () => openTabs(panels.predict).length === 1);
    const [kind] = fs
      .readdirSync(shapes())
      .filter((name) => !name.includes('.'))
      .sort();
    const files = fs
      .readdirSync(path.join(shapes(), kind as string))
      .slice(0, 3)
      .map((name) => path.join(shapes(), kind as string, name));
    const broken = path.join(workspaceFolder(), 'broken.png');
    fs.writeFileSync(broken, 'no picture');
    const items = await panel.askFiles([...files, broken]);
    assert.equal(items.length, 4);
    for (const item of items.slice(0, 3)) {
      const sum = item.top.reduce((total, { probability }) => total + probability, 0);
      assert.ok(Math.abs(sum - 1) < 1e-3, JSON.stringify(item));
      assert.ok((item.ms ?? 0) > 0);
    }
    assert.equal(items[3]?.top.length, 0);
    assert.ok(items[3]?.failure);
    panel.close();
    await until('it is closed', () => openTabs(panels.predict).length === 0);
  });

  it('a folder that was never trained on is evaluated too', async () => {
    const { evaluatePanels } = await loupe();
    const folder = evaluatePanels.show({ folder: run, selected: null }).evaluate({ kind: 'folder', source: shapes() });
    await until('the report', () => fs.existsSync(path.join(folder, 'report.json')), 120_000);
    evaluatePanels.show({ folder: run, selected: null }).close();
  });
});
