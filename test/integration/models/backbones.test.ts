import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, model as makeModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { startEngine } from '../../../src/engines/wasm/maker.ts';
import { buildModel } from '../../../src/models/build.ts';
import { detectNetwork } from '../../../src/models/pretrained/detect.ts';
import { flavorOf } from '../../../src/models/pretrained/flavor.ts';
import { loadPretrained } from '../../../src/models/pretrained/load.ts';
import { openWeightFile } from '../../../src/models/weights/open.ts';
import { type Architecture, defaultConfig } from '../../../src/training/config.ts';
import { pythonPeer } from '../../python-peers.ts';

const networks: [name: string, architecture: Architecture, width?: number][] = [
  ['mobilenet_v2', 'mobilenet-v2'],
  ['mobilenet_v2@0.35', 'mobilenet-v2', 0.35],
  ['mobilenet_v2@0.5', 'mobilenet-v2', 0.5],
  ['mobilenet_v2@0.75', 'mobilenet-v2', 0.75],
  ['mobilenet_v2@1.3', 'mobilenet-v2', 1.3],
  ['resnet18', 'resnet18'],
  ['resnet34', 'resnet34'],
  ['resnet50', 'resnet50'],
  ['resnet101', 'resnet101'],
  ['vgg16', 'vgg16'],
  ['vgg19', 'vgg19'],
  ['squeezenet1_1', 'squeezenet'],
  ['densenet121', 'densenet121'],
  ['efficientnet_b0', 'efficientnet-b0'],
  ['efficientnet_b1', 'efficientnet-b1'],
  ['efficientnet_b2', 'efficientnet-b2'],
  ['efficientnet_b3', 'efficientnet-b3'],
  ['inception_v3', 'inception-v3'],
  ['mobilenet_v3_small', 'mobilenet-v3-small'],
  ['mobilenet_v3_large', 'mobilenet-v3-large'],
  ['convnext_tiny', 'convnext-tiny'],
  ['places365:resnet18', 'resnet18'],
  ['safetensors:resnet34', 'resnet34'],
  ['timm:mobilenetv1_100', 'mobilenet-v1'],
  ['timm:mobilenetv2_100', 'mobilenet-v2'],
  ['timm:mobilenetv2_140', 'mobilenet-v2', 1.4],
  ['timm:efficientnet_b0', 'efficientnet-b0'],
  ['timm:efficientnet_b2', 'efficientnet-b2'],
  ['timm:mobilenetv3_small_100', 'mobilenet-v3-small'],
  ['timm:mobilenetv3_large_100', 'mobilenet-v3-large'],
  ['timm:tf_mobilenetv3_small_100', 'mobilenet-v3-small'],
  ['timm:tf_efficientnet_b0', 'efficientnet-b0'],
  ['timm:tf_mobilenetv3_large_minimal_100', 'mobilenet-v3-large-minimalistic'],
  ['hub:tf_mobilenetv3_large_100', 'mobilenet-v3-large'],
  ['hub:tf_efficientnet_b2', 'efficientnet-b2'],
  ['timm:resnet18', 'resnet18'],
  ['timm:convnext_tiny', 'convnext-tiny'],
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

  for (const [name, architecture, width = 1] of networks) {
    it(`${name} is recognised and gives PyTorch’s features`, () => {
      const isHub = name.startsWith('hub:');
      const file = path.join(folder, ...(isHub ? ['hub', name.slice(7), 'model'] : name.split(':')));
      const stored = `${file}.${isHub || name.startsWith('safetensors:') ? 'safetensors' : 'pth'}`;
      const weights = openWeightFile(stored);
      const found = detectNetwork(weights);
      weights.close();
      const places = name.startsWith('places365:');
      const flavor = name.includes(':tf_') ? 'keras' : 'torch';
      assert.deepEqual([found?.flavor, found?.isFlavorGuessed], [flavor, undefined]);
      assert.deepEqual(
        [found?.architecture, found?.width, found?.prefix],
        [architecture, width, places ? 'module.' : ''],
      );
      assert.equal(found?.classes, /^(vgg|mobilenet_v3)/.test(name) ? null : places ? 365 : 1000);
      const { side, x, shape: expected, features } = JSON.parse(fs.readFileSync(`${file}.json`, 'utf8'));
      const config = { ...defaultConfig.model, architecture, width };
      const shape = {
        width: side,
        height: side,
        channels: 3 as const,
        classes: 2,
        seed: 1,
        designSide: 224,
        flavor,
      } as const;
      const network = buildModel(config, shape);
      const before = spreads(network);
      const match = loadPretrained(network, stored, config, flavor);
      // timm begins otherwise.
      if (!/^(timm|hub):/.test(name)) assertAlike(before, spreads(network));
      const extra = match.extra.filter(
        (tensor) => !/^(module\.)?(classifier|AuxLogits|fc|head|conv_head)\./.test(tensor),
      );
      assert.deepEqual(extra, []);
      // ConvNeXt's norm stands behind the averages.
      const last = network.getLayer(architecture === 'convnext-tiny' ? 'averages' : 'features');
      const body = makeModel({ inputs: network.inputs, outputs: last.input as SymbolicTensor });
      const result = body.predict(tf.tensor(x, [2, side, side, 3])) as tf.Tensor;
      assert.deepEqual(result.shape, expected);
      const { largest, worst } = compare(result.dataSync<'float32'>(), features);
      assert.ok(worst <= 1e-4 * Math.max(1, largest), `off by ${worst}, of ${largest}`);
      network.dispose();
      result.dispose();
    });
  }

  it('timm’s tf_ networks are told by their names or config.json, and else said to be guessed', () => {
    const nameless = path.join(folder, 'best.pth');
    fs.copyFileSync(path.join(folder, 'timm', 'tf_efficientnet_b0.pth'), nameless);
    const hub = path.join(folder, 'hub', 'mobilenetv3_large_100', 'model.safetensors');
    const seen = [nameless, hub].map((file) => {
      const weights = openWeightFile(file);
      weights.close();
      const { flavor, isFlavorGuessed, input } = detectNetwork(weights) ?? {};
      return [flavor, isFlavorGuessed, input];
    });
    assert.deepEqual(seen, [
      ['torch', true, 'imagenet'],
      ['keras', undefined, 'minus-one-one'],
    ]);
    const config = { ...defaultConfig.model, architecture: 'mobilenet-v3-large' as const };
    const shape = { width: 64, height: 64, channels: 3 as const, classes: 2, seed: 1, designSide: 224 };
    const network = buildModel({ ...config, weights: hub }, shape);
    const load = () => loadPretrained(network, hub, config, flavorOf({ ...config, weights: hub }));
    assert.throws(load, { code: 'weights-do-not-fit', advice: /tf_mobilenetv3_large_100/ });
    network.dispose();
  });

  for (const [name, architecture] of [
    ['resnet18', 'resnet18'],
    ['densenet121', 'densenet121'],
    ['squeezenet1_1', 'squeezenet'],
  ] as const) {
    it(`${name} for grey pictures gives what it gave of them in colour`, () => {
      const config = { ...defaultConfig.model, architecture };
      const features = ([1, 3] as const).map((channels) => {
        const shape = { width: 65, height: 65, channels, classes: 2, seed: 1, designSide: 224 };
        const network = buildModel(config, shape);
        assert.deepEqual(loadPretrained(network, path.join(folder, `${name}.pth`), config, 'torch').missing, []);
        const grey = tf.randomUniform([2, 65, 65, 1], 0, 1, 'float32', 7);
        const body = makeModel({
          inputs: network.inputs,
          outputs: network.getLayer('features').output as SymbolicTensor,
        });
        const result = body.predict(channels === 1 ? grey : tf.concat([grey, grey, grey], 3)) as tf.Tensor;
        network.dispose();
        return result.dataSync<'float32'>();
      });
      const { largest, worst } = compare(features[0] as Float32Array, [...(features[1] as Float32Array)]);
      assert.ok(worst <= 1e-4 * Math.max(1, largest), `off by ${worst}, of ${largest}`);
    });
  }
});

/** Of each convolution's kernel: its standard deviation and its number of values. */
function spreads(network: LayersModel): Map<string, { deviation: number; values: number }> {
  const kernels = network.weights.filter(({ name, shape }) => shape.length === 4 && !name.includes('layer_scale'));
  return new Map(
    kernels.map((weight) => {
      const values = weight.read().dataSync<'float32'>();
      const squares = values.reduce((sum, value) => sum + value * value, 0);
      return [weight.name, { deviation: Math.sqrt(squares / values.length), values: values.length }];
    }),
  );
}

/** Within five standard errors of a normal distribution's. */
function assertAlike(ours: ReturnType<typeof spreads>, theirs: ReturnType<typeof spreads>): void {
  assert.ok(ours.size > 0);
  for (const [name, { deviation, values }] of ours) {
    const ratio = deviation / (theirs.get(name)?.deviation ?? 0);
    assert.ok(Math.abs(ratio - 1) < 5 / Math.sqrt(values), `${name} begins ${ratio} times as wide`);
  }
}

function compare(found: Float32Array, expected: number[]): { largest: number; worst: number } {
  assert.equal(found.length, expected.length);
  let [largest, worst] = [0, 0];
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, Math.abs((found[i] as number) - value));
  }
  return { largest, worst };
}
