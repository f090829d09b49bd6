import type { Architecture } from '../../training/config.ts';
import { divisibleBy8, type Flavor } from '../backbones/layers.ts';
import type { TimmFacts } from '../weights/timm-facts.ts';
import type { WeightFile } from '../weights/weight-file.ts';
import { detectKeras } from './detect-keras.ts';
import { isOfBothFlavors } from './flavor.ts';
import type { PretrainedInput } from './input.ts';
import { type Naming, namingOf } from './naming.ts';

export interface Detected {
  architecture: Exclude<Architecture, 'small-cnn' | 'layers-model'>;
  /** What the channels are multiplied by. */
  width: number;
  /** Before every name in the file, e.g. `module.` of torch.nn.DataParallel. */
  prefix: string;
  naming: Naming;
  /**
   * What the batch norms of the file's network add to their variances beyond what those of ours add: the difference goes into the variances
   * as they are loaded, so that outputs are equal. Default: 0.
   */
  moreEpsilon?: number;
  /** Whose padding, epsilon and order of layers the network follows. */
  flavor: Flavor;
  /** Nothing tells whether it is one of timm's `tf_` networks, whose tensors are alike: it is taken for none. */
  isFlavorGuessed?: boolean;
  /** What it saw. */
  input: PretrainedInput;
  /** Classes of the classifier that the file brings; null: none, or one of several layers. */
  classes: number | null;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Wrappers put a word or two before every name; more would be another structure. */
const MOST_PREFIXES = 3;

/** Which network the tensors of a file belong to, by their names and shapes; null for one that is not known. */
export function detectNetwork(file: Pick<WeightFile, 'tensors' | 'timm'>): Detected | null {
  return detectTorch(file) ?? detectKeras(file);
}

function detectTorch({ tensors, timm = null }: Pick<WeightFile, 'tensors' | 'timm'>): Detected | null {
  let names: Shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  let prefix = '';
  for (let i = 0; i <= MOST_PREFIXES; i++) {
    const found = detectPlain(names);
    if (found) return { ...found, ...conventionsOf(found, timm), prefix };
    const word = commonWord(names);
    if (word === null) return null;
    prefix += word;
    names = new Map(
      [...names].filter(([name]) => name.startsWith(word)).map(([name, shape]) => [name.slice(word.length), shape]),
    );
  }
  return null;
}

/** The first word, dot included, of at least four in five names. */
function commonWord(names: Shapes): string | null {
  const counts = new Map<string, number>();
  for (const name of names.keys()) {
    const word = name.slice(0, name.indexOf('.') + 1);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const [word, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  return word !== '' && count >= 0.8 * names.size ? word : null;
}

type Plain = Pick<Detected, 'architecture' | 'width' | 'naming' | 'classes'>;
type Conventions = Pick<Detected, 'flavor' | 'input' | 'moreEpsilon' | 'isFlavorGuessed'>;

function detectPlain(names: Shapes): Plain | null {
  const architecture = architectureOf(names);
  if (!architecture) return null;
  return { architecture, width: widthOf(names, architecture), naming: namingOf(names), classes: classesOf(names) };
}

/** Of a network in PyTorch's names; timm has some with TensorFlow's padding and epsilon. */
function conventionsOf({ architecture, naming }: Plain, timm: TimmFacts | null): Conventions {
  if (!naming.startsWith('timm')) return { flavor: 'torch', input: 'imagenet' };
  const isV3 = architecture.startsWith('mobilenet-v3');
  const told = inputOf(timm);
  // The minimalistic ones are TensorFlow's only.
  const isTf = timm?.network.startsWith('tf_') || architecture.endsWith('minimalistic');
  if (isOfBothFlavors(architecture) && isTf) {
    const isMinusOneOne = isV3 || /_ap(_|$)/.test(timm?.network ?? '');
    return { flavor: 'keras', input: told ?? (isMinusOneOne ? 'minus-one-one' : 'imagenet') };
  }
  return {
    flavor: 'torch',
    input: told ?? 'imagenet',
    // timm's have PyTorch's epsilon, torchvision's the paper's.
    ...(isV3 && { moreEpsilon: 1e-5 - 1e-3 }),
    ...(isOfBothFlavors(architecture) && timm === null && { isFlavorGuessed: true }),
  };
}

function inputOf(timm: TimmFacts | null): PretrainedInput | null {
  const [red] = timm?.mean ?? [];
  if (red === undefined) return null;
  return red === 0.5 ? 'minus-one-one' : red === 0 ? 'zero-one' : 'imagenet';
}

function architectureOf(names: Shapes): Detected['architecture'] | null {
  const has = (name: string) => names.has(name);
  const count = (pattern: RegExp) => [...names.keys()].filter((name) => pattern.test(name)).length;
  if (has('layer4.0.conv1.weight')) return resNetOf(names);
  if (has('Mixed_5b.branch1x1.conv.weight')) return 'inception-v3';
  const denseLayers = count(/^features\.denseblock\d\.denselayer\d+\.conv\.?2\.weight$/);
  if (denseLayers > 0) return denseLayers === 58 ? 'densenet121' : null;
  if (has('features.3.squeeze.weight') && has('features.12.expand3x3.weight')) return 'squeezenet';
  if (isShape(names.get('features.0.weight'), [64, 3, 3, 3])) {
    if (isShape(names.get('features.34.weight'), [512, 512, 3, 3])) return 'vgg19';
    return isShape(names.get('features.28.weight'), [512, 512, 3, 3]) ? 'vgg16' : null;
  }
  if (has('features.18.0.weight') && has('features.2.conv.3.weight')) return 'mobilenet-v2';
  if (isShape(names.get('blocks.5.0.conv.weight'), [576, 96, 1, 1]))
    return has('blocks.0.0.se.conv_reduce.weight') ? 'mobilenet-v3-small' : 'mobilenet-v3-small-minimalistic';
  if (isShape(names.get('blocks.6.0.conv.weight'), [960, 160, 1, 1]))
    return has('blocks.2.0.se.conv_reduce.weight') ? 'mobilenet-v3-large' : 'mobilenet-v3-large-minimalistic';
  if (isShape(names.get('features.12.0.weight'), [576, 96, 1, 1])) return 'mobilenet-v3-small';
  if (isShape(names.get('features.16.0.weight'), [960, 160, 1, 1])) return 'mobilenet-v3-large';
  const convNeXt = names.get('features.0.0.weight') ?? names.get('stem.0.weight');
  if (isShape(convNeXt, [96, 3, 4, 4]) || isShape(convNeXt, [96, 1, 4, 4])) {
    const blocks = count(/^(features\.5\.\d+\.layer_scale|stages\.2\.blocks\.\d+\.gamma)$/);
    return blocks === 9 && !has('stages.0.blocks.0.mlp.grn.weight') ? 'convnext-tiny' : null;
  }
  if (has('conv_stem.weight') && has('blocks.4.1.conv_pw.weight') && !has('conv_head.weight')) {
    return count(/^blocks\.3\.\d\.conv_dw\.weight$/) === 6 ? 'mobilenet-v1' : null;
  }
  const layers = {
    torchvision:
      count(/^features\.[1-7]\.\d+\.block\.\d\.0\.weight$/) > 0 &&
      count(/^features\.[1-7]\.\d+\.block\.[012]\.fc1\.weight$/),
    timm: has('conv_stem.weight') && count(/^blocks\.[0-6]\.\d+\.se\.conv_reduce\.weight$/),
  };
  const blocks = layers.torchvision || layers.timm;
  if (blocks) return efficientNetOf(blocks, names);
  if (has('conv_stem.weight') && has('conv_head.weight') && has('blocks.6.0.conv_pwl.weight')) return 'mobilenet-v2';
  return null;
}

/** By the kind and the number of its blocks; wide and grouped ones are other networks. */
function resNetOf(names: Shapes): Detected['architecture'] | null {
  const bottleneck = names.has('layer1.0.conv3.weight');
  const blocks = [...names.keys()].filter((name) => /^layer[1-4]\.\d+\.conv1\.weight$/.test(name)).length;
  if (!isShape(names.get('layer1.0.conv2.weight'), [64, 64, 3, 3])) return null;
  if (bottleneck) return blocks === 16 ? 'resnet50' : blocks === 33 ? 'resnet101' : null;
  return blocks === 8 ? 'resnet18' : blocks === 16 ? 'resnet34' : null;
}

/** By the number of blocks and the channels of the stem. */
function efficientNetOf(blocks: number, names: Shapes): Detected['architecture'] | null {
  const stem = (names.get('features.0.0.weight') ?? names.get('conv_stem.weight'))?.[0];
  const known: readonly (readonly [Detected['architecture'], number, number])[] = [
    ['efficientnet-b0', 16, 32],
    ['efficientnet-b1', 23, 32],
    ['efficientnet-b2', 23, 32],
    ['efficientnet-b3', 26, 40],
  ];
  const fits = known.filter(([, count, channels]) => count === blocks && channels === stem);
  if (fits.length <= 1) return fits[0]?.[0] ?? null;
  const last = (names.get('features.8.0.weight') ?? names.get('conv_head.weight'))?.[0];
  return last === 1408 ? 'efficientnet-b2' : 'efficientnet-b1';
}

/** The usual widths; what decides is the last bottleneck, whose channels differ for each of them. */
const widths = [1, 0.75, 0.5, 0.35, 0.25, 1.25, 1.3, 1.4, 1.1, 1.2];

function widthOf(names: Shapes, architecture: Detected['architecture']): number {
  if (architecture === 'mobilenet-v1') return (names.get('blocks.4.1.conv_pw.weight')?.[0] ?? 1024) / 1024;
  if (architecture !== 'mobilenet-v2') return 1;
  const channels = (names.get('features.17.conv.2.weight') ?? names.get('blocks.6.0.conv_pwl.weight'))?.[0];
  return widths.find((width) => divisibleBy8(320 * width) === channels) ?? 1;
}

/** Of a classifier that is one layer on the averages. */
function classesOf(names: Shapes): number | null {
  for (const name of [
    'fc.weight',
    'classifier.weight',
    'classifier.1.weight',
    'classifier.2.weight',
    'head.fc.weight',
    'head.weight',
  ]) {
    const shape = names.get(name);
    if (shape && (shape.length === 2 || isShape(shape.slice(2), [1, 1]))) return shape[0] ?? null;
  }
  return null;
}

function isShape(shape: readonly number[] | undefined, expected: readonly number[]): boolean {
  return shape?.length === expected.length && shape.every((length, i) => length === expected[i]);
}
