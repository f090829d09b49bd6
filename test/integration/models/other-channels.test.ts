import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { model as makeModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { startEngine } from '../../../src/engines/wasm/maker.ts';
import { buildModel } from '../../../src/models/build.ts';
import { loadPretrained } from '../../../src/models/pretrained/load.ts';
import { type Architecture, defaultConfig } from '../../../src/training/config.ts';
import { pythonPeer } from '../../python-peers.ts';

const skip = fs.existsSync(pythonPeer())
  ? false
  : 'no Python packages; make them with: node test/tools/tool.mjs python-peers';

/** Colours and transparency, say; weights of each are a file that saw colours only. */
const CHANNELS = 4;
const networks: [name: string, architecture: Architecture][] = [
  ['resnet18', 'resnet18'],
  ['squeezenet1_1', 'squeezenet'],
];

describe('weights that saw colours, in a network for four channels', { skip, timeout: 120_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-channels-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  before(async () => {
    const script = fileURLToPath(new URL('../../python/other_channels.py', import.meta.url));
    execFileSync(pythonPeer(), [script, folder, String(CHANNELS), ...networks.map(([name]) => name)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await startEngine(2, true);
  });

  /** [2, height, width, channel] before they are averaged, flat, of a network with the file's weights; nothing of them may be missing. */
  function featuresOf(name: string, architecture: Architecture, x: tf.Tensor4D): { shape: number[]; values: number[] } {
    const [, height, width, channels] = x.shape;
    const config = { ...defaultConfig.model, architecture };
    const shape = { width, height, channels, classes: 2, seed: 1, designSide: 224 };
    const network = buildModel(config, shape);
    const { missing, wrongShape } = loadPretrained(network, path.join(folder, `${name}.pth`), config, 'torch');
    assert.deepEqual({ missing, wrongShape }, { missing: [], wrongShape: [] });
    const output = network.getLayer('features').input as SymbolicTensor;
    const result = makeModel({ inputs: network.inputs, outputs: output }).predict(x) as tf.Tensor;
    const values = [...result.dataSync<'float32'>()];
    network.dispose();
    return { shape: result.shape, values };
  }

  for (const [name, architecture] of networks) {
    it(`${name} gives what it gives once timm has adapted it`, () => {
      const { side, x, shape, features } = JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8'));
      const found = featuresOf(name, architecture, tf.tensor4d(x, [2, side, side, CHANNELS]));
      assert.deepEqual(found.shape, shape);
      assertEqual(found.values, features);
    });

    it(`${name} sees three quarters of the colours where the fourth channel is empty`, () => {
      const colors = tf.randomUniform<tf.Rank.R4>([2, 65, 65, 3], 0, 1, 'float32', 7);
      const empty = tf.zeros<tf.Rank.R4>([2, 65, 65, 1]);
      const four = tf.concat([tf.mul(colors, CHANNELS / 3), empty], 3) as tf.Tensor4D;
      assertEqual(featuresOf(name, architecture, four).values, featuresOf(name, architecture, colors).values);
    });

    it(`${name} sees the first channel again in the fourth`, () => {
      const four = tf.randomUniform<tf.Rank.R4>([2, 65, 65, CHANNELS], 0, 1, 'float32', 8);
      const [first, second, third, fourth] = tf.split(four, CHANNELS, 3) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const swapped = tf.concat([fourth, second, third, first], 3) as tf.Tensor4D;
      assertEqual(featuresOf(name, architecture, swapped).values, featuresOf(name, architecture, four).values);
    });
  }
});

/** Up to a ten-thousandth of the largest, which is not next to nothing. */
function assertEqual(found: number[], expected: number[]): void {
  assert.equal(found.length, expected.length);
  let [largest, worst] = [0, 0];
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, Math.abs((found[i] as number) - value));
  }
  assert.ok(largest > 1e-3, `the largest is ${largest}`);
  assert.ok(worst <= 1e-4 * largest, `off by ${worst}, of ${largest}`);
}
