import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { openEmbeddingNetwork } from '../../../src/embedding/network.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { wasmMaker } from '../../../src/engines/wasm/maker.ts';
import { toGraphModel } from '../../../src/export/tensorflow/graph-model.ts';
import type { FrozenNormalize } from '../../../src/models/frozen/frozen-network.ts';
import { writeModel } from '../../../src/models/save.ts';
import { openWeightFile } from '../../../src/models/weights/open.ts';
import { Problem } from '../../../src/problem.ts';
import { pythonPeer } from '../../python-peers.ts';
import { skip as noTensorFlow, startEngine as startTensorFlow } from '../tensorflow/support.ts';

const skip = fs.existsSync(pythonPeer())
  ? false
  : 'no Python packages; make them with: node test/tools/tool.mjs python-peers';
const [IMAGES, SIDE] = [3, 40];

describe('networks that run as they are', { skip, timeout: 180_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-frozen-'));
  let engine: Engine;
  let expected: Record<string, number[][]>;
  let pixels: Uint8Array;
  after(async () => {
    await engine.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  before(async () => {
    const script = fileURLToPath(new URL('../../python/frozen_networks.py', import.meta.url));
    execFileSync(pythonPeer(), [script, folder], { stdio: 'ignore' });
    expected = JSON.parse(fs.readFileSync(path.join(folder, 'expected.json'), 'utf8'));
    pixels = fs.readFileSync(path.join(folder, 'pixels'));
    engine = await wasmMaker.start({ threads: 2 });
  });

  async function featuresOf(on: Engine, file: string, choice: { output?: string; normalize?: FrozenNormalize } = {}) {
    const network = await openEmbeddingNetwork(path.join(folder, file), choice);
    const extractor = await network.createExtractor(on);
    const rows = await extractor.features({ pixels, labels: new Int32Array(IMAGES), size: IMAGES });
    extractor.dispose();
    network.dispose();
    return { rows, size: extractor.size, network };
  }

  function assertClose(rows: Float32Array, wanted: number[][]): void {
    const flat = wanted.flat();
    assert.equal(rows.length, flat.length);
    const largest = Math.max(1, ...flat.map(Math.abs));
    const worst = Math.max(...flat.map((value, i) => Math.abs(value - (rows[i] as number))));
    assert.ok(worst <= 1e-4 * largest, `off by ${worst}, of ${largest}`);
  }

  const table: [name: string, file: string, choice: { output?: string }, size: number][] = [
    ['what goes into the classifier', 'resnet18.onnx', {}, 512],
    ['an output by its name', 'resnet18.onnx:logits', { output: 'logits' }, 1000],
    ['weights in a file beside it', 'beside.onnx', {}, 512],
    ['TensorFlow’s layout, one image at once, a map averaged', 'maps.onnx', {}, 64],
  ];
  for (const [name, entry, choice, size] of table) {
    it(`ONNX: ${name}`, async () => {
      const found = await featuresOf(engine, entry.split(':')[0] as string, choice);
      assert.equal(found.size, size);
      if (entry === 'maps.onnx') assert.equal(found.network.normalize, 'minus-one-one');
      assertClose(found.rows, expected[entry] ?? []);
    });
  }

  it('ONNX: an unknown output is refused with the names there are', async () => {
    await assert.rejects(featuresOf(engine, 'resnet18.onnx', { output: 'nothing' }), (error) => {
      assert.ok(error instanceof Problem);
      assert.equal(error.code, 'unknown-output');
      assert.match(error.advice, /logits/);
      return true;
    });
  });

  it('ONNX: missing weights beside it are named', async () => {
    fs.copyFileSync(path.join(folder, 'beside.onnx'), path.join(folder, 'alone.onnx'));
    fs.renameSync(path.join(folder, 'beside.onnx.data'), path.join(folder, 'moved.data'));
    await assert.rejects(featuresOf(engine, 'alone.onnx'), /beside\.onnx\.data is missing beside it/);
  });

  it('a SavedModel needs TensorFlow, and says so', async () => {
    await assert.rejects(
      featuresOf(engine, 'saved'),
      (error) => error instanceof Problem && error.code === 'needs-tensorflow',
    );
  });

  it('TensorFlow.js: a graph model and a layers model give what the model gives', async () => {
    const network = smallNetwork();
    const known = await engine.createFeatureExtractor(
      network,
      { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
      'pooled',
    );
    const batch = { pixels, labels: new Int32Array(IMAGES), size: IMAGES };
    const wanted = await known.features(batch);
    known.dispose();
    const rows = Array.from({ length: IMAGES }, (_, i) => [...wanted.subarray(i * known.size, (i + 1) * known.size)]);
    const normalization = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
    const preprocess = {
      version: 1 as const,
      width: SIDE,
      height: SIDE,
      color: 'rgb' as const,
      resize: 'crop' as const,
      normalization,
    };
    const labels = ['a', 'b', 'c'];
    const weights = network.weights.map((weight) => {
      const data = weight.read().dataSync<'float32'>();
      return { name: weight.name, shape: weight.shape as number[], data: Float32Array.from(data) };
    });
    writeModel(path.join(folder, 'layers'), { model: network, preprocess, labels }, weights);
    assertClose((await featuresOf(engine, 'layers')).rows, rows);
    fs.mkdirSync(path.join(folder, 'graph'));
    const source = { name: 'small', version: '1', model: network, preprocess, labels };
    for (const { name, data } of toGraphModel(source, 'outside')) {
      fs.mkdirSync(path.dirname(path.join(folder, 'graph', name)), { recursive: true });
      fs.writeFileSync(path.join(folder, 'graph', name), data);
    }
    const graph = await featuresOf(engine, 'graph/model.json', { normalize: 'minus-one-one' });
    assertClose(graph.rows, rows);
    network.dispose();
  });

  for (const packed of ['float32', 'float16', 'uint16'] as const) {
    it(`TensorFlow.js: layers named as Keras names them become Loupe’s network, from ${packed}`, async () => {
      writeLikeTeachableMachine(path.join(folder, 'mobilenet.weights.h5'), path.join(folder, packed), packed);
      const choice = { side: SIDE };
      const found = await openEmbeddingNetwork(path.join(folder, packed), choice);
      const other = await openEmbeddingNetwork(path.join(folder, 'mobilenet.weights.h5'), choice);
      assert.match(found.name, /^mobilenet-v2 × 0\.35 \(/);
      const batch = { pixels, labels: new Int32Array(IMAGES), size: IMAGES };
      const [a, b] = [await found.createExtractor(engine), await other.createExtractor(engine)];
      const [rows, wanted] = [await a.features(batch), await b.features(batch)];
      const largest = Math.max(...wanted.map(Math.abs));
      const worst = Math.max(...wanted.map((value, i) => Math.abs(value - (rows[i] as number))));
      assert.ok(worst <= (packed === 'float32' ? 0 : 0.02) * largest, `off by ${worst}, of ${largest}`);
      for (const one of [a, b, found, other]) one.dispose();
    });
  }

  describe('on TensorFlow', { skip: noTensorFlow }, () => {
    let tensorflow: Engine;
    before(async () => {
      tensorflow = await startTensorFlow();
    });
    after(() => tensorflow.dispose());
    it('a SavedModel that Keras exported gives Keras’ features', async () => {
      const { rows, size, network } = await featuresOf(tensorflow, 'saved');
      assert.equal(size, 12);
      assert.equal(network.normalize, 'zero-one');
      assertClose(rows, expected.saved ?? []);
    });
    it('ONNX is the same there', async () => {
      assertClose((await featuresOf(tensorflow, 'resnet18.onnx')).rows, expected['resnet18.onnx'] ?? []);
    });
  });
});

function smallNetwork(): LayersModel {
  const image = input({ shape: [SIDE, SIDE, 3], name: 'image' });
  let x = layers.conv2d({ filters: 6, kernelSize: 3, strides: 2, activation: 'relu', name: 'conv' }).apply(image);
  x = layers.globalAveragePooling2d({ name: 'pooled' }).apply(x);
  x = layers.dense({ units: 3, name: 'logits' }).apply(x);
  x = layers.activation({ activation: 'softmax', name: 'probabilities' }).apply(x);
  return model({ inputs: image, outputs: x as SymbolicTensor, name: 'small' });
}

/** A layers model whose weights have Keras' names, without the layers themselves: what is looked at is names and weights. */
function writeLikeTeachableMachine(weightFile: string, folder: string, packed: 'float32' | 'float16' | 'uint16'): void {
  fs.mkdirSync(folder, { recursive: true });
  const source = openWeightFile(weightFile);
  const parts: Buffer[] = [];
  const weights = [...source.tensors].map(([name, { shape, read }]) => {
    const values = read();
    const [low, high] = values.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [0, 0]);
    const scale = (high - low) / 65535 || 1;
    if (packed === 'float32') parts.push(Buffer.from(values.buffer));
    else if (packed === 'uint16')
      parts.push(Buffer.from(Uint16Array.from(values, (value) => Math.round((value - low) / scale)).buffer));
    else parts.push(Buffer.from(Uint16Array.from(values, toHalf).buffer));
    const quantization = packed === 'uint16' ? { dtype: packed, scale, min: low } : { dtype: packed };
    const role = name.includes('depthwise/') ? name.replace('/kernel', '/depthwise_kernel') : name;
    return { name: role, shape, dtype: 'float32', ...(packed !== 'float32' && { quantization }) };
  });
  source.close();
  const whole = Buffer.concat(parts);
  const half = Math.floor(whole.length / 2);
  fs.writeFileSync(path.join(folder, 'group1-shard1of2.bin'), whole.subarray(0, half));
  fs.writeFileSync(path.join(folder, 'group1-shard2of2.bin'), whole.subarray(half));
  const manifest = [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights }];
  const json = { format: 'layers-model', modelTopology: { model_config: {} }, weightsManifest: manifest };
  fs.writeFileSync(path.join(folder, 'model.json'), JSON.stringify(json));
}

/** Binary16, cut off: close enough for a test. */
function toHalf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] as number;
  const exponent = ((bits >>> 23) & 255) - 112;
  if (exponent <= 0) return (bits >>> 16) & 0x8000;
  return ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 1023);
}
