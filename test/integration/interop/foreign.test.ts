import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findForeignRuns } from '../../../src/interop/foreign/find-runs.ts';
import type { ForeignRun } from '../../../src/interop/foreign/foreign-run.ts';
import { pythonPeer } from '../../python-peers.ts';

const python = pythonPeer();

/** Real logs of Keras and of PyTorch, and what TensorBoard itself reads from them. */
const script = `
import json, os, sys
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
root = sys.argv[1]
from torch.utils.tensorboard import SummaryWriter
writer = SummaryWriter(os.path.join(root, 'torch'))
for step in range(1, 501):
    writer.add_scalar('train/loss', 2.0 / step, step)
    if step % 100 == 0:
        writer.add_scalar('val/acc', step / 1000, step)
writer.add_histogram('weights', __import__('numpy').arange(10.0), 1)
writer.close()
import keras, numpy as np
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation='softmax')])
model.compile(keras.optimizers.Adam(0.05), 'sparse_categorical_crossentropy', metrics=['accuracy'])
x = np.random.rand(64, 4); y = (x[:, 0] > .5).astype(int)
os.makedirs(os.path.join(root, 'csv'))
history = model.fit(x, y, validation_split=.25, epochs=4, verbose=0, callbacks=[
    keras.callbacks.TensorBoard(os.path.join(root, 'keras'), write_graph=False),
    keras.callbacks.CSVLogger(os.path.join(root, 'csv', 'log.csv'))])
from tensorboard.plugins.hparams import api as hp
import tensorflow as tf
with tf.summary.create_file_writer(os.path.join(root, 'keras')).as_default():
    hp.hparams({'lr': 0.05, 'optimizer': 'adam', 'amsgrad': False})
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
reader = EventAccumulator(os.path.join(root, 'torch')); reader.Reload()
print(json.dumps({'history': {k: [float(v) for v in values] for k, values in history.history.items()},
    'torch': {tag: [[e.step, e.value] for e in reader.Scalars(tag)] for tag in reader.Tags()['scalars']}}))
`;

interface Answer {
  history: Record<string, number[]>;
  torch: Record<string, [step: number, value: number][]>;
}

describe('logs of real tools', { skip: fs.existsSync(python) ? false : `no ${python}`, timeout: 120_000 }, () => {
  let root = '';
  let answer: Answer;
  let runs: Map<string, ForeignRun>;
  before(async () => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-foreign-'));
    const text = execFileSync(python, ['-c', script, root], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    answer = JSON.parse(text.trim().split('\n').at(-1) as string) as Answer;
    const found = await findForeignRuns(root);
    assert.deepEqual(found.unreadable, []);
    runs = new Map(found.runs.map((run) => [run.run.name, run]));
  });
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  it('are found, each once', () => {
    assert.deepEqual([...runs.keys()].sort(), ['csv', 'keras', 'torch']);
  });
  it('scalars are those that TensorBoard reads', () => {
    const run = runs.get('torch') as ForeignRun;
    const accuracy = answer.torch['val/acc'] as Answer['torch'][string];
    assert.deepEqual(
      [...(run.curves.val_accuracy?.step ?? [])],
      accuracy.map(([step]) => step),
    );
    assert.deepEqual(
      [...(run.curves.val_accuracy?.mean ?? [])],
      [...Float32Array.from(accuracy, ([, value]) => value)],
    );
    const last = answer.torch['train/loss']?.at(-1) as [number, number];
    assert.equal(run.run.metrics.loss, last[1]);
  });
  it('training and validation of Keras are one run, with its hyper-parameters', () => {
    const { run, curves } = runs.get('keras') as ForeignRun;
    assert.deepEqual(run.params, { lr: 0.05, optimizer: 'adam', amsgrad: false });
    const history = answer.history.val_loss as number[];
    assert.deepEqual([...(curves.val_loss?.mean ?? [])], [...Float32Array.from(history)]);
    assert.deepEqual([...(curves.val_loss?.epoch ?? [])], [1, 2, 3, 4]);
    assert.equal(curves.loss?.mean.length, 4);
  });
  it('the CSV log says the same as the event files', () => {
    const [csv, events] = [runs.get('csv'), runs.get('keras')] as [ForeignRun, ForeignRun];
    assert.deepEqual(csv.curves.val_accuracy?.mean, events.curves.val_accuracy?.mean);
    assert.ok(Math.abs((csv.run.metrics.val_loss as number) - (events.run.metrics.val_loss as number)) < 1e-6);
  });
});
