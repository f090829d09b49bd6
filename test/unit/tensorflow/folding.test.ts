import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setBackend } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { foldablePairs } from '../../../src/engines/tensorflow/lower/folding.ts';

const names = (one: LayersModel) =>
  foldablePairs(one)
    .map(({ convolution, batchNorm }) => `${convolution.name}+${batchNorm.name}`)
    .sort();
const conv = (name: string, activation: 'linear' | 'relu' = 'linear') =>
  layers.conv2d({ name, filters: 2, kernelSize: 1, activation });
const norm = (name: string) => layers.batchNormalization({ name });

describe('batch norms that fold into the convolution before them', () => {
  before(async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await setBackend('cpu');
  });

  it('right behind a convolution of any kind, also in a nested model', () => {
    const inner = sequential({
      layers: [layers.depthwiseConv2d({ inputShape: [4, 4, 2], kernelSize: 1, name: 'b' }), norm('b.bn')],
    });
    const outer = sequential({
      layers: [
        layers.inputLayer({ inputShape: [4, 4, 3] }),
        conv('a'),
        norm('a.bn'),
        inner,
        layers.separableConv2d({ filters: 2, kernelSize: 1, name: 'c' }),
        norm('c.bn'),
      ],
    });
    assert.deepEqual(names(outer), ['a+a.bn', 'b+b.bn', 'c+c.bn']);
  });

  it('not behind an activation, a dense layer or another axis', () => {
    const one = sequential({
      layers: [
        layers.inputLayer({ inputShape: [4, 4, 3] }),
        conv('a', 'relu'),
        norm('a.bn'),
        layers.dense({ units: 2 }),
        norm('b.bn'),
        conv('c'),
        layers.batchNormalization({ axis: 1 }),
      ],
    });
    assert.deepEqual(names(one), []);
  });

  it('not where something else reads the convolution, or the layers are used twice', () => {
    const image = input({ shape: [4, 4, 2] });
    const apply = (layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]) => layer.apply(x) as SymbolicTensor;
    const read = apply(conv('read'), image);
    const shared = conv('shared');
    const [one, two] = [apply(norm('1'), apply(shared, image)), apply(norm('2'), apply(shared, read))];
    const outputs = apply(layers.add(), [apply(norm('read.bn'), read), read, one, two]);
    assert.deepEqual(names(model({ inputs: image, outputs })), []);
  });
});
