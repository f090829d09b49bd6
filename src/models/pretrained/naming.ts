/** Whose names a file uses for the layers of the same networks. */
export type Naming =
  | 'torchvision'
  | 'timm'
  | 'timm-convnext'
  | 'timm-mobilenet-v3-small'
  | 'timm-mobilenet-v3-large'
  | 'old-densenet'
  | 'keras'
  | 'old-keras-resnet';

export type TorchNaming = Exclude<Naming, 'keras' | 'old-keras-resnet'>;

/** Among PyTorch's. */
export function namingOf(names: { has(name: string): boolean }): TorchNaming {
  if (names.has('features.denseblock1.denselayer1.norm.1.weight')) return 'old-densenet';
  if (names.has('stem.0.weight')) return 'timm-convnext';
  if (names.has('blocks.6.0.conv.weight')) return 'timm-mobilenet-v3-large';
  if (names.has('blocks.5.0.conv.weight')) return 'timm-mobilenet-v3-small';
  return names.has('conv_stem.weight') ? 'timm' : 'torchvision';
}

/** Blocks of each stage of MobileNetV2, which torchvision counts through and timm counts by stage. */
const mobileNetV2Stages = [1, 2, 3, 4, 3, 3, 1];

/** Depthwise-separable blocks of each stage of MobileNetV1 as timm counts them; Keras counts through. */
const mobileNetV1Stages = [1, 2, 2, 6, 2];

/** The name that PyTorch's `naming` has for a layer of one of our networks, which are named as torchvision names them. */
export function nameIn(naming: TorchNaming, layer: string): string {
  // ConvNeXt's norm of the averages stands in its classifier.
  if (naming === 'torchvision') return layer === 'features' ? 'classifier.0' : layer;
  if (naming === 'timm-convnext') return convNeXtPart(layer);
  if (naming === 'timm-mobilenet-v3-small') return mobileNetV3Part(layer, mobileNetV3SmallStages);
  if (naming === 'timm-mobilenet-v3-large') return mobileNetV3Part(layer, mobileNetV3LargeStages);
  // torchvision published DenseNet before names with a dot in them were refused: `norm.1` for `norm1`.
  if (naming === 'old-densenet') return layer.replace(/(denselayer\d+\.(?:norm|conv))([12])$/, '$1.$2');
  return mobileNetV1Part(layer) ?? outsideBlocks(layer) ?? mobileNetV2Block(layer) ?? efficientNetBlock(layer) ?? layer;
}

/** Blocks of each stage as timm counts them. */
const mobileNetV3SmallStages = [1, 2, 3, 2, 3];
const mobileNetV3LargeStages = [1, 2, 3, 4, 2, 3];

/** `features.4.block.1.0` → `blocks.2.0.conv_dw`; the last convolution is a stage of its own. */
function mobileNetV3Part(layer: string, stages: readonly number[]): string {
  if (layer === 'features.0.0') return 'conv_stem';
  if (layer === 'features.0.1') return 'bn1';
  const [, last] = /^features\.\d+\.([01])$/.exec(layer) ?? [];
  if (last !== undefined) return `blocks.${stages.length}.0.${last === '0' ? 'conv' : 'bn1'}`;
  const [, index, part, rest] = /^features\.(\d+)\.block\.(\d)\.(.+)$/.exec(layer) ?? [];
  if (index === undefined || rest === undefined) return layer;
  const { stage, block } = placeIn(stages, Number(index) - 1);
  const name = `blocks.${stage}.${block}`;
  if (rest === 'fc1') return `${name}.se.conv_reduce`;
  if (rest === 'fc2') return `${name}.se.conv_expand`;
  const parts = stage === 0 ? firstBlock : laterBlock;
  // Squeeze-and-excitation takes a place before the last pair in some blocks.
  const pair = Math.min(Number(part), parts.length / 2 - 1);
  return `${name}.${parts[2 * pair + Number(rest)]}`;
}

const convNeXtParts: Readonly<Record<string, string>> = {
  'block.0': 'conv_dw',
  'block.2': 'norm',
  'block.3': 'mlp.fc1',
  'block.5': 'mlp.fc2',
  layer_scale: 'gamma',
};

/** `features.3.0.block.3` → `stages.1.blocks.0.mlp.fc1`; `features.2.1` → `stages.1.downsample.1` */
function convNeXtPart(layer: string): string {
  if (layer === 'features') return 'head.norm';
  const [, index = '', block = '', part] =
    /^features\.(\d)\.(\d+)(?:\.(block\.[0235]|layer_scale))?$/.exec(layer) ?? [];
  const stage = Math.floor(Number(index) / 2);
  if (part !== undefined) return `stages.${stage}.blocks.${block}.${convNeXtParts[part]}`;
  return index === '0' ? `stem.${block}` : `stages.${stage}.downsample.${block}`;
}

/** `conv_dw_3_bn` → `blocks.1.1.bn1` */
function mobileNetV1Part(layer: string): string | null {
  if (layer === 'conv1') return 'conv_stem';
  if (layer === 'conv1_bn') return 'bn1';
  const [, kind, id, norm] = /^conv_(dw|pw)_(\d+)(_bn)?$/.exec(layer) ?? [];
  if (id === undefined) return null;
  const { stage, block } = placeIn(mobileNetV1Stages, Number(id) - 1);
  const part = norm ? (kind === 'dw' ? 'bn1' : 'bn2') : `conv_${kind}`;
  return `blocks.${stage}.${block}.${part}`;
}

function outsideBlocks(layer: string): string | null {
  if (layer === 'features.0.0') return 'conv_stem';
  if (layer === 'features.0.1') return 'bn1';
  const [, index, part] = /^features\.(\d+)\.([01])$/.exec(layer) ?? [];
  if (index === undefined) return null;
  return part === '0' ? 'conv_head' : 'bn2';
}

const firstBlock = ['conv_dw', 'bn1', 'conv_pw', 'bn2'];
const laterBlock = ['conv_pw', 'bn1', 'conv_dw', 'bn2', 'conv_pwl', 'bn3'];

/** `features.4.conv.1.0` → `blocks.2.0.conv_dw` */
function mobileNetV2Block(layer: string): string | null {
  const [, index, first, second] = /^features\.(\d+)\.conv\.(\d)(?:\.([01]))?$/.exec(layer) ?? [];
  if (index === undefined || first === undefined) return null;
  const { stage, block } = placeIn(mobileNetV2Stages, Number(index) - 1);
  const parts = stage === 0 ? firstBlock : laterBlock;
  const pairs = parts.length / 2 - 1;
  // The last convolution and its norm are two entries of the sequence, those before them one entry each pair.
  const at = second === undefined ? 2 * pairs + (Number(first) - pairs) : 2 * Number(first) + Number(second);
  return `blocks.${stage}.${block}.${parts[at]}`;
}

/** `features.2.0.block.1.0` → `blocks.1.0.conv_dw` */
function efficientNetBlock(layer: string): string | null {
  const [, stage, block, part, rest] = /^features\.(\d+)\.(\d+)\.block\.(\d)\.(.+)$/.exec(layer) ?? [];
  if (stage === undefined || rest === undefined) return null;
  const name = `blocks.${Number(stage) - 1}.${block}`;
  const expanded = Number(stage) > 1;
  if (rest === 'fc1') return `${name}.se.conv_reduce`;
  if (rest === 'fc2') return `${name}.se.conv_expand`;
  const parts = expanded ? laterBlock : firstBlock;
  // The squeeze-and-excitation stands before the last pair.
  const pair = Number(part) > (expanded ? 2 : 1) ? Number(part) - 1 : Number(part);
  return `${name}.${parts[2 * pair + Number(rest)]}`;
}

function placeIn(stages: readonly number[], index: number): { stage: number; block: number } {
  let rest = index;
  for (const [stage, blocks] of stages.entries()) {
    if (rest < blocks) return { stage, block: rest };
    rest -= blocks;
  }
  return { stage: stages.length, block: rest };
}
