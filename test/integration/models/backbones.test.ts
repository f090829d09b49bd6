import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { input, model as makeModel } from '@tensorflow/tfjs-layers';
import { startEngine } from '../../../src/engines/wasm/maker.ts';
import { SeedSequence } from '../../../src/models/blocks.ts';
import { detectNetwork } from '../../../src/models/pretrained/detect.ts';
import { type Family, type FamilyName, families } from '../../../src/models/pretrained/families.ts';
import { loadByName } from '../../../src/models/pretrained/match.ts';
import { nameIn } from '../../../src/models/pretrained/naming.ts';
import { openWeightFile } from '../../../src/models/weights/open.ts';
import { pythonPeer } from '../../python-peers.ts';

const networks: [name: string, family: FamilyName, width?: number][] = [
  ['mobilenet_v2', 'mobilenet-v2'],
  ['vgg16', 'vgg16'],
  ['vgg19', 'vgg19'],
  ['squeezenet1_1', 'squeezenet'],
  ['densenet121', 'densenet121'],
  ['efficientnet_b0', 'efficientnet-b0'],
  ['efficientnet_b1', 'efficientnet-b1'],
  ['efficientnet_b2', 'efficientnet-b2'],
  ['efficientnet_b3', 'efficientnet-b3'],
  ['inception_v3', 'inception-v3'],
  ['timm:mobilenetv2_100', 'mobilenet-v2'],
  ['timm:mobilenetv2_140', 'mobilenet-v2', 1.4],
  ['timm:efficientnet_b0', 'efficientnet-b0'],
  ['timm:efficientnet_b2', 'efficientnet-b2'],
];

const skip = fs.existsSync(pythonPeer())
  ? false
  : 'no Python packages; make them with: node test/tools/tool.mjs python-peers';

describe('networks that others trained', { skip, timeout: 300_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-backbones-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  before(async () => {
    const script = fileURLToPath(new URL('../../python/backbones.py', import.meta.url));
    execFileSync(pythonPeer(), [script, folder, ...networks.map(([name]) => name)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await startEngine(2, true);
  });

  for (const [name, family, width = 1] of networks) {
    it(`${name} is recognised and gives PyTorch’s features`, () => {
      const file = path.join(folder, name.replace(':', '-'));
      const weights = openWeightFile(`${file}.pth`);
      const found = detectNetwork(weights);
      assert.deepEqual([found?.family, found?.width, found?.prefix], [family, width, '']);
      assert.equal(found?.classes, name.startsWith('vgg') ? null : 1000);
      const { side, x, shape, features } = JSON.parse(fs.readFileSync(`${file}.json`, 'utf8'));
      const image = input({ shape: [side, side, 3] });
      const { build, epsilon }: Family = families[family];
      const context = { seeds: new SeedSequence(1), flavor: 'torch' as const, epsilon, momentum: 0.9 };
      const network = makeModel({ inputs: image, outputs: build(image, context, width) });
      const match = loadByName(network, weights, (layer) => nameIn(found?.naming ?? 'torchvision', layer));
      weights.close();
      assert.deepEqual([match.missing, match.wrongShape], [[], []]);
      assert.equal(match.matched, network.weights.length);
      const extra = match.extra.filter((tensor) => !/^(classifier|AuxLogits|fc)\./.test(tensor));
      assert.deepEqual(extra, []);
      const result = network.predict(tf.tensor(x, [2, side, side, 3])) as tf.Tensor;
      assert.deepEqual(result.shape, shape);
      const { largest, worst } = compare(result.dataSync<'float32'>(), features);
      assert.ok(worst <= 1e-4 * Math.max(1, largest), `off by ${worst}, of ${largest}`);
      network.dispose();
      result.dispose();
    });
  }
});

function compare(found: Float32Array, expected: number[]): { largest: number; worst: number } {
  assert.equal(found.length, expected.length);
  let [largest, worst] = [0, 0];
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, Math.abs((found[i] as number) - value));
  }
  return { largest, worst };
}
