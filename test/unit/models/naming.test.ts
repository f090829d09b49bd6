import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectNetwork } from '../../../src/models/pretrained/detect.ts';
import { nameIn } from '../../../src/models/pretrained/naming.ts';
import { fromTorch, torchShapes } from '../../../src/models/pretrained/torch-layout.ts';

describe('names of timm', () => {
  for (const [torchvision, timm] of [
    ['features.0.0', 'conv_stem'],
    ['features.18.1', 'bn2'],
    ['features.1.conv.0.0', 'blocks.0.0.conv_dw'],
    ['features.1.conv.1', 'blocks.0.0.conv_pw'],
    ['features.1.conv.2', 'blocks.0.0.bn2'],
    ['features.4.conv.1.0', 'blocks.2.0.conv_dw'],
    ['features.17.conv.3', 'blocks.6.0.bn3'],
    ['features.1.0.block.1.fc1', 'blocks.0.0.se.conv_reduce'],
    ['features.2.1.block.2.fc2', 'blocks.1.1.se.conv_expand'],
    ['features.2.1.block.3.1', 'blocks.1.1.bn3'],
  ] as const) {
    it(`${torchvision} is ${timm}`, () => {
      assert.equal(nameIn('timm', torchvision), timm);
      assert.equal(nameIn('torchvision', torchvision), torchvision);
    });
  }
});

describe('names of timm’s MobileNetV3', () => {
  for (const [naming, torchvision, timm] of [
    ['timm-mobilenet-v3-large', 'features.0.1', 'bn1'],
    ['timm-mobilenet-v3-large', 'features.1.block.1.0', 'blocks.0.0.conv_pw'],
    ['timm-mobilenet-v3-large', 'features.6.block.2.fc1', 'blocks.2.2.se.conv_reduce'],
    ['timm-mobilenet-v3-large', 'features.15.block.3.1', 'blocks.5.2.bn3'],
    ['timm-mobilenet-v3-large', 'features.16.0', 'blocks.6.0.conv'],
    ['timm-mobilenet-v3-small', 'features.1.block.2.1', 'blocks.0.0.bn2'],
    ['timm-mobilenet-v3-small', 'features.12.1', 'blocks.5.0.bn1'],
  ] as const) {
    it(`${torchvision} is ${timm}`, () => assert.equal(nameIn(naming, torchvision), timm));
  }
});

describe('layouts of PyTorch', () => {
  const values = Float32Array.from({ length: 12 }, (_, i) => i);
  it('a convolution', () => {
    assert.deepEqual(torchShapes([1, 2, 3, 2], 'conv'), [[2, 3, 1, 2]]);
    assert.deepEqual([...fromTorch(values, [1, 2, 3, 2], 'conv')], [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11]);
  });
  it('a depthwise convolution', () => {
    assert.deepEqual(torchShapes([2, 2, 3, 1], 'depthwise'), [[3, 1, 2, 2]]);
    assert.deepEqual([...fromTorch(values, [2, 2, 3, 1], 'depthwise')], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  });
  it('a dense layer', () => {
    assert.deepEqual(torchShapes([4, 3], 'dense'), [[3, 4]]);
    assert.deepEqual([...fromTorch(values, [4, 3], 'dense')], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  });
});

describe('which network a file is of', () => {
  const file = (shapes: Record<string, number[]>) => ({
    tensors: new Map(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        { shape, dtype: 'float32', read: () => new Float32Array() },
      ]),
    ),
  });
  const squeeze = { 'features.3.squeeze.weight': [16, 64, 1, 1], 'features.12.expand3x3.weight': [256, 64, 3, 3] };
  const behind = (prefix: string, shapes: Record<string, number[]>) =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [prefix + name, shape]));

  for (const prefix of ['', 'module.', 'module.backbone.']) {
    it(`is found behind “${prefix}”`, () => {
      const found = detectNetwork(file(behind(prefix, squeeze)));
      assert.deepEqual([found?.architecture, found?.prefix], ['squeezenet', prefix]);
    });
  }
  it('is not known for other names', () => {
    assert.equal(detectNetwork(file({})), null);
    assert.equal(detectNetwork(file({ 'a.b.c.d.weight': [1] })), null);
    assert.equal(detectNetwork(file({ 'features.0.weight': [64, 3, 11, 11] })), null);
  });
});
