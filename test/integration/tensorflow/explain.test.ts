import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model as makeModel,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import type { Engine } from '../../../src/engines/engine.ts';
import { EngineError } from '../../../src/engines/engine-error.ts';
import { Problem } from '../../../src/problem.ts';
import { normalized } from './reference.ts';
import { difference, options, randomBatch, scramble, skip, startEngine } from './support.ts';

const { normalization } = options();

describe('class maps and features', { skip, timeout: 60_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });

  it('maps are Grad-CAM of the last layer with a height and a width', async () => {
    for (const [model, layer] of [
      [residual(), 'sum'],
      [flat(), 'last.bn'],
      [nested(), 'tail'],
    ] as const) {
      const batch = randomBatch(model, 4, 3);
      const classes = Int32Array.of(2, 0, 1, 2);
      const explainer = await engine.createExplainer(model, normalization);
      const { maps, height, width } = await explainer.explain(batch, classes);
      explainer.dispose();
      const expected = gradCam(model, layer, normalized(model, batch, normalization), classes);
      assert.deepEqual([batch.size, height, width], expected.shape);
      assert.ok(maps.some((value) => value > 0));
      assert.ok(difference(maps, expected.dataSync()) < 1e-5, layer);
    }
  });

  it('a model without convolutions has nothing to map on', async () => {
    const model = sequential({
      layers: [
        layers.flatten({ inputShape: [4, 4, 3] }),
        layers.dense({ units: 3 }),
        layers.activation({ activation: 'softmax' }),
      ],
    });
    const failure = await engine.createExplainer(model, normalization).catch((error: unknown) => error);
    assert.ok(failure instanceof EngineError);
  });

  it('features are a layer’s output, averaged over its positions', async () => {
    const model = residual();
    const batch = randomBatch(model, 5, 4);
    const x = normalized(model, batch, normalization);
    for (const layer of [undefined, 'conv', 'bn', 'sum', 'logits']) {
      const extractor = await engine.createFeatureExtractor(model, normalization, layer);
      const values = await extractor.features(batch);
      const output = makeModel({ inputs: model.inputs, outputs: outputOf(model, layer ?? 'pool') });
      const y = output.predict(x) as tf.Tensor;
      const expected = y.rank === 4 ? tf.mean(y, [1, 2]) : y;
      assert.equal(extractor.size, expected.shape[1]);
      assert.ok(difference(values, expected.dataSync()) < 1e-5, layer);
      extractor.dispose();
    }
  });

  it('a layer that is not there is refused by name', async () => {
    const failure = await engine
      .createFeatureExtractor(residual(), normalization, 'conv9')
      .catch((error: unknown) => error);
    assert.ok(failure instanceof Problem);
    assert.match(failure.message, /“conv9”/);
  });
});

/** The definition, by TensorFlow.js's own gradients. */
function gradCam(model: LayersModel, layer: string, x: tf.Tensor, classes: Int32Array): tf.Tensor {
  const maps = outputOf(model, layer);
  const head = makeModel({ inputs: model.inputs, outputs: maps }).predict(x) as tf.Tensor;
  const logits = outputOf(model, 'logits');
  const rest = tailOf(maps, logits);
  const hot = tf.oneHot(tf.tensor1d(classes, 'int32'), logits.shape[1] as number);
  const gradient = tf.grad((a) => tf.sum(tf.mul(rest(a), hot)))(head);
  return tf.relu(tf.sum(tf.mul(head, tf.mean(gradient, [1, 2], true)), 3));
}

/** What comes after `maps`: in these models a chain of layers. */
function tailOf(maps: SymbolicTensor, logits: SymbolicTensor): (x: tf.Tensor) => tf.Tensor {
  const chain: layers.Layer[] = [];
  for (let at = logits; at.id !== maps.id; at = at.inputs[0] as SymbolicTensor) chain.unshift(at.sourceLayer);
  return (x) => chain.reduce((value, layer) => layer.apply(value) as tf.Tensor, x);
}

/** A nested model's first output is the one it was built with, the second that of its place here. */
function outputOf(model: LayersModel, layer: string): SymbolicTensor {
  const one = model.getLayer(layer);
  return one.getOutputAt('layers' in one ? 1 : 0) as SymbolicTensor;
}

function residual(): LayersModel {
  const image = input({ shape: [8, 6, 3] });
  const conv = apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', name: 'conv' }), image);
  const normal = apply(layers.batchNormalization({ name: 'bn' }), conv);
  const relu = apply(layers.activation({ activation: 'relu' }), normal);
  const other = apply(layers.conv2d({ filters: 4, kernelSize: 1, padding: 'same' }), relu);
  const sum = layers.add({ name: 'sum' }).apply([relu, other]) as SymbolicTensor;
  const gated = apply(layers.reshape({ targetShape: [1, 1, 4] }), apply(pooling(), sum));
  return classifier(image, apply(layers.flatten(), gated));
}

/** Ends in a batch norm, which prediction folds into the convolution. */
function flat(): LayersModel {
  const image = input({ shape: [8, 6, 3] });
  const conv = apply(layers.conv2d({ filters: 4, kernelSize: 3, strides: 2 }), image);
  const normal = apply(layers.batchNormalization({ name: 'last.bn' }), conv);
  return classifier(image, apply(layers.flatten(), normal));
}

function nested(): LayersModel {
  const image = input({ shape: [8, 6, 3] });
  const tail = sequential({
    name: 'tail',
    layers: [
      layers.conv2d({ inputShape: [8, 6, 3], filters: 4, kernelSize: 3 }),
      layers.activation({ activation: 'relu', name: 'tail.relu' }),
    ],
  });
  return classifier(image, apply(layers.globalMaxPooling2d({}), apply(tail, image)));
}

const pooling = () => layers.globalAveragePooling2d({ name: 'pool' });

function classifier(image: SymbolicTensor, features: SymbolicTensor): LayersModel {
  const logits = apply(layers.dense({ units: 3, name: 'logits' }), features);
  const one = makeModel({ inputs: image, outputs: apply(layers.activation({ activation: 'softmax' }), logits) });
  scramble(one, 13);
  return one;
}

function apply(layer: layers.Layer, x: SymbolicTensor): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}
