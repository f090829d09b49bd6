import type { WeightFile } from '../weights/weight-file.ts';
import type { Detected } from './detect.ts';
import { familyOf } from './families.ts';
import type { PretrainedInput } from './input.ts';
import { KerasLayers } from './keras-layout.ts';
import { inceptionOrder } from './keras-names.ts';

/** Of ResNet-50 until 2018. */
const OLD_RESNET = 'res5c_branch2c';
/** Its batch norms had Keras' default, later ones have 1.001e-5. */
const OLD_EPSILON = 1e-3 - 1.001e-5;

/** A layer that only this network has; what stands before it in the file is a prefix. */
const marks: readonly (readonly [layer: string, architecture: Detected['architecture']])[] = [
  ['stage_3_block_2_depthwise_conv', 'convnext-tiny'],
  ['block_16_project', 'mobilenet-v2'],
  ['conv_pw_13', 'mobilenet-v1'],
  ['expanded_conv_14_project', 'mobilenet-v3-large'],
  ['expanded_conv_10_project', 'mobilenet-v3-small'],
  ['block5_conv4', 'vgg19'],
  ['block5_conv3', 'vgg16'],
  ['conv5_block16_2_conv', 'densenet121'],
  ['conv5_block3_3_conv', 'resnet50'],
  [OLD_RESNET, 'resnet50'],
  ['block7a_project_conv', 'efficientnet-b0'],
];

/** Which of Keras' applications the tensors of a file belong to, by their names and shapes; null for one that is not known. */
export function detectKeras(file: Pick<WeightFile, 'tensors'>): Detected | null {
  const layers = new KerasLayers(file);
  const marked = findMark(layers);
  if (!marked) return null;
  const { prefix } = marked;
  const architecture = variantOf(marked.architecture, prefix, layers);
  if (!architecture) return null;
  const width = widthOf(architecture, prefix, layers);
  if (width === null) return null;
  const input = inputOf(file, layers) ?? familyOf(architecture, 'keras')?.input ?? 'imagenet';
  const found = { architecture, width, prefix, flavor: 'keras' as const, input, classes: classesOf(layers, prefix) };
  if (layers.shapeOf(prefix + OLD_RESNET)) return { ...found, naming: 'old-keras-resnet', moreEpsilon: OLD_EPSILON };
  return { ...found, naming: 'keras' };
}

function findMark(layers: KerasLayers): { architecture: Detected['architecture']; prefix: string } | null {
  const names = [...layers.names()];
  for (const [mark, architecture] of marks) {
    const found = names.find((name) => name === mark) ?? names.find((name) => name.endsWith(`_${mark}`));
    if (found !== undefined) return { architecture, prefix: found.slice(0, -mark.length) };
  }
  const last = inceptionOrder.length - 1;
  const isInception = layers.nameOf(`conv2d_${last}`, 'kernel') && !layers.nameOf('batch_normalization_0', 'gamma');
  return isInception && layers.shapeOf('conv2d_0')?.[3] === 32 ? { architecture: 'inception-v3', prefix: '' } : null;
}

/** Tells the members of a family from each other. */
function variantOf(
  architecture: Detected['architecture'],
  prefix: string,
  layers: KerasLayers,
): Detected['architecture'] | null {
  const count = (pattern: RegExp) =>
    [...layers.names()].filter((name) => name.startsWith(prefix) && pattern.test(name.slice(prefix.length))).length;
  const has = (name: string) => layers.shapeOf(prefix + name) !== undefined;
  switch (architecture) {
    case 'convnext-tiny':
      return count(/^stage_2_block_\d+_depthwise_conv$/) === 9 && layers.shapeOf(`${prefix}stem_conv`)?.[3] === 96
        ? 'convnext-tiny'
        : null;
    case 'densenet121':
      return count(/^conv\d_block\d+_2_conv$/) === 58 ? 'densenet121' : null;
    case 'resnet50': {
      if (has(OLD_RESNET)) return count(/^res\d[a-z]_branch2a$/) === 16 ? 'resnet50' : null;
      const blocks = count(/^conv\d_block\d+_1_conv$/);
      // The second version normalises before the first convolution of each block.
      if (layers.nameOf(`${prefix}conv2_block1_preact_bn`, 'gamma'))
        return blocks === 16 ? 'resnet50v2' : blocks === 33 ? 'resnet101v2' : null;
      return blocks === 16 ? 'resnet50' : blocks === 33 ? 'resnet101' : null;
    }
    case 'efficientnet-b0': {
      const blocks = count(/^block\d[a-z]_dwconv$/);
      const top = layers.shapeOf(`${prefix}top_conv`)?.[3];
      if (blocks === 16 && top === 1280) return 'efficientnet-b0';
      if (blocks === 23) return top === 1280 ? 'efficientnet-b1' : top === 1408 ? 'efficientnet-b2' : null;
      return blocks === 26 && top === 1536 ? 'efficientnet-b3' : null;
    }
    case 'mobilenet-v3-small':
    case 'mobilenet-v3-large': {
      const channels = architecture === 'mobilenet-v3-small' ? 96 : 160;
      const last = architecture === 'mobilenet-v3-small' ? 10 : 14;
      // Other widths are other networks.
      if (layers.shapeOf(`${prefix}expanded_conv_${last}_project`)?.[3] !== channels) return null;
      return has('expanded_conv_3_squeeze_excite_conv') ? architecture : `${architecture}-minimalistic`;
    }
    default:
      return architecture;
  }
}

function widthOf(architecture: Detected['architecture'], prefix: string, layers: KerasLayers): number | null {
  if (architecture === 'mobilenet-v1') return (layers.shapeOf(`${prefix}conv_pw_13`)?.[3] ?? 0) / 1024 || null;
  if (architecture !== 'mobilenet-v2') return 1;
  const stem = layers.shapeOf(`${prefix}conv1`)?.[3];
  const last = layers.shapeOf(`${prefix}block_16_project`)?.[3];
  return mobileNetV2Widths.find((width) => divisible(32 * width) === stem && divisible(320 * width) === last) ?? null;
}

const mobileNetV2Widths = [1, 0.35, 0.5, 0.75, 1.3, 1.4, 0.25, 1.1, 1.2, 1.25];

/** As Keras' MobileNetV2 rounds its channels. */
function divisible(value: number): number {
  const rounded = Math.max(8, Math.floor((Math.floor(value) + 4) / 8) * 8);
  return rounded < 0.9 * Math.floor(value) ? rounded + 8 : rounded;
}

/** EfficientNets keep the statistics that their input is normalised by; those of a network that was never given any change nothing. */
function inputOf({ tensors }: Pick<WeightFile, 'tensors'>, layers: KerasLayers): PretrainedInput | null {
  const mean = layers.nameOf('normalization', 'mean');
  const values = mean === undefined ? undefined : tensors.get(mean)?.read();
  return values?.every((value) => value === 0) ? 'zero-one' : null;
}

/** Of a classifier that is one layer on the averages. */
function classesOf(layers: KerasLayers, prefix: string): number | null {
  const names = ['predictions', 'fc1000', 'conv_preds', 'logits', `${prefix}head_dense`];
  return names.map((name) => layers.shapeOf(name)?.at(-1)).find((classes) => classes !== undefined) ?? null;
}
