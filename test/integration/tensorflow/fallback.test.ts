import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import type { Engine } from '../../../src/engines/engine.ts';
import { ReferenceTrainer, referencePredict } from './reference.ts';
import { difference as gap, options, randomBatch, scramble, skip, startEngine } from './support.ts';

/** A layer that no graph knows. */
class Doubling extends layers.Layer {
  static readonly className = 'Doubling';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs, 2);
  }
}
tf.serialization.registerClass(Doubling);

type Sizes = (number | null)[];

/** Keras has these two, TensorFlow.js has not: whoever imports such a model registers them. */
class Subtract extends layers.Layer {
  static readonly className = 'Subtract';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [a, b] = inputs as [tf.Tensor, tf.Tensor];
    return tf.sub(a, b);
  }
  override computeOutputShape(shapes: Sizes | Sizes[]): Sizes {
    return (shapes as Sizes[])[0] as Sizes;
  }
}
class SpatialDropout2D extends layers.Layer {
  static readonly className = 'SpatialDropout2D';
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: 0.5 };
  }
}
for (const one of [Subtract, SpatialDropout2D]) tf.serialization.registerClass(one);

describe('layers that TensorFlow.js lacks and graphs know', { skip, timeout: 60_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });

  it('Subtract', async () => {
    const image = input({ shape: [6, 6, 3] });
    const [a, b] = [1, 2].map(() => layers.conv2d({ filters: 4, kernelSize: 3 }).apply(image) as SymbolicTensor);
    const difference = new Subtract({}).apply([a, b] as SymbolicTensor[]) as SymbolicTensor;
    const features = layers.globalMaxPooling2d({}).apply(difference);
    const logits = layers.dense({ units: 3 }).apply(features);
    const outputs = layers.activation({ activation: 'softmax' }).apply(logits) as SymbolicTensor;
    const one = model({ inputs: image, outputs });
    scramble(one, 5);
    const batch = randomBatch(one, 4, 2);
    const trainer = await engine.createTrainer(one, options());
    assert.deepEqual(trainer.notices, []);
    const expected = referencePredict(one, batch, options().normalization);
    assert.ok(gap(await trainer.predict(batch), expected) < 1e-5);
    const reference = new ReferenceTrainer(one, options());
    for (let step = 0; step < 3; step++) {
      const at = { step, learningRate: 0.05 };
      assert.ok(Math.abs((await trainer.step(batch, at)).loss - reference.step(batch, at).loss) < 1e-4);
    }
    trainer.dispose();
  });

  it('SpatialDropout2D drops whole channels', async () => {
    const one = sequential({
      layers: [
        layers.inputLayer({ inputShape: [4, 4, 3] }),
        new SpatialDropout2D({}),
        layers.flatten(),
        layers.dense({ units: 3, name: 'logits' }),
        layers.activation({ activation: 'softmax' }),
      ],
    });
    scramble(one, 6);
    const batch = randomBatch(one, 1, 3);
    const trainer = await engine.createTrainer(one, options());
    assert.deepEqual(trainer.notices, []);
    const losses = new Set<string>();
    for (let step = 0; step < 100; step++) {
      losses.add((await trainer.step(batch, { step, learningRate: 0 })).loss.toFixed(5));
    }
    trainer.dispose();
    assert.equal(losses.size, 8, 'three channels, each in or out');
  });
});

describe('a layer that no graph can be made of', { skip, timeout: 60_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });
  after(() => engine?.dispose());

  it('is trained layer by layer, and the trainer says which layer is to blame', async () => {
    const [ours, theirs] = [network(), network()];
    const trainer = await engine.createTrainer(ours, options());
    assert.match(trainer.notices?.[0] ?? '', /“twice” \(Doubling\).*wasm engine/);
    const reference = new ReferenceTrainer(theirs, options());
    for (let step = 0; step < 3; step++) {
      const batch = randomBatch(ours, 4, step);
      const { loss } = await trainer.step(batch, { step, learningRate: 0.05 });
      const expected = reference.step(batch, { step, learningRate: 0.05 }).loss;
      assert.ok(Math.abs(loss - expected) < 1e-4, `${loss}, not ${expected}`);
    }
    trainer.dispose();
    const predictor = await engine.createPredictor(network(), options().normalization);
    assert.match(predictor.notices?.[0] ?? '', /“twice”/);
    predictor.dispose();
  });

  it('leaves models without such layers in the graph', async () => {
    const one = network(false);
    const trainer = await engine.createTrainer(one, options());
    assert.deepEqual(trainer.notices, []);
    assert.ok(Number.isFinite((await trainer.step(randomBatch(one, 4, 1), { step: 0, learningRate: 0.1 })).loss));
    trainer.dispose();
  });
});

function network(odd = true): LayersModel {
  const one = sequential({
    layers: [
      layers.conv2d({ inputShape: [6, 6, 3], filters: 4, kernelSize: 3, name: 'conv' }),
      ...(odd ? [new Doubling({ name: 'twice' })] : []),
      layers.activation({ activation: 'relu' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 3, name: 'logits' }),
      layers.activation({ activation: 'softmax' }),
    ],
  });
  scramble(one, 2);
  return one;
}
