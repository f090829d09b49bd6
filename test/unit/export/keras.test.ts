import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { snakeCase } from '../../../src/export/keras/keras.ts';
import { type KerasTensor, layerOrder } from '../../../src/export/keras/layer-order.ts';

describe('names in a Keras weight file', () => {
  const names: [string, string][] = [
    ['Conv2D', 'conv2d'],
    ['BatchNormalization', 'batch_normalization'],
    ['ReLU', 're_lu'],
    ['PReLU', 'p_re_lu'],
    ['ELU', 'elu'],
    ['GlobalAveragePooling2D', 'global_average_pooling2d'],
    ['SeparableConv2D', 'separable_conv2d'],
  ];
  for (const [name, expected] of names) it(name, () => assert.equal(snakeCase(name), expected));
});

describe('order of layers in Keras', () => {
  const call = (layer: string, ...inputs: KerasTensor[]): KerasTensor => ({ layer, inputs });

  it('a chain', () => {
    assert.deepEqual(layerOrder(call('c', call('b', call('a')))), ['a', 'b', 'c']);
  });

  it('by the longest way to the output, not by who is called first', () => {
    const image = call('image');
    const short = call('short', image);
    const long = call('long2', call('long1', image));
    assert.deepEqual(layerOrder(call('sum', short, long)), ['image', 'long1', 'short', 'long2', 'sum']);
  });

  it('ties in the order of a walk from the output', () => {
    const image = call('image');
    assert.deepEqual(layerOrder(call('sum', call('right', image), call('left', image))), [
      'image',
      'right',
      'left',
      'sum',
    ]);
  });

  it('a layer that is called twice counts where it is farthest', () => {
    const image = call('image');
    const once = call('shared', image);
    const twice = call('shared', call('between', once));
    assert.deepEqual(layerOrder(call('out', twice)), ['image', 'shared', 'between', 'out']);
  });
});
