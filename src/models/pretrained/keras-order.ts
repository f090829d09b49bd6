import { classAndNumber } from '../weights/keras-paths.ts';
import type { Detected } from './detect.ts';

/** The class of a layer as Keras names groups of weights by it, and the layer's name in one of Keras' applications. */
type Layer = readonly [className: string, name: string];

interface Network {
  /** In the order of `model.layers`, without the classifier. */
  layers: readonly Layer[];
  /** Of its own classifier. */
  head: readonly Layer[];
  /** Side and filters of the first kernel; null: any number of filters, as its width is free. */
  stem: readonly [side: number, filters: number | null];
}

/** Someone's layers may follow those of a network, but few of the classes that tell networks from each other. */
const MOST_ADDED: Readonly<Record<string, number>> = { conv2d: 2, batch_normalization: 3 };

/**
 * Names for layers of which a file tells only the class and a number, as the bare weights of Keras 2.12 to 3.2 do (`layers/conv2d_3`): where
 * there are as many of each class as one of Keras' applications has, they are that network's, in its order.
 * @param paths of all layers with weights
 * @param kernelOf shape of a layer's kernel
 * @returns path → name; empty where layers have names, or are of no network that is known
 */
export function namesByOrder(
  paths: Iterable<string>,
  kernelOf: (path: string) => readonly number[] | undefined,
): Map<string, string> {
  const names = new Map<string, string>();
  for (const classes of networksIn(paths)) {
    const network = Object.values(networks).find((one) => fits(one, classes, kernelOf));
    if (!network) continue;
    const [body, head] = [byClass(network.layers), byClass(network.head)];
    for (const [className, found] of classes) {
      const known = body.get(className) ?? [];
      const last = head.get(className) ?? [];
      const ordered = found.length === known.length + last.length ? [...known, ...last] : known;
      for (const [i, name] of ordered.entries()) names.set(found[i] as string, name);
    }
  }
  return names;
}

/** The paths of a network's layers by class, in their order. */
type Classes = ReadonlyMap<string, readonly string[]>;

/** Every network in the file; the classes of layers in a sequence within a network begin with `sequential/`. */
function networksIn(paths: Iterable<string>): Iterable<Classes> {
  const found = [...paths].flatMap((path) => {
    const [, network, outer, sequence = 0, group = ''] =
      /^((?:.+?\/)??layers)\/(?:(sequential)(?:_(\d+))?\/layers\/)?([^/]+)$/.exec(path) ?? [];
    if (network === undefined) return [];
    const { className, number } = classAndNumber(group);
    const place = Number(sequence) * MOST_IN_A_SEQUENCE + number;
    return [{ network, path, className: outer ? `${outer}/${className}` : className, place }];
  });
  return [...Map.groupBy(found, ({ network }) => network).values()].map((layers) => {
    const sorted = layers.sort((a, b) => a.place - b.place);
    return byClass(sorted.map(({ className, path }) => [className, path]));
  });
}

const MOST_IN_A_SEQUENCE = 1e6;

function byClass(layers: readonly Layer[]): Map<string, string[]> {
  const classes = Map.groupBy(layers, ([className]) => className);
  return new Map([...classes].map(([className, own]) => [className, own.map(([, name]) => name)]));
}

function fits(
  { layers, stem: [side, filters] }: Network,
  found: Classes,
  kernelOf: (path: string) => readonly number[] | undefined,
): boolean {
  const wanted = byClass(layers);
  for (const className of ['conv2d', 'depthwise_conv2d', 'batch_normalization', 'layer_scale', 'sequential/conv2d']) {
    const added = (found.get(className)?.length ?? 0) - (wanted.get(className)?.length ?? 0);
    if (added < 0 || added > (MOST_ADDED[className] ?? 0)) return false;
  }
  const first = (found.get('sequential/conv2d') ?? found.get('conv2d'))?.[0];
  const kernel = first === undefined ? undefined : kernelOf(first);
  return kernel?.length === 4 && kernel[0] === side && (filters === null || kernel[3] === filters);
}

const conv = (name: string): Layer => ['conv2d', name];
const depthwise = (name: string): Layer => ['depthwise_conv2d', name];
const norm = (name: string): Layer => ['batch_normalization', name];
const dense = (name: string): Layer => ['dense', name];
const predictions = [dense('predictions')];

/** 0, 1 … */
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Of each kind of block: its layers, by their places in the order in which they were made, by their distance from the end. */
const inceptionBlocks = {
  a: [3, 1, 4, 0, 2, 5, 6],
  b: [1, 2, 0, 3],
  c: [4, 5, 1, 6, 2, 7, 0, 3, 8, 9],
  d: [2, 3, 0, 4, 1, 5],
  e: [4, 1, 5, 2, 3, 6, 7, 0, 8],
} as const;

const networks = {
  'mobilenet-v1': {
    stem: [3, null],
    layers: [conv('conv1'), norm('conv1_bn'), ...upTo(13).flatMap((i) => separable(i + 1))],
    head: [conv('conv_preds')],
  },
  'mobilenet-v2': {
    stem: [3, null],
    layers: [
      conv('conv1'),
      norm('bn_conv1'),
      ...upTo(17).flatMap((i) => invertedResidual(i === 0 ? 'expanded_conv_' : `block_${i}_`, i > 0, false)),
      conv('conv_1'),
      norm('conv_1_bn'),
    ],
    head: predictions,
  },
  'mobilenet-v3-small': mobileNetV3([0, 3, 4, 5, 6, 7, 8, 9, 10], 11),
  'mobilenet-v3-large': mobileNetV3([3, 4, 5, 10, 11, 12, 13, 14], 15),
  'mobilenet-v3-small-minimalistic': mobileNetV3([], 11),
  'mobilenet-v3-large-minimalistic': mobileNetV3([], 15),
  'efficientnet-b0': efficientNet([1, 2, 2, 3, 3, 4, 1], 32),
  // B2 has the same layers, with more channels.
  'efficientnet-b1': efficientNet([2, 3, 3, 4, 4, 5, 2], 32),
  'efficientnet-b3': efficientNet([2, 3, 3, 5, 5, 6, 2], 40),
  'convnext-tiny': convNeXt([3, 3, 9, 3], 96),
  densenet121: denseNet([6, 12, 24, 16]),
  'inception-v3': inception(),
  resnet50: resNet([3, 4, 6, 3]),
  resnet101: resNet([3, 4, 23, 3]),
  resnet50v2: resNetV2([3, 4, 6, 3]),
  resnet101v2: resNetV2([3, 4, 23, 3]),
  vgg16: vgg([2, 2, 3, 3, 3]),
  vgg19: vgg([2, 2, 4, 4, 4]),
} satisfies Partial<Record<Detected['architecture'], Network>>;

function separable(index: number): Layer[] {
  const pair = (kind: 'dw' | 'pw', layer: typeof conv) => [
    layer(`conv_${kind}_${index}`),
    norm(`conv_${kind}_${index}_bn`),
  ];
  return [...pair('dw', depthwise), ...pair('pw', conv)];
}

function invertedResidual(prefix: string, expands: boolean, squeezes: boolean): Layer[] {
  return [
    ...(expands ? [conv(`${prefix}expand`), norm(`${prefix}expand_bn`)] : []),
    depthwise(`${prefix}depthwise`),
    norm(`${prefix}depthwise_bn`),
    ...(squeezes ? [conv(`${prefix}squeeze_excite_conv`), conv(`${prefix}squeeze_excite_conv_1`)] : []),
    conv(`${prefix}project`),
    norm(`${prefix}project_bn`),
  ];
}

/** @param squeezing blocks with squeeze-and-excitation */
function mobileNetV3(squeezing: readonly number[], blocks: number): Network {
  const block = (i: number) =>
    invertedResidual(i === 0 ? 'expanded_conv_' : `expanded_conv_${i}_`, i > 0, squeezing.includes(i));
  return {
    stem: [3, 16],
    layers: [conv('conv'), norm('conv_bn'), ...upTo(blocks).flatMap(block), conv('conv_1'), norm('conv_1_bn')],
    head: [conv('conv_2'), conv('logits')],
  };
}

function efficientNet(stages: readonly number[], channels: number): Network {
  const block = (stage: number, i: number): Layer[] => {
    const name = `block${stage + 1}${String.fromCharCode(97 + i)}_`;
    return [
      ...(stage > 0 ? [conv(`${name}expand_conv`), norm(`${name}expand_bn`)] : []),
      depthwise(`${name}dwconv`),
      norm(`${name}bn`),
      conv(`${name}se_reduce`),
      conv(`${name}se_expand`),
      conv(`${name}project_conv`),
      norm(`${name}project_bn`),
    ];
  };
  return {
    stem: [3, channels],
    layers: [
      ['normalization', 'normalization'],
      conv('stem_conv'),
      norm('stem_bn'),
      ...stages.flatMap((blocks, stage) => upTo(blocks).flatMap((i) => block(stage, i))),
      conv('top_conv'),
      norm('top_bn'),
    ],
    head: predictions,
  };
}

/** Its stem and what halves the picture are sequences in the network. */
function convNeXt(stages: readonly number[], channels: number): Network {
  const block = (name: string): Layer[] => [
    conv(`${name}_depthwise_conv`),
    ['layer_normalization', `${name}_layernorm`],
    dense(`${name}_pointwise_conv_1`),
    dense(`${name}_pointwise_conv_2`),
    ['layer_scale', `${name}_layer_scale`],
  ];
  return {
    stem: [4, channels],
    layers: stages.flatMap((blocks, stage) => [
      ['sequential/conv2d', stage === 0 ? 'stem_conv' : `downsampling_conv_${stage - 1}`] as const,
      [
        'sequential/layer_normalization',
        stage === 0 ? 'stem_layernorm' : `downsampling_layernorm_${stage - 1}`,
      ] as const,
      ...upTo(blocks).flatMap((i) => block(`stage_${stage}_block_${i}`)),
    ]),
    head: [
      ['layer_normalization', 'head_layernorm'],
      ['dense', 'head_dense'],
    ],
  };
}

function denseNet(blocks: readonly number[]): Network {
  const layer = (name: string) => [
    norm(`${name}_0_bn`),
    conv(`${name}_1_conv`),
    norm(`${name}_1_bn`),
    conv(`${name}_2_conv`),
  ];
  return {
    stem: [7, 64],
    layers: [
      conv('conv1_conv'),
      norm('conv1_bn'),
      ...blocks.flatMap((layers, i) => [
        ...upTo(layers).flatMap((j) => layer(`conv${i + 2}_block${j + 1}`)),
        ...(i < blocks.length - 1 ? [norm(`pool${i + 2}_bn`), conv(`pool${i + 2}_conv`)] : [norm('bn')]),
      ]),
    ],
    head: predictions,
  };
}

/** Keras lists layers by their distance from the end: the shortcut, of one convolution, stands before the last of the three beside it. */
function resNet(stages: readonly number[]): Network {
  const block = (name: string, parts: readonly number[]) =>
    parts.flatMap((part) => [conv(`${name}_${part}_conv`), norm(`${name}_${part}_bn`)]);
  return {
    stem: [7, 64],
    layers: [
      conv('conv1_conv'),
      norm('conv1_bn'),
      ...stages.flatMap((blocks, i) =>
        upTo(blocks).flatMap((j) => block(`conv${i + 2}_block${j + 1}`, j === 0 ? [1, 2, 0, 3] : [1, 2, 3])),
      ),
    ],
    head: predictions,
  };
}

/** Its shortcut's and its last convolution are as far from the end as each other: the shortcut's is listed first. */
function resNetV2(stages: readonly number[]): Network {
  const block = (name: string, parts: readonly number[]) => [
    norm(`${name}_preact_bn`),
    ...parts.map((part) => conv(`${name}_${part}_conv`)),
    norm(`${name}_1_bn`),
    norm(`${name}_2_bn`),
  ];
  return {
    stem: [7, 64],
    layers: [
      conv('conv1_conv'),
      ...stages.flatMap((blocks, i) =>
        upTo(blocks).flatMap((j) => block(`conv${i + 2}_block${j + 1}`, j === 0 ? [1, 2, 0, 3] : [1, 2, 3])),
      ),
      norm('post_bn'),
    ],
    head: predictions,
  };
}

function vgg(stages: readonly number[]): Network {
  return {
    stem: [3, 64],
    layers: stages.flatMap((convolutions, i) => upTo(convolutions).map((j) => conv(`block${i + 1}_conv${j + 1}`))),
    head: [dense('fc1'), dense('fc2'), ...predictions],
  };
}

/** Its layers are named by a number, in the order in which they were made. */
function inception(): Network {
  const order = [0, 1, 2, 3, 4];
  for (const kind of ['a', 'a', 'a', 'b', 'c', 'c', 'c', 'c', 'd', 'e', 'e'] as const) {
    const begun = order.length;
    order.push(...inceptionBlocks[kind].map((place) => begun + place));
  }
  return {
    stem: [3, 32],
    layers: order.flatMap((i) => [conv(`conv2d_${i}`), norm(`batch_normalization_${i}`)]),
    head: predictions,
  };
}
