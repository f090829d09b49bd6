import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setBackend } from '@tensorflow/tfjs-core';
import { plainTraining } from '../../../src/engines/engine.ts';
import { dataType } from '../../../src/engines/tensorflow/graph/types.ts';
import { lowerExplainer, lowerPredictor } from '../../../src/engines/tensorflow/lower/inference.ts';
import { fullPrecision } from '../../../src/engines/tensorflow/lower/pass.ts';
import { lowerTrainer } from '../../../src/engines/tensorflow/lower/trainer-graph.ts';
import { buildModel } from '../../../src/models/build.ts';
import type { RowRnnVariant } from '../../../src/models/row-rnn.ts';
import { type Architecture, defaultConfig } from '../../../src/training/config.ts';

/** All but the recurrent ones, which run layer by layer, and a network that a file brings. */
const architectures: Record<Exclude<Architecture, RowRnnVariant | 'layers-model'>, number> = {
  'small-cnn': 32,
  resnet18: 64,
  resnet34: 64,
  resnet50: 64,
  resnet101: 64,
  resnet50v2: 64,
  resnet101v2: 64,
  'mobilenet-v1': 64,
  'mobilenet-v2': 64,
  'mobilenet-v3-small': 64,
  'mobilenet-v3-large': 64,
  'mobilenet-v3-small-minimalistic': 64,
  'mobilenet-v3-large-minimalistic': 64,
  'efficientnet-b0': 64,
  'efficientnet-b1': 64,
  'efficientnet-b2': 64,
  'efficientnet-b3': 64,
  'convnext-tiny': 64,
  densenet121: 64,
  'inception-v3': 96,
  squeezenet: 64,
  vgg16: 64,
  vgg19: 64,
};

/** Networks that normalise what no convolution precedes. */
const normalisesFirst: readonly Architecture[] = ['densenet121', 'resnet50v2', 'resnet101v2'];

describe('recurrent networks', () => {
  for (const [architecture, layer] of [
    ['row-lstm', 'LSTM'],
    ['row-gru', 'GRU'],
  ] as const) {
    it(`${architecture} is refused by the layer's name, so that it runs layer by layer`, async () => {
      await import('@tensorflow/tfjs-backend-cpu');
      await setBackend('cpu');
      const config = { ...defaultConfig.model, architecture };
      const model = buildModel(config, { width: 16, height: 16, channels: 3, classes: 5, seed: 1 });
      const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
      assert.throws(() => lowerPredictor(model, normalization, fullPrecision), {
        code: 'layer-not-supported',
        message: new RegExp(`“features” \\(${layer}\\)`),
      });
      model.dispose();
    });
  }
});

describe('every architecture becomes a graph', { timeout: 240_000 }, () => {
  before(async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await setBackend('cpu');
  });

  for (const [architecture, side] of Object.entries(architectures) as [Architecture, number][]) {
    it(architecture, () => {
      const config = { ...defaultConfig.model, architecture };
      const model = buildModel(config, { width: side, height: side, channels: 3, classes: 5, seed: 1 });
      const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
      const options = { ...plainTraining, optimizer: defaultConfig.training.optimizer, normalization, seed: 1 };
      const mixed = { products: dataType.bfloat16, depthwise: dataType.float };
      const { graph, slots } = lowerTrainer(model, options, mixed);
      assert.equal(slots.length, 2 * model.trainableWeights.length);
      // What is left of batch norm after folding is what no convolution precedes.
      const unfolded = lowerPredictor(model, normalization, fullPrecision)
        .nodes()
        .filter(({ operation }) => operation === 'FusedBatchNormV3').length;
      const norms = model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization').length;
      if (!normalisesFirst.includes(architecture)) assert.equal(unfolded, 0);
      else assert.ok(unfolded > 0 && unfolded < norms);
      assert.ok(lowerExplainer(model, normalization).height > 1);
      assert.ok(graph.nodes().length > model.layers.length);
      model.dispose();
    });
  }
});
