import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { curveName } from '../../../src/interop/foreign/curve-names.ts';
import { findForeignRuns } from '../../../src/interop/foreign/find-runs.ts';
import { flatYaml } from '../../../src/interop/foreign/flat-yaml.ts';
import { temporaryFolder } from '../jobs/temporary.ts';

/** Writes files by their paths, and tells what is found in them. */
async function found(t: TestContext, files: Record<string, string>) {
  const root = temporaryFolder(t);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  const { runs, unreadable } = await findForeignRuns(root);
  return { runs, unreadable, only: runs[0] as (typeof runs)[0] };
}

describe('names of curves', () => {
  for (const [theirs, ours] of [
    ['epoch_accuracy', 'accuracy'],
    ['val_epoch_loss', 'val_loss'],
    ['val/acc', 'val_accuracy'],
    ['val_sparse_categorical_accuracy', 'val_accuracy'],
    ['train_loss_step', 'loss'],
    ['training/loss', 'loss'],
    ['lr', 'learning_rate'],
    ['lr-Adam', 'learning_rate'],
    ['train/learning_rate', 'learning_rate'],
    ['test_acc', 'test_accuracy'],
    ['val/f1', 'val/f1'],
    ['accuracy_of_nothing', 'accuracy_of_nothing'],
    ['loss_scale', 'loss_scale'],
  ]) {
    it(`${theirs} is ${ours}`, () => assert.equal(curveName(theirs as string), ours));
  }
});

describe('flat YAML', () => {
  it('reads scalars of nested keys and passes over the rest', () => {
    const text = `# settings
lr: 0.001 # small
name: 'a: b'
flag: true
nothing: null
model:
  width: 64
  layers:
    - 1
    - 2
  act: relu
seed: 1e3
url: file:///x#y
`;
    assert.deepEqual(flatYaml(text), {
      lr: 0.001,
      name: 'a: b',
      flag: true,
      'model.width': 64,
      'model.act': 'relu',
      seed: 1000,
      url: 'file:///x#y',
    });
  });
});

describe('runs of other tools', () => {
  it('Keras CSVLogger: one line an epoch, figures of the best one', async (t) => {
    const { runs, only } = await found(t, {
      'run1/log.csv':
        'epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,1.1,0.6,0.9\n1,0.7,0.8,0.75,0.6\n2,0.9,0.3,0.7,0.8\n',
      'run1/other.csv': 'path,label\na.png,cat\n',
    });
    assert.equal(runs.length, 1);
    assert.equal(only.run.name, 'run1');
    assert.equal(only.run.foreign, 'Keras CSV');
    assert.deepEqual(only.run.metrics, {
      accuracy: 0.9,
      loss: 0.3,
      val_accuracy: 0.75,
      val_loss: 0.6,
      epoch: 3,
      best_epoch: 2,
    });
    assert.deepEqual([...(only.curves.val_loss?.epoch ?? [])], [1, 2, 3]);
  });
  it('Lightning: sparse lines, settings beside them', async (t) => {
    const { only } = await found(t, {
      'lightning_logs/version_0/metrics.csv':
        'epoch,lr-Adam,step,train_loss_step,val_acc,val_loss\n0,,49,1.5,,\n0,,99,1.2,,\n0,,99,,0.5,1.3\n,0.001,49,,,\n1,,149,0.9,,\n1,,199,,0.8,0.7\n',
      'lightning_logs/version_0/hparams.yaml': 'lr: 0.001\nbatch_size: 32\n',
    });
    assert.equal(only.run.foreign, 'Lightning');
    assert.equal(only.run.name, 'lightning_logs/version_0');
    assert.deepEqual(only.run.params, { lr: 0.001, batch_size: 32 });
    assert.equal(only.run.metrics.val_accuracy, 0.8);
    assert.deepEqual([...(only.curves.loss?.step ?? [])], [49, 99, 149]);
  });
  it('MLflow: params, metrics with history, name, state', async (t) => {
    const base = 'mlruns/0/abc123';
    const { only } = await found(t, {
      'mlruns/0/meta.yaml': 'experiment_id: "0"\nname: Default\n',
      [`${base}/meta.yaml`]: 'run_name: fast-fox-1\nstart_time: 1700000000000\nstatus: 3\nrun_id: abc123\n',
      [`${base}/params/lr`]: '0.01',
      [`${base}/params/augment`]: 'True',
      [`${base}/metrics/val_acc`]: '1700000001000 0.5 0\n1700000002000 0.75 1\n',
      [`${base}/metrics/val/loss`]: '1700000002000 0.7 1\n',
      [`${base}/tags/mlflow.runName`]: 'fast-fox-1',
      [`${base}/tags/mlflow.note.content`]: 'the good one',
      [`${base}/tags/team`]: 'vision',
    });
    assert.equal(only.run.name, 'fast-fox-1');
    assert.deepEqual(only.run.params, { lr: 0.01, augment: true });
    assert.equal(only.run.metrics.val_accuracy, 0.75);
    assert.equal(only.run.metrics.val_loss, 0.7);
    assert.deepEqual([only.run.state, only.run.note, only.run.tags], ['done', 'the good one', ['team']]);
    assert.deepEqual([...(only.curves.val_accuracy?.time ?? [])], [0, 1]);
  });
  it('DVCLive: metrics, plots, parameters', async (t) => {
    const { only } = await found(t, {
      'exp/dvclive/metrics.json': '{"val": {"acc": 0.9, "loss": 0.2}, "step": 1, "size": 12}',
      'exp/dvclive/params.yaml': 'lr: 0.1\n',
      'exp/dvclive/plots/metrics/val/acc.tsv': 'step\tval/acc\n0\t0.8\n1\t0.9\n',
    });
    assert.equal(only.run.foreign, 'DVC');
    assert.equal(only.run.metrics.val_accuracy, 0.9);
    assert.equal(only.run.metrics.val_loss, 0.2);
    assert.equal(only.run.metrics.size, 12);
    assert.equal(only.curves.val_accuracy?.step.length, 2);
  });
  it('what is damaged is told, and the rest is read', async (t) => {
    const { runs, unreadable } = await found(t, {
      'a/metrics.json': '{ torn',
      'a/dvc.yaml': 'stages: {}\n',
      'b/log.csv': 'epoch,loss\n0,1\n',
    });
    assert.equal(runs.length, 1);
    assert.equal(unreadable.length, 1);
  });
  it('an ordinary folder has none, a missing one neither', async (t) => {
    assert.equal((await found(t, { 'src/a.csv': 'x,y\n1,2\n', 'package.json': '{}' })).runs.length, 0);
    assert.deepEqual((await findForeignRuns(path.join(temporaryFolder(t), 'nowhere'))).runs, []);
  });
});
