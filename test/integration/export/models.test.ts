import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel } from '@tensorflow/tfjs-layers';
import { chooseEngine } from '../../../src/engines/choose.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import type { ExportFile } from '../../../src/export/files.ts';
import { toKeras } from '../../../src/export/keras/keras.ts';
import { toOnnx } from '../../../src/export/onnx/onnx.ts';
import { toGraphModel } from '../../../src/export/tensorflow/graph-model.ts';
import { toSavedModel } from '../../../src/export/tensorflow/saved-model.ts';
import { toLayersModel } from '../../../src/export/tfjs.ts';
import { Problem } from '../../../src/problem.ts';
import { pythonPeer } from '../../python-peers.ts';
import { apply, networks, notPossible, oneLayerNetwork } from './networks.ts';
import { type Exported, exportSource } from './sources.ts';

const python = pythonPeer();
const skip = fs.existsSync(python) ? false : `no Python peers; make them with: node test/tools/python-peers.ts`;

/** Largest difference of a probability. */
const CLOSE = 1e-5;

describe('exported models', { timeout: 600_000 }, () => {
  let engine: Engine;
  const exported = new Map<string, Exported>();

  before(async () => {
    engine = (await chooseEngine({ name: 'wasm', threads: 2, adapter: '', precision: 'float32' })).engine;
    for (const [name, build] of Object.entries(networks)) {
      exported.set(name, await exportSource(engine, name, build()));
    }
  });
  after(() => engine.dispose());

  it('the networks tell the pictures apart, so that equal probabilities mean something', () => {
    for (const [name, { probabilities, shape }] of exported) {
      const classes = probabilities.length / shape[0];
      const rows = Array.from({ length: shape[0] }, (_, i) => probabilities.subarray(i * classes, (i + 1) * classes));
      const [first, ...others] = rows as [Float32Array, ...Float32Array[]];
      assert.ok(
        rows.some((row) => Math.max(...row) < 0.999),
        `${name} is sure of everything: ${rows.join(' | ')}`,
      );
      assert.ok(
        others.some((row) => difference(row, first) > 1e-3),
        `${name} says the same of every picture: ${rows.join(' | ')}`,
      );
    }
  });

  describe('in Python', { skip }, () => {
    let gaps: Record<string, number> = {};
    let losses: number[] = [];

    before(() => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-export-'));
      try {
        for (const [name, one] of exported) writeModels(path.join(folder, name), name, one);
        const script = path.join(import.meta.dirname, 'read_models.py');
        const output = execFileSync(python, [script, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
        ({ gaps, losses } = JSON.parse(output.trimEnd().split('\n').at(-1) ?? ''));
      } finally {
        fs.rmSync(folder, { recursive: true, force: true });
      }
    });

    for (const name of Object.keys(networks)) {
      for (const format of ['onnx', 'keras', 'savedmodel']) {
        if (notPossible[name]?.includes(format)) continue;
        it(`${name} as ${format} gives Loupe's probabilities, with preprocessing inside and outside`, () => {
          for (const place of ['inside', 'outside']) {
            const gap = gaps[`${name} ${format} ${place}`];
            assert.ok(gap !== undefined && gap < CLOSE, `${place}: ${gap}`);
          }
        });
      }
    }

    it('Keras goes on training an exported model, and saves it again', () => {
      assert.equal(losses.length, 12);
      assert.ok((losses.at(-1) as number) < 0.8 * (losses[0] as number), `${losses}`);
    });
  });

  const inJavaScript = (format: string) => Object.keys(networks).filter((name) => !notPossible[name]?.includes(format));

  for (const name of inJavaScript('tfjs-graph')) {
    it(`${name} as a graph model gives Loupe's probabilities in TensorFlow.js`, async () => {
      const { source, shape, pixels, probabilities } = exported.get(name) as Exported;
      const graph = await loadGraphModel(readFiles(toGraphModel(source, 'inside')));
      const predicted = graph.predict(tf.tensor4d(Int32Array.from(pixels), shape, 'int32')) as tf.Tensor;
      assert.ok(difference(await predicted.data<'float32'>(), probabilities) < CLOSE);
      assert.deepEqual(JSON.parse(String(metadataOf(graph)?.labels)), source.labels);
    });
  }

  for (const name of inJavaScript('tfjs')) {
    it(`${name} as a layers model gives Loupe's probabilities in TensorFlow.js`, async () => {
      const { source, shape, normalized, probabilities } = exported.get(name) as Exported;
      const model = await loadLayersModel(readFiles(toLayersModel(source)));
      const predicted = model.predict(tf.tensor4d(normalized, shape)) as tf.Tensor;
      assert.ok(difference(await predicted.data<'float32'>(), probabilities) < CLOSE);
    });
  }

  const refused: [string, () => LayersModel, (source: Exported['source']) => unknown, RegExp][] = [
    [
      'a layer ONNX files are not written with',
      () => oneLayerNetwork((x) => apply(layers.upSampling2d({ name: 'bigger' }), x)),
      (source) => toOnnx(source, 'inside'),
      /“bigger” \(UpSampling2D\) can't be written as ONNX/,
    ],
    [
      'an activation Keras does not have',
      () => oneLayerNetwork((x) => apply(layers.activation({ name: 'old', activation: 'gelu_new' }), x)),
      (source) => toKeras(source, 'inside', 0),
      /“old” \(Activation\) can't be written as a Keras model: Keras has no activation like gelu_new/,
    ],
    [
      'an activation graph models do not have',
      () => oneLayerNetwork((x) => apply(layers.activation({ activation: 'softsign' }), x)),
      (source) => toGraphModel(source, 'inside'),
      /Softsign, which TensorFlow.js graph models don't have/,
    ],
    [
      'a batch norm over another axis',
      () => oneLayerNetwork((x) => apply(layers.batchNormalization({ name: 'rows', axis: 1 }), x)),
      (source) => toOnnx(source, 'inside'),
      /“rows” \(BatchNormalization\).*its axis is 1/,
    ],
  ];
  for (const [what, build, write, message] of refused) {
    it(`${what} is refused by name`, () => {
      const { source } = exported.get('small-cnn') as Exported;
      assert.throws(
        () => write({ ...source, model: build() }),
        (error: unknown) =>
          error instanceof Problem && error.code === 'layer-not-exportable' && message.test(error.message),
      );
    });
  }
});

function writeModels(folder: string, name: string, { source, shape, pixels, normalized, probabilities }: Exported) {
  const files: ExportFile[] = [
    { name: 'shape.json', data: JSON.stringify(shape) },
    { name: 'pixels.bin', data: pixels },
    { name: 'normalized.bin', data: bytesOf(normalized) },
    { name: 'probabilities.bin', data: bytesOf(probabilities) },
  ];
  for (const place of ['inside', 'outside'] as const) {
    files.push({ name: `${place}.onnx`, data: toOnnx(source, place) });
    const possible = (format: string) => !notPossible[name]?.includes(format);
    if (possible('keras')) files.push({ name: `${place}.keras`, data: toKeras(source, place, 0) });
    const savedModel = possible('savedmodel') ? toSavedModel(source, place) : [];
    files.push(...savedModel.map((file) => ({ ...file, name: `${place}.savedmodel/${file.name}` })));
  }
  for (const { name: file, data } of files) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), data);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A model's files as TensorFlow.js reads them from a server. */
function readFiles(files: ExportFile[]): tf.io.IOHandler {
  const [model, weights] = files.map(({ data }) => data);
  const { modelTopology, weightsManifest, signature, userDefinedMetadata } = JSON.parse(String(model));
  const weightSpecs = weightsManifest.flatMap((group: { weights: tf.io.WeightsManifestEntry[] }) => group.weights);
  const weightData = Uint8Array.from(weights as Uint8Array).buffer;
  return { load: async () => ({ modelTopology, weightSpecs, weightData, signature, userDefinedMetadata }) };
}

function metadataOf(graph: object): Record<string, unknown> | undefined {
  return (graph as { metadata?: Record<string, unknown> }).metadata;
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] as number))));
}
