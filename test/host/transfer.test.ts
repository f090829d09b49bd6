import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { makeSample } from '../../src/host/data-sets/sample.ts';
import { commands } from '../../src/host/ids.ts';
import type { BaselinePanel } from '../../src/host/transfer/baseline-panel.ts';
import { sharedData, withoutData } from '../shared-data.ts';
import { loupe, until, workspaceFolder } from './loupe.ts';

const weights = ['weights', 'mobilenet_v2-0.35-imagenet-notop.safetensors'];

describe('beginning with pretrained networks', function () {
  this.timeout(120_000);
  const folder = () => path.join(workspaceFolder(), 'start-shapes');
  const textOf = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).map(({ label }) => label);

  it('Start from a Folder writes a config, says why, and lists the data set', async () => {
    const { dataSets, reportIndex } = await loupe();
    await makeSample(folder(), 6);
    const uri = vscode.Uri.file(folder());
    const panel = await vscode.commands.executeCommand<BaselinePanel>(commands.startFromFolder, uri);
    const config = path.join(workspaceFolder(), 'start-shapes.loupe.json');
    const { data, model } = JSON.parse(fs.readFileSync(config, 'utf8'));
    assert.equal(data.source, 'start-shapes');
    assert.ok(dataSets.get(folder()));
    assert.ok(model);
    const report = reportIndex.read(panel.selected ?? '');
    assert.deepEqual([report.kind, report.plan?.config, report.baseline], ['start', config, null]);
    const network = report.plan?.reasons.find(({ what }) => what === 'Network');
    assert.match(network?.why ?? '', /no pretrained weights .* loupe zoo get/, 'says what to do');
    await until('its panel', () => tabs().some((label) => label.includes('What to Expect of start-shapes')));
  });

  it('Instant Baseline keeps a report, which the tree lists and the panel shows', async function () {
    if (withoutData(...weights)) this.skip();
    const { reportIndex, dataSetTree, dataSets } = await loupe();
    await dataSets.scan(folder());
    const target = { source: folder(), weights: sharedData(...weights) };
    const panel = await vscode.commands.executeCommand<BaselinePanel>(commands.measureBaseline, target);
    const report = reportIndex.read(panel.selected ?? '');
    assert.deepEqual([report.kind, report.images, report.network?.weights], ['baseline', 18, target.weights]);
    const { low, value, high } = report.baseline?.probe.accuracy ?? assert.fail();
    assert.ok(low < value || high > value);
    const contents = await dataSetTree.getChildren({ kind: 'dataSet', source: folder() });
    const kept = contents.find(({ kind }) => kind === 'reports') ?? assert.fail('the tree lists reports');
    const items = (await dataSetTree.getChildren(kept)).map((node) => dataSetTree.getTreeItem(node));
    assert.match(String(items[0]?.label), /^mobilenet-v2 × 0\.35/, 'the newest first');
    assert.match(String(items[0]?.description), /^\d+\.?\d*% · /);
    assert.match(String(items[1]?.label), /^First run, without a network/);
    assert.equal(items[0]?.contextValue, 'report');
    const opened = items[1]?.command?.arguments?.[0];
    await vscode.commands.executeCommand(commands.openReport, opened);
    assert.equal(panel.selected, opened.id, 'one panel a data set');
    assert.equal(tabs().filter((label) => label.includes('What to Expect of start-shapes')).length, 1);
  });

  it('Fine-Tune from Here plans with the network of a baseline', async function () {
    if (withoutData(...weights)) this.skip();
    const { reportIndex } = await loupe();
    const target = { source: folder(), weights: sharedData(...weights) };
    const panel = await vscode.commands.executeCommand<BaselinePanel>(commands.startFromFolder, target);
    const { kind, plan, network, baseline } = reportIndex.read(panel.selected ?? '');
    assert.deepEqual([kind, network?.weights, baseline?.images], ['start', target.weights, 18]);
    const config = JSON.parse(fs.readFileSync(plan?.config ?? '', 'utf8'));
    assert.deepEqual([config.model.architecture, config.model.weights], ['mobilenet-v2', target.weights]);
  });

  it('a report that somebody deletes or damages is no longer listed', async () => {
    const { reportIndex } = await loupe();
    const before = reportIndex.of(folder());
    const newest = before.at(-1) ?? assert.fail();
    fs.writeFileSync(path.join(reportIndex.folderOf(newest.id), 'report.json'), '{');
    assert.throws(() => reportIndex.read(newest.id), { code: 'bad-report' });
    fs.rmSync(reportIndex.folderOf(newest.id), { recursive: true });
    reportIndex.refresh();
    assert.equal(reportIndex.of(folder()).length, before.length - 1);
  });

  it('Import Weights says what a file holds, again in a window that has not asked yet', async () => {
    const file = path.join(workspaceFolder(), 'odd.safetensors');
    const header = Buffer.from(JSON.stringify({ 'some.weight': { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    fs.writeFileSync(file, Buffer.concat([length, header, Buffer.alloc(8)]));
    const uri = await vscode.commands.executeCommand<vscode.Uri>(commands.importWeights, vscode.Uri.file(file));
    assert.match(await textOf(uri), /safetensors: 1 tensors, 2 values[\s\S]*fit no network that Loupe knows/);
    if (withoutData(...weights)) return;
    const restored = vscode.Uri.from({ scheme: uri.scheme, path: '/Weights net.md', query: sharedData(...weights) });
    const text = await textOf(restored);
    assert.match(text, /\*\*mobilenet\\-v2\*\* × 0\.35[\s\S]*260 weights matched/);
    assert.match(text, /"architecture": "mobilenet-v2"/, 'says how to begin from it');
  });

  it('Import Weights says of a TensorFlow.js model that it can be trained further, and its own classes', async () => {
    const folder = path.join(workspaceFolder(), 'animals');
    writeLayersModel(folder, { labels: ['cat', 'dog'], normalize: 'zero-one' });
    const file = vscode.Uri.file(path.join(folder, 'model.json'));
    const uri = await vscode.commands.executeCommand<vscode.Uri>(commands.importWeights, file);
    const text = await textOf(uri);
    assert.match(text, /tfjs\\-layers\*\*: a whole network[\s\S]*8 × 8 px/);
    assert.match(
      text,
      /"architecture": "layers-model",\n {2}"weights": ".*animals[^"]*model\.json"/,
      'says how to begin from it',
    );
    assert.match(text, /classifies as it is: 2 classes \\\(cat, dog\\\)/);
    writeLayersModel(folder, {});
    await vscode.commands.executeCommand(commands.importWeights, file);
    const unnamed = /can’t classify by its own classes: nothing says how its 2 classes are called/;
    await until('the report is of the file as it is now', async () => unnamed.test(await textOf(uri)));
  });
});

/** A network of three layers as TensorFlow.js saves it, and what stands beside it about its classes. */
function writeLayersModel(folder: string, metadata: object): void {
  const layer = (className: string, config: object) => ({ class_name: className, config });
  const layers = [
    layer('Conv2D', { name: 'c', filters: 2, kernel_size: [3, 3], batch_input_shape: [null, 8, 8, 3] }),
    layer('GlobalAveragePooling2D', { name: 'g' }),
    layer('Dense', { name: 'd', units: 2, activation: 'softmax', use_bias: false }),
  ];
  const shapes = { 'c/kernel': [3, 3, 3, 2], 'c/bias': [2], 'd/kernel': [2, 2] };
  const weights = Object.entries(shapes).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  const model = {
    format: 'layers-model',
    modelTopology: { class_name: 'Sequential', config: { name: 's', layers } },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'model.json'), JSON.stringify(model));
  fs.writeFileSync(path.join(folder, 'weights.bin'), Buffer.alloc(4 * (54 + 2 + 4)));
  fs.writeFileSync(path.join(folder, 'metadata.json'), JSON.stringify(metadata));
}
