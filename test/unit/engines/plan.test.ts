import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Plan, planModel } from '../../../src/engines/eager/plan.ts';
import { mixedCnn, residualBlock } from './models.ts';

const fusions = { relu: new Set(['BatchNormalization', 'Add']), padding: new Set(['Conv2D', 'MaxPooling2D']) };

function summary(plan: Plan): string[] {
  return plan.steps.map(({ layer, relu, padding }) => {
    return [layer.getClassName(), ...(relu ? ['relu'] : []), ...(padding ? ['padding'] : [])].join('+');
  });
}

describe('plan', () => {
  before(async () => {
    enableProdMode();
    await setBackend('cpu');
  });

  test('without fusions every layer before the softmax is one step', () => {
    const network = mixedCnn();
    const plan = planModel(network);
    assert.equal(plan.steps.length, network.layers.length - 2);
    assert.deepEqual([plan.inputShape, plan.classes], [[12, 12, 3], 4]);
  });

  test('ReLU and padding go into their neighbours', () => {
    assert.deepEqual(summary(planModel(residualBlock(), fusions)).sort(), [
      ...['Add+relu', 'BatchNormalization', 'BatchNormalization', 'BatchNormalization+relu'],
      ...['BatchNormalization+relu', 'Conv2D', 'Conv2D', 'Conv2D', 'Conv2D+padding', 'Dense'],
      ...['GlobalAveragePooling2D', 'MaxPooling2D+padding'],
    ]);
  });

  test('padding before a maximum stays where values may be negative', () => {
    const image = input({ shape: [8, 8, 1] });
    let x = layers.zeroPadding2d({ padding: 1 }).apply(image) as SymbolicTensor;
    x = layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(x) as SymbolicTensor;
    x = layers.dense({ units: 2 }).apply(layers.flatten().apply(x)) as SymbolicTensor;
    const outputs = layers.activation({ activation: 'softmax' }).apply(x) as SymbolicTensor;
    const plan = planModel(model({ inputs: image, outputs }), fusions);
    assert.deepEqual(summary(plan), ['ZeroPadding2D', 'MaxPooling2D', 'Flatten', 'Dense']);
  });

  test('a value that two layers read is not fused away', () => {
    const image = input({ shape: [8, 8, 1] });
    const normed = layers.batchNormalization().apply(image) as SymbolicTensor;
    const opened = layers.activation({ activation: 'relu' }).apply(normed) as SymbolicTensor;
    let x = layers.add().apply([normed, opened]) as SymbolicTensor;
    x = layers.dense({ units: 2 }).apply(layers.flatten().apply(x)) as SymbolicTensor;
    const outputs = layers.activation({ activation: 'softmax' }).apply(x) as SymbolicTensor;
    const plan = planModel(model({ inputs: image, outputs }), fusions);
    assert.deepEqual(summary(plan), ['BatchNormalization', 'Activation', 'Add', 'Flatten', 'Dense']);
    assert.deepEqual(
      plan.steps.map((step) => step.lastUses),
      [[0], [], [1, 2], [3], [4]],
    );
  });

  test('models without a softmax at the end are refused', () => {
    const image = input({ shape: [8, 8, 1] });
    const outputs = layers.dense({ units: 2 }).apply(layers.flatten().apply(image)) as SymbolicTensor;
    assert.throws(() => planModel(model({ inputs: image, outputs })), { code: 'unsupported-model' });
  });
});
