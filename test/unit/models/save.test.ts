import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { NamedArray } from '../../../src/engines/engine.ts';
import type { Preprocess } from '../../../src/images/preprocess.ts';
import { buildModel } from '../../../src/models/build.ts';
import { readModel, writeModel, writeWeights } from '../../../src/models/save.ts';
import { defaultConfig } from '../../../src/training/config.ts';

const preprocess: Preprocess = {
  version: 1,
  ...{ width: 9, height: 7, color: 'rgb', resize: 'pad' },
  normalization: { mean: [0.1, 0.2, 0.3], std: [1, 1, 1] },
};
const labels = ['a', 'b', 'ü “c”'];

function build(seed: number, architecture: 'small-cnn' | 'resnet18' = 'resnet18'): LayersModel {
  const config = { ...defaultConfig.model, architecture, width: 0.125 };
  return buildModel(config, { width: 9, height: 7, channels: 3, classes: 3, seed });
}

function weightsOf(model: LayersModel): NamedArray[] {
  return model.weights.map((weight) => ({
    name: weight.originalName,
    shape: weight.shape as number[],
    data: weight.read().dataSync() as Float32Array,
  }));
}

function predict(model: LayersModel): number[] {
  return tf.tidy(() => [...(model.predict(tf.reshape(tf.linspace(0, 1, 189), [1, 7, 9, 3])) as tf.Tensor).dataSync()]);
}

describe('model folder', () => {
  let folder = '';
  before(async () => {
    await tf.setBackend('cpu');
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-model-'));
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  for (const architecture of ['small-cnn', 'resnet18'] as const) {
    it(`gives back a ${architecture} with its contract and labels`, async () => {
      const model = build(1, architecture);
      const at = path.join(folder, architecture);
      writeModel(at, { model, preprocess, labels }, weightsOf(model));
      const read = await readModel(at);
      assert.deepEqual(predict(read.model), predict(model));
      assert.deepEqual(read.preprocess, preprocess);
      assert.deepEqual(read.labels, labels);
    });
  }

  it('loads in stock TensorFlow.js, also after its weights were replaced', async () => {
    const other = build(2);
    writeModel(folder, { model: build(1), preprocess, labels }, weightsOf(build(1)));
    writeWeights(folder, weightsOf(other));
    const json = JSON.parse(fs.readFileSync(path.join(folder, 'model.json'), 'utf8'));
    assert.deepEqual(json.weightsManifest[0].paths, ['weights.bin']);
    const served: typeof fetch = async (url) => {
      const name = new URL(String(url)).pathname;
      return new Response(new Uint8Array(fs.readFileSync(path.join(folder, name))));
    };
    const stock = await loadLayersModel('http://model.test/model.json', { fetchFunc: served });
    assert.deepEqual(predict(stock), predict(other));
  });

  it('says so where there is no model', async () => {
    await assert.rejects(readModel(path.join(folder, 'none')), { code: 'no-model' });
  });

  it('says so where the weights do not fit', async () => {
    const at = path.join(folder, 'damaged');
    writeModel(at, { model: build(1), preprocess, labels }, weightsOf(build(1)));
    fs.truncateSync(path.join(at, 'weights.bin'), 100);
    await assert.rejects(readModel(at), { code: 'bad-model' });
  });
});
