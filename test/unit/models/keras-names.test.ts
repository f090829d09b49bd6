import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectNetwork } from '../../../src/models/pretrained/detect.ts';
import { flavorOf } from '../../../src/models/pretrained/flavor.ts';
import { inceptionOrder, kerasName, oldResNetName } from '../../../src/models/pretrained/keras-names.ts';
import { namesByOrder } from '../../../src/models/pretrained/keras-order.ts';
import { adaptChannels } from '../../../src/models/pretrained/match.ts';
import { kerasPaths } from '../../../src/models/weights/keras-paths.ts';
import { legacyName, variableRoles } from '../../../src/models/weights/keras-roles.ts';
import type { Architecture } from '../../../src/training/config.ts';

describe('layers that a file only numbers', () => {
  const paths = [...'0123456789'].flatMap((i) => [`layers/functional/layers/conv2d_1${i}`, `layers/conv2d_${i}`]);
  const vgg = ['', ...Array.from({ length: 12 }, (_, i) => `_${i + 1}`)].map(
    (n) => `layers/functional/layers/conv2d${n}`,
  );
  const kernel = (filters: number) => () => [3, 3, 3, filters];

  it('have the names of the network with as many of each class, in the order of their numbers', () => {
    const names = namesByOrder([...vgg].reverse().concat('layers/dense'), kernel(64));
    assert.deepEqual(
      vgg.map((path) => names.get(path)).filter((_, i) => [0, 2, 9, 10, 12].includes(i)),
      ['block1_conv1', 'block2_conv1', 'block4_conv3', 'block5_conv1', 'block5_conv3'],
    );
    assert.equal(names.has('layers/dense'), false);
  });

  for (const [why, given, filters] of [
    ['are as many, but begin otherwise', vgg, 32],
    ['are of a class too many', [...vgg, 'layers/functional/layers/depthwise_conv2d'], 64],
    ['are of two networks', paths, 64],
    ['have names', ['block1_conv1', 'block1_conv2'], 64],
  ] as const) {
    it(`stay as they are where they ${why}`, () => assert.equal(namesByOrder(given, kernel(filters)).size, 0));
  }
});

describe('names of Keras’ applications', () => {
  const table: [Architecture, string, string | null][] = [
    ['mobilenet-v1', 'conv_dw_3_bn', 'conv_dw_3_bn'],
    ['mobilenet-v2', 'features.0.1', 'bn_conv1'],
    ['mobilenet-v2', 'features.1.conv.0.0', 'expanded_conv_depthwise'],
    ['mobilenet-v2', 'features.1.conv.2', 'expanded_conv_project_bn'],
    ['mobilenet-v2', 'features.17.conv.2', 'block_16_project'],
    ['mobilenet-v2', 'features.18.1', 'conv_1_bn'],
    ['mobilenet-v3-small', 'features.1.block.1.fc2', 'expanded_conv_squeeze_excite_conv_1'],
    ['mobilenet-v3-small', 'features.1.block.2.1', 'expanded_conv_project_bn'],
    ['mobilenet-v3-small', 'features.12.0', 'conv_1'],
    ['mobilenet-v3-large', 'features.4.block.3.0', 'expanded_conv_3_project'],
    ['mobilenet-v3-large', 'features.3.block.2.0', 'expanded_conv_2_project'],
    ['efficientnet-b0', 'features.1.0.block.2.1', 'block1a_project_bn'],
    ['efficientnet-b0', 'features.3.1.block.1.0', 'block3b_dwconv'],
    ['convnext-tiny', 'features.0.1', 'stem_layernorm'],
    ['convnext-tiny', 'features.4.1', 'downsampling_conv_1'],
    ['convnext-tiny', 'features.7.2.layer_scale', 'stage_3_block_2_layer_scale'],
    ['densenet121', 'features.denseblock2.denselayer12.norm2', 'conv3_block12_1_bn'],
    ['densenet121', 'features.transition3.conv', 'pool4_conv'],
    ['resnet101', 'layer3.22.bn3', 'conv4_block23_3_bn'],
    ['resnet50', 'layer1.0.downsample.1', 'conv2_block1_0_bn'],
    ['resnet50v2', 'layer2.3.preact', 'conv3_block4_preact_bn'],
    ['resnet101v2', 'norm', 'post_bn'],
    ['mobilenet-v3-small-minimalistic', 'features.2.block.2.1', 'expanded_conv_1_project_bn'],
    ['vgg16', 'features.28', 'block5_conv3'],
    ['vgg19', 'features.28', 'block5_conv1'],
    ['inception-v3', 'Mixed_5b.branch1x1.bn', 'batch_normalization_5'],
    ['inception-v3', 'Mixed_7c.branch_pool.conv', 'conv2d_93'],
    ['squeezenet', 'features.0', null],
  ];
  for (const [architecture, layer, name] of table) {
    it(`${architecture}: ${layer} is ${name}`, () => assert.equal(kerasName(architecture, layer), name));
  }
  const old: [string, string | null][] = [
    ['conv1', 'conv1'],
    ['bn1', 'bn_conv1'],
    ['layer1.0.downsample.0', 'res2a_branch1'],
    ['layer1.0.downsample.1', 'bn2a_branch1'],
    ['layer3.5.conv2', 'res4f_branch2b'],
    ['layer4.2.bn3', 'bn5c_branch2c'],
    ['logits', null],
  ];
  for (const [layer, name] of old) {
    it(`ResNet-50 of 2018: ${layer} is ${name}`, () => assert.equal(oldResNetName(layer), name));
  }
  it('Inception has 94 convolutions', () => assert.equal(new Set(inceptionOrder).size, 94));
});

describe('names in files of Keras', () => {
  const table: [listed: string, weight: string, name: string][] = [
    ['conv1', 'conv1/kernel:0', 'conv1/kernel'],
    ['conv1/conv', 'conv1/conv/kernel:0', 'conv1/conv/kernel'],
    ['dense', 'sequential/dense/kernel', 'dense/kernel'],
    ['mobilenetv2_1.00_224', 'block_1_expand/kernel:0', 'block_1_expand/kernel'],
    ['conv_dw_1', 'conv_dw_1/depthwise_kernel:0', 'conv_dw_1/kernel'],
    ['block1_conv1', 'block1_conv1_W_1:0', 'block1_conv1/kernel'],
    ['bn2a', 'bn2a_running_std_1:0', 'bn2a/moving_variance'],
    ['stage_layer_scale', 'stage_layer_scale/variable_7', 'stage_layer_scale/gamma'],
  ];
  for (const [listed, weight, name] of table) {
    it(`${weight} is ${name}`, () => assert.equal(legacyName(listed, weight), name));
  }

  it('a batch norm of three variables does not scale', () => {
    assert.deepEqual(variableRoles('batch_normalization', 3), ['beta', 'moving_mean', 'moving_variance']);
    assert.equal(variableRoles('batch_normalization', 4)[0], 'gamma');
  });

  it('groups are counted by class, in networks within networks too', () => {
    const layer = (class_name: string, name: string, layers?: unknown[]) => ({ class_name, config: { name, layers } });
    const inner = layer('Functional', 'body', [layer('DepthwiseConv2D', 'a'), layer('DepthwiseConv2D', 'b')]);
    const paths = kerasPaths(layer('Sequential', 'all', [inner, layer('Dense', 'out')]));
    assert.deepEqual(Object.fromEntries(paths), {
      'layers/functional': 'body',
      'layers/functional/layers/depthwise_conv2d': 'a',
      'layers/functional/layers/depthwise_conv2d_1': 'b',
      'layers/dense': 'out',
    });
  });
});

describe('which of Keras’ applications a file is of', () => {
  const file = (shapes: Record<string, number[]>) => ({
    tensors: new Map(
      Object.entries(shapes).map(([name, shape]) => [
        name,
        { shape, dtype: 'float32', read: () => new Float32Array() },
      ]),
    ),
  });
  const table: [string, Record<string, number[]>, string | null][] = [
    ['VGG-16', { 'block5_conv3/kernel': [3, 3, 512, 512] }, 'vgg16'],
    ['VGG-19', { 'block5_conv3/kernel': [3, 3, 512, 512], 'block5_conv4/kernel': [3, 3, 512, 512] }, 'vgg19'],
    ['MobileNet of a quarter', { 'conv_pw_13/kernel': [1, 1, 256, 256] }, 'mobilenet-v1'],
    ['a ResNet of 152 layers', { 'conv5_block3_3_conv/kernel': [1, 1, 512, 2048] }, null],
    ['an unknown width', { 'conv1/kernel': [3, 3, 3, 31], 'block_16_project/kernel': [1, 1, 960, 320] }, null],
    ['others', { 'dense/kernel': [3, 4] }, null],
  ];
  for (const [name, shapes, architecture] of table) {
    it(`${name}: ${architecture}`, () => assert.equal(detectNetwork(file(shapes))?.architecture ?? null, architecture));
  }

  it('the file’s name says whose conventions a network follows', () => {
    const flavor = (weights: string, architecture: Architecture = 'efficientnet-b0') =>
      flavorOf({ architecture, weights });
    const hub = 'hub/models--timm--tf_efficientnet_b0.in1k/snapshots/1/model.safetensors';
    const ofKeras = [
      'a.h5',
      'a.weights.h5',
      'A.KERAS',
      'model/model.json',
      'nets/tf_mobilenetv3_large_100-4277.pth',
      hub,
    ];
    for (const name of ofKeras) assert.equal(flavor(name), 'keras', name);
    const ofTorch = [
      '',
      'resnet18',
      'a.pth',
      'a.safetensors',
      'efficientnet_b0.pth',
      'tf_efficientnet_b0/efficientnet_b0.pth',
    ];
    for (const name of ofTorch) assert.equal(flavor(name), 'torch', name);
    assert.equal(flavor('tf_efficientnet_b0.pth', 'resnet18'), 'torch');
  });
});

describe('a first convolution for other channels', () => {
  // [1, 2, 3 channels, 2 filters]
  const kernel = Float32Array.from({ length: 12 }, (_, i) => i);
  it('one: the sum over the colours', () => {
    const sums = [0 + 2 + 4, 1 + 3 + 5, 6 + 8 + 10, 7 + 9 + 11];
    assert.deepEqual([...adaptChannels(kernel, { from: 3, to: 1, filters: 2 })], sums);
  });
  it('four: red, green, blue and red again, three quarters of each', () => {
    const first = [...adaptChannels(kernel, { from: 3, to: 4, filters: 2 })].slice(0, 8);
    assert.deepEqual(
      first,
      [0, 1, 2, 3, 4, 5, 0, 1].map((value) => value * 0.75),
    );
  });
  it('two: more of the first two', () => {
    assert.deepEqual([...adaptChannels(kernel, { from: 3, to: 2, filters: 2 })].slice(0, 4), [0, 1.5, 3, 4.5]);
  });
});
