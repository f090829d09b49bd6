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
import { detectNetwork } from '../../../src/models/pretrained/detect.ts';
import { loadPretrained } from '../../../src/models/pretrained/load.ts';
import { openWeightFile } from '../../../src/models/weights/open.ts';
import { type Architecture, defaultConfig, type InputConfig } from '../../../src/training/config.ts';
import { fixedNormalization } from '../../../src/training/normalization.ts';
import { pythonPeer } from '../../python-peers.ts';

type Input = Exclude<InputConfig['normalize'], 'data-set'>;

const networks: [file: string, network: string, architecture: Architecture, input: Input, width?: number][] = [
  ['mobilenet.weights.h5', 'MobileNet', 'mobilenet-v1', 'minus-one-one'],
  ['mobilenet-050.old.h5', 'MobileNet@0.5', 'mobilenet-v1', 'minus-one-one', 0.5],
  ['mobilenet-025.keras', 'MobileNet@0.25', 'mobilenet-v1', 'minus-one-one', 0.25],
  ['mobilenet-075.h5', 'MobileNet@0.75', 'mobilenet-v1', 'minus-one-one', 0.75],
  ['mobilenet-v2.h5', 'MobileNetV2', 'mobilenet-v2', 'minus-one-one'],
  ['mobilenet-v2-035.nested.weights.h5', 'MobileNetV2@0.35', 'mobilenet-v2', 'minus-one-one', 0.35],
  ['mobilenet-v2-050.nested.h5', 'MobileNetV2@0.5', 'mobilenet-v2', 'minus-one-one', 0.5],
  ['mobilenet-v2-130.nested.keras', 'MobileNetV2@1.3', 'mobilenet-v2', 'minus-one-one', 1.3],
  ['mobilenet-v2-075.nameless.keras', 'MobileNetV2@0.75', 'mobilenet-v2', 'minus-one-one', 0.75],
  ['mobilenet-v2-140.weights.h5', 'MobileNetV2@1.4', 'mobilenet-v2', 'minus-one-one', 1.4],
  ['mobilenet-v3-small.keras', 'MobileNetV3Small', 'mobilenet-v3-small', 'minus-one-one'],
  ['mobilenet-v3-large.old.h5', 'MobileNetV3Large', 'mobilenet-v3-large', 'minus-one-one'],
  ['efficientnet-b0.latest.h5', 'EfficientNetB0', 'efficientnet-b0', 'zero-one'],
  ['efficientnet-b1.weights.h5', 'EfficientNetB1', 'efficientnet-b1', 'imagenet'],
  ['efficientnet-b2.keras', 'EfficientNetB2', 'efficientnet-b2', 'zero-one'],
  ['efficientnet-b3.old.h5', 'EfficientNetB3', 'efficientnet-b3', 'zero-one'],
  ['vgg16.nameless.weights.h5', 'VGG16', 'vgg16', 'caffe'],
  ['vgg19.old.h5', 'VGG19', 'vgg19', 'caffe'],
  ['resnet50.keras', 'ResNet50', 'resnet50', 'caffe'],
  ['resnet50.keras2.h5', 'ResNet50', 'resnet50', 'caffe'],
  ['resnet101.nameless.weights.h5', 'ResNet101', 'resnet101', 'caffe'],
  ['resnet50v2.h5', 'ResNet50V2', 'resnet50v2', 'minus-one-one'],
  ['resnet101v2.nested.nameless.weights.h5', 'ResNet101V2', 'resnet101v2', 'minus-one-one'],
  ['v3-small.h5', 'MobileNetV3Small@minimal', 'mobilenet-v3-small-minimalistic', 'minus-one-one'],
  ['v3-large.nameless.weights.h5', 'MobileNetV3Large@minimal', 'mobilenet-v3-large-minimalistic', 'minus-one-one'],
  ['densenet121.old.h5', 'DenseNet121', 'densenet121', 'imagenet'],
  ['inception-v3.weights.h5', 'InceptionV3', 'inception-v3', 'minus-one-one'],
  ['convnext-tiny.h5', 'ConvNeXtTiny', 'convnext-tiny', 'imagenet'],
  ['mobilenet-025.nested.keras213.weights.h5', 'MobileNet@0.25', 'mobilenet-v1', 'minus-one-one', 0.25],
  ['mobilenet-v2-075.nested.nameless.weights.h5', 'MobileNetV2@0.75', 'mobilenet-v2', 'minus-one-one', 0.75],
  ['mobilenet-v3-small.keras213.weights.h5', 'MobileNetV3Small', 'mobilenet-v3-small', 'minus-one-one'],
  ['mobilenet-v3-large.nested.nameless.weights.h5', 'MobileNetV3Large', 'mobilenet-v3-large', 'minus-one-one'],
  ['efficientnet-b2.nameless.weights.h5', 'EfficientNetB2', 'efficientnet-b2', 'zero-one'],
  ['densenet121.nested.nameless.weights.h5', 'DenseNet121', 'densenet121', 'imagenet'],
  ['inception-v3.nameless.weights.h5', 'InceptionV3', 'inception-v3', 'minus-one-one'],
  ['convnext-tiny.nameless.weights.h5', 'ConvNeXtTiny', 'convnext-tiny', 'imagenet'],
];

const skip = fs.existsSync(pythonPeer())
  ? false
  : 'no Python packages; make them with: node test/tools/tool.mjs python-peers';

/** What is no part of a network without its classifier. */
const heads =
  /^(predictions|conv_preds|conv_2|logits|dense|layers\/(dense(_36)?|normalization|conv2d_[34][12])\/|normalization\w*|\w*head_(layernorm|dense)|top_level_model_weights|seed)/i;

describe('files of Keras’ applications', { skip, timeout: 600_000 }, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-keras-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  before(async () => {
    const script = fileURLToPath(new URL('../../python/keras_applications.py', import.meta.url));
    const pairs = networks.map(([file, network]) => `${file}=${network}`);
    execFileSync(pythonPeer(), [script, folder, ...pairs], { stdio: ['ignore', 'ignore', 'pipe'] });
    await startEngine(2, true);
  });

  for (const [name, network, architecture, input, width = 1] of networks) {
    it(`${network} in ${name} is recognised and gives Keras’ features`, () => {
      const file = path.join(folder, name);
      const weights = openWeightFile(file);
      const found = detectNetwork(weights);
      weights.close();
      assert.deepEqual(
        [found?.architecture, found?.width, found?.flavor, found?.input],
        [architecture, width, 'keras', input],
      );
      const { side, shape: expected } = JSON.parse(fs.readFileSync(`${file}.json`, 'utf8'));
      const features = new Float32Array(new Uint8Array(fs.readFileSync(`${file}.features`)).buffer);
      const config = { ...defaultConfig.model, architecture, width, weights: file };
      const shape = { width: side, height: side, channels: 3 as const, classes: 2, seed: 1, designSide: 224 };
      const built = buildModel(config, shape);
      const match = loadPretrained(built, file, config, 'keras');
      assert.deepEqual(
        match.extra.filter((tensor) => !heads.test(tensor)),
        [],
      );
      const last = built.getLayer('features');
      const output = (expected.length === 4 ? last.input : last.output) as SymbolicTensor;
      const body = makeModel({ inputs: built.inputs, outputs: output });
      const pixels = tf.tensor(Float32Array.from(fs.readFileSync(`${file}.pixels`)), [2, side, side, 3]);
      const { mean, std } = fixedNormalization(input, 3);
      const result = body.predict(tf.div(tf.sub(tf.div(pixels, 255), mean), std)) as tf.Tensor;
      assert.deepEqual(result.shape, expected);
      const values = result.dataSync<'float32'>();
      let [largest, worst] = [0, 0];
      for (const [i, value] of features.entries()) {
        largest = Math.max(largest, Math.abs(value));
        worst = Math.max(worst, Math.abs((values[i] as number) - value));
      }
      assert.ok(worst <= 1e-4 * Math.max(1, largest), `off by ${worst}, of ${largest}`);
      built.dispose();
      tf.dispose([pixels, result]);
    });
  }
});
