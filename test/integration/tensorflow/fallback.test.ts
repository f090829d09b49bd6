import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import type { Engine } from '../../../src/engines/engine.ts';
import { ReferenceTrainer } from './reference.ts';
import { options, randomBatch, scramble, skip, startEngine } from './support.ts';

/** A layer that no graph knows. */
class Doubling extends layers.Layer {
  static readonly className = 'Doubling';
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul(Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs, 2);
  }
}
tf.serialization.registerClass(Doubling);

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
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [6, 6, 3], filters: 4, kernelSize: 3, name: 'conv' }),
      ...(odd ? [new Doubling({ name: 'twice' })] : []),
      layers.activation({ activation: 'relu' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 3, name: 'logits' }),
      layers.activation({ activation: 'softmax' }),
    ],
  });
  scramble(model, 2);
  return model;
}
