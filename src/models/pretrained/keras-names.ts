import type { Architecture } from '../../training/config.ts';

type KerasName = (layer: string) => string | null;

/** Keras' name of a layer of one of our networks, in lower case; null where its applications have no such network or layer. */
export function kerasName(architecture: Architecture, layer: string): string | null {
  return names[architecture]?.(layer) ?? null;
}

const names: Partial<Record<Architecture, KerasName>> = {
  'mobilenet-v1': (layer) => layer,
  'mobilenet-v2': mobileNetV2Name,
  'mobilenet-v3-small': mobileNetV3Name,
  'mobilenet-v3-large': mobileNetV3Name,
  'mobilenet-v3-small-minimalistic': mobileNetV3Name,
  'mobilenet-v3-large-minimalistic': mobileNetV3Name,
  'efficientnet-b0': efficientNetName,
  'efficientnet-b1': efficientNetName,
  'efficientnet-b2': efficientNetName,
  'efficientnet-b3': efficientNetName,
  'convnext-tiny': convNeXtName,
  densenet121: denseNetName,
  'inception-v3': inceptionName,
  resnet50: resNetName,
  resnet101: resNetName,
  resnet50v2: resNetV2Name,
  resnet101v2: resNetV2Name,
  vgg16: (layer) => vggName(layer, [2, 2, 3, 3, 3]),
  vgg19: (layer) => vggName(layer, [2, 2, 4, 4, 4]),
};

/** Before every layer of a block but the first, which Keras does not count. */
const prefixOf = (index: number, first: string, later: (index: number) => string) =>
  index === 0 ? first : later(index);

/** Pairs of a convolution and its norm by their place in a block of inverted residuals. */
const expanded = ['expand', 'expand_bn', 'depthwise', 'depthwise_bn', 'project', 'project_bn'];
const unexpanded = expanded.slice(2);

function mobileNetV2Name(layer: string): string | null {
  const outside: Record<string, string> = {
    'features.0.0': 'conv1',
    'features.0.1': 'bn_conv1',
    'features.18.0': 'conv_1',
    'features.18.1': 'conv_1_bn',
  };
  const [, index, first, second] = /^features\.(\d+)\.conv\.(\d)(?:\.([01]))?$/.exec(layer) ?? [];
  if (index === undefined || first === undefined) return outside[layer] ?? null;
  const block = Number(index) - 1;
  const parts = block === 0 ? unexpanded : expanded;
  const pairs = parts.length / 2 - 1;
  // The last convolution and its norm are two entries of the sequence, those before them one entry each pair.
  const at = second === undefined ? 2 * pairs + (Number(first) - pairs) : 2 * Number(first) + Number(second);
  return `${prefixOf(block, 'expanded_conv_', (i) => `block_${i}_`)}${parts[at]}`;
}

/** Blocks of MobileNetV3 that have no expansion: torchvision leaves it out where it would change nothing, as Keras does in the first. */
function mobileNetV3Name(layer: string): string | null {
  if (layer === 'features.0.0') return 'conv';
  if (layer === 'features.0.1') return 'conv_bn';
  const [, last] = /^features\.1[26]\.([01])$/.exec(layer) ?? [];
  if (last !== undefined) return last === '0' ? 'conv_1' : 'conv_1_bn';
  const [, index, part, rest] = /^features\.(\d+)\.block\.(\d)\.(.+)$/.exec(layer) ?? [];
  if (index === undefined || part === undefined) return null;
  const block = Number(index) - 1;
  const prefix = prefixOf(block, 'expanded_conv_', (i) => `expanded_conv_${i}_`);
  if (rest === 'fc1') return `${prefix}squeeze_excite_conv`;
  if (rest === 'fc2') return `${prefix}squeeze_excite_conv_1`;
  const parts = block === 0 ? unexpanded : expanded;
  // Squeeze-and-excitation takes a place between the last two pairs in some blocks.
  const pair = Math.min(Number(part), parts.length / 2 - 1);
  return `${prefix}${parts[2 * pair + Number(rest)]}`;
}

function efficientNetName(layer: string): string | null {
  const outside: Record<string, string> = {
    'features.0.0': 'stem_conv',
    'features.0.1': 'stem_bn',
    'features.8.0': 'top_conv',
    'features.8.1': 'top_bn',
  };
  const [, stage, index, part, rest] = /^features\.(\d+)\.(\d+)\.block\.(\d)\.(.+)$/.exec(layer) ?? [];
  if (stage === undefined || part === undefined) return outside[layer] ?? null;
  const prefix = `block${stage}${String.fromCharCode(97 + Number(index))}_`;
  if (rest === 'fc1') return `${prefix}se_reduce`;
  if (rest === 'fc2') return `${prefix}se_expand`;
  const pairs = [
    ...(stage === '1' ? [] : [['expand_conv', 'expand_bn']]),
    ['dwconv', 'bn'],
    [],
    ['project_conv', 'project_bn'],
  ];
  return `${prefix}${pairs[Number(part)]?.[Number(rest)]}`;
}

const convNeXtParts: Readonly<Record<string, string>> = {
  'block.0': 'depthwise_conv',
  'block.2': 'layernorm',
  'block.3': 'pointwise_conv_1',
  'block.5': 'pointwise_conv_2',
  layer_scale: 'layer_scale',
};

/** Behind the model's own name and `_`. */
function convNeXtName(layer: string): string | null {
  if (layer === 'features') return 'head_layernorm';
  const [, index = '', block = '', part] =
    /^features\.(\d)\.(\d+)(?:\.(block\.[0235]|layer_scale))?$/.exec(layer) ?? [];
  const stage = Math.floor(Number(index) / 2);
  if (part !== undefined) return `stage_${stage}_block_${block}_${convNeXtParts[part]}`;
  if (index === '0') return block === '0' ? 'stem_conv' : 'stem_layernorm';
  return `downsampling_${block === '0' ? 'layernorm' : 'conv'}_${stage - 1}`;
}

function denseNetName(layer: string): string | null {
  const outside: Record<string, string> = {
    'features.conv0': 'conv1_conv',
    'features.norm0': 'conv1_bn',
    'features.norm5': 'bn',
  };
  const [, block, index, part] = /^features\.denseblock(\d)\.denselayer(\d+)\.(\w+)$/.exec(layer) ?? [];
  if (block !== undefined) {
    const parts: Record<string, string> = { norm1: '0_bn', conv1: '1_conv', norm2: '1_bn', conv2: '2_conv' };
    return `conv${Number(block) + 1}_block${index}_${parts[part ?? '']}`;
  }
  const [, transition, kind] = /^features\.transition(\d)\.(norm|conv)$/.exec(layer) ?? [];
  if (transition === undefined) return outside[layer] ?? null;
  return `pool${Number(transition) + 1}_${kind === 'norm' ? 'bn' : 'conv'}`;
}

function resNetName(layer: string): string | null {
  if (layer === 'conv1') return 'conv1_conv';
  if (layer === 'bn1') return 'conv1_bn';
  const [, stage, block, kind, index] = /^layer(\d)\.(\d+)\.(conv|bn|downsample\.)(\d)$/.exec(layer) ?? [];
  if (stage === undefined) return null;
  const prefix = `conv${Number(stage) + 1}_block${Number(block) + 1}_`;
  if (kind === 'downsample.') return `${prefix}0_${index === '0' ? 'conv' : 'bn'}`;
  return `${prefix}${index}_${kind}`;
}

/** Normalised before it is convolved. */
function resNetV2Name(layer: string): string | null {
  if (layer === 'norm') return 'post_bn';
  const [, stage, block] = /^layer(\d)\.(\d+)\.preact$/.exec(layer) ?? [];
  if (stage !== undefined) return `conv${Number(stage) + 1}_block${Number(block) + 1}_preact_bn`;
  return resNetName(layer);
}

/** ResNet-50 as Keras had it until 2018, whose files are still about: `layer2.1.conv3` → `res3b_branch2c`. */
export function oldResNetName(layer: string): string | null {
  if (layer === 'conv1') return 'conv1';
  if (layer === 'bn1') return 'bn_conv1';
  const [, stage, block, kind, index] = /^layer(\d)\.(\d+)\.(conv|bn|downsample\.)(\d)$/.exec(layer) ?? [];
  if (stage === undefined || kind === undefined) return null;
  const place = `${Number(stage) + 1}${String.fromCharCode(97 + Number(block))}_branch`;
  if (kind === 'downsample.') return `${index === '0' ? 'res' : 'bn'}${place}1`;
  return `${kind === 'conv' ? 'res' : 'bn'}${place}2${'abc'[Number(index) - 1]}`;
}

function vggName(layer: string, stages: readonly number[]): string | null {
  let index = Number(/^features\.(\d+)$/.exec(layer)?.[1]);
  for (const [stage, convolutions] of stages.entries()) {
    if (index < 2 * convolutions) return `block${stage + 1}_conv${index / 2 + 1}`;
    // A convolution and its activation each, and the pooling.
    index -= 2 * convolutions + 1;
  }
  return null;
}

/** Keras numbers Inception's layers in the order in which it makes them; `conv2d_<n>` here counts from 0. */
function inceptionName(layer: string): string | null {
  const [, unit, kind] = /^(.+)\.(conv|bn)$/.exec(layer) ?? [];
  const index = inceptionOrder.indexOf(unit ?? '');
  if (index < 0) return null;
  return kind === 'conv' ? `conv2d_${index}` : `batch_normalization_${index}`;
}

const inceptionBlocks: Readonly<Record<'a' | 'b' | 'c' | 'd' | 'e', readonly string[]>> = {
  a: ['branch1x1', 'branch5x5_1', 'branch5x5_2', 'branch3x3dbl_1', 'branch3x3dbl_2', 'branch3x3dbl_3', 'branch_pool'],
  b: ['branch3x3', 'branch3x3dbl_1', 'branch3x3dbl_2', 'branch3x3dbl_3'],
  c: [
    'branch1x1',
    'branch7x7_1',
    'branch7x7_2',
    'branch7x7_3',
    'branch7x7dbl_1',
    'branch7x7dbl_2',
    'branch7x7dbl_3',
    'branch7x7dbl_4',
    'branch7x7dbl_5',
    'branch_pool',
  ],
  d: ['branch3x3_1', 'branch3x3_2', 'branch7x7x3_1', 'branch7x7x3_2', 'branch7x7x3_3', 'branch7x7x3_4'],
  e: [
    'branch1x1',
    'branch3x3_1',
    'branch3x3_2a',
    'branch3x3_2b',
    'branch3x3dbl_1',
    'branch3x3dbl_2',
    'branch3x3dbl_3a',
    'branch3x3dbl_3b',
    'branch_pool',
  ],
};

/** Names of the 94 convolutions, without `.conv`. */
export const inceptionOrder: readonly string[] = [
  'Conv2d_1a_3x3',
  'Conv2d_2a_3x3',
  'Conv2d_2b_3x3',
  'Conv2d_3b_1x1',
  'Conv2d_4a_3x3',
  ...(
    [
      ['5b', 'a'],
      ['5c', 'a'],
      ['5d', 'a'],
      ['6a', 'b'],
      ['6b', 'c'],
      ['6c', 'c'],
      ['6d', 'c'],
      ['6e', 'c'],
      ['7a', 'd'],
      ['7b', 'e'],
      ['7c', 'e'],
    ] as const
  ).flatMap(([place, kind]) => inceptionBlocks[kind].map((branch) => `Mixed_${place}.${branch}`)),
];
