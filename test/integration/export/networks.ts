import * as tf from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { buildModel } from '../../../src/models/build.ts';
import { seededRandom } from '../../../src/random.ts';
import { defaultConfig, type ModelConfig } from '../../../src/training/config.ts';

type Activation = Parameters<typeof layers.activation>[0]['activation'];
type Margins = [[number, number], [number, number]];

const classes = 5;
const side = 32;

/** Networks that exports are checked with; every weight is a seeded number, batch-norm statistics too. */
export const networks: Record<string, () => LayersModel> = {
  'small-cnn': () => built('small-cnn'),
  'small-cnn, grey': () => built('small-cnn', { channels: 1, change: { activation: 'leaky-relu', width: 0.5 } }),
  resnet18: () => built('resnet18', { change: { stochasticDepth: 0.2, width: 0.25 } }),
  'mobilenet-v2': () => built('mobilenet-v2', { change: { width: 0.35 } }),
  'mobilenet-v3-small': () => built('mobilenet-v3-small', { gain: 1.3 }),
  'efficientnet-b0': () => built('efficientnet-b0', { change: { stochasticDepth: 0.2 }, gain: 1.3 }),
  squeezenet: () => built('squeezenet'),
  'parts of MobileNetV3': mobileNet,
  'parts of DenseNet and Inception': denseNet,
  convnext: convNext,
  vgg: vgg,
  'every layer': everyLayer,
  'rare activations': rareActivations,
  'rare layers': rareLayers,
  'nested models': nested,
};

/**
 * Formats that can't hold a network: TensorFlow.js can't read its own `gelu_new` and separable convolutions with a multiplier
 * back and has no softsign in graphs; TensorFlow graphs don't merge what differs in rank.
 */
export const notPossible: Record<string, readonly string[]> = {
  'rare activations': ['keras', 'tfjs', 'tfjs-graph'],
  'rare layers': ['tfjs', 'savedmodel', 'tfjs-graph'],
};

interface BuildOptions {
  channels?: 1 | 3;
  /** Pixels. */
  size?: number;
  change?: Partial<ModelConfig>;
  gain?: number;
}

/** One of Loupe's own. */
function built(
  architecture: ModelConfig['architecture'],
  { channels = 3, size = side, change = {}, gain = 1 }: BuildOptions = {},
): LayersModel {
  const shape = { width: size, height: size, channels, classes, seed: 7 };
  return scrambled(buildModel({ ...defaultConfig.model, ...change, architecture }, shape), gain);
}

/** Inverted residuals with squeeze-and-excitation: MobileNetV3's and EfficientNet's parts, TensorFlow's and PyTorch's padding. */
function mobileNet(): LayersModel {
  const image = input({ name: 'image', shape: [side, side, 3] });
  let x = activation(norm(conv(image, 16, 3, 2)), 'swish');
  x = invertedResidual(x, { expansion: 1, filters: 16, kernel: 3, stride: 1, act: 'relu6', padding: 'same' });
  x = invertedResidual(x, { expansion: 4, filters: 24, kernel: 3, stride: 2, act: 'relu6', padding: 'torch' });
  x = invertedResidual(x, { expansion: 4, filters: 24, kernel: 5, stride: 1, act: 'swish', padding: 'same' });
  x = invertedResidual(x, { expansion: 4, filters: 40, kernel: 5, stride: 2, act: 'hard-swish', padding: 'same' });
  x = activation(norm(conv(x, 64, 1, 1)), 'hard-swish');
  return classifier('mobilenet', image, apply(layers.globalAveragePooling2d({}), x));
}

function invertedResidual(
  x: SymbolicTensor,
  options: {
    expansion: number;
    filters: number;
    kernel: number;
    stride: 1 | 2;
    act: 'relu6' | 'swish' | 'hard-swish';
    padding: 'same' | 'torch';
  },
): SymbolicTensor {
  const { expansion, filters, kernel, stride, act, padding } = options;
  const channels = x.shape.at(-1) as number;
  let y = expansion === 1 ? x : activation(norm(conv(x, channels * expansion, 1, 1)), act);
  const explicit = padding === 'torch' && stride === 2;
  if (explicit) y = apply(layers.zeroPadding2d({ padding: (kernel - 1) / 2 }), y);
  const spatial = { kernelSize: kernel, strides: stride, useBias: false };
  y = apply(layers.depthwiseConv2d({ ...spatial, padding: explicit ? 'valid' : 'same' }), y);
  y = squeezeAndExcite(activation(norm(y), act));
  y = norm(conv(y, filters, 1, 1));
  if (stride === 2 || channels !== filters) return y;
  return apply(layers.add(), [x, apply(layers.dropout({ rate: 0.2 }), y)]);
}

function squeezeAndExcite(x: SymbolicTensor): SymbolicTensor {
  const channels = x.shape.at(-1) as number;
  let gate = apply(layers.globalAveragePooling2d({}), x);
  gate = apply(layers.reshape({ targetShape: [1, 1, channels] }), gate);
  gate = apply(layers.conv2d({ filters: 8, kernelSize: 1, activation: 'relu' }), gate);
  gate = apply(layers.conv2d({ filters: channels, kernelSize: 1, activation: 'hardSigmoid' }), gate);
  return apply(layers.multiply(), [x, gate]);
}

function denseNet(): LayersModel {
  const image = input({ name: 'image', shape: [side, side, 3] });
  let x = conv(image, 12, 7, 2);
  x = apply(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), activation(norm(x), 'relu'));
  for (let i = 0; i < 3; i++) {
    const grown = conv(activation(norm(x), 'relu'), 8, 3, 1);
    x = apply(layers.concatenate(), [x, grown]);
  }
  x = apply(layers.averagePooling2d({ poolSize: 2 }), conv(activation(norm(x), 'relu'), 16, 1, 1));
  const inception = [
    conv(x, 8, 1, 1),
    apply(layers.conv2d({ filters: 8, kernelSize: [1, 7], padding: 'same', activation: 'relu' }), x),
    conv(apply(layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }), x), 4, 1, 1),
  ];
  const all = norm(apply(layers.concatenate({ axis: -1 }), inception));
  return classifier('densenet', image, apply(layers.globalMaxPooling2d({}), all));
}

function convNext(): LayersModel {
  const image = input({ name: 'image', shape: [side, side, 3] });
  let x = layerNorm(apply(layers.conv2d({ filters: 16, kernelSize: 4, strides: 4 }), image));
  for (let i = 0; i < 2; i++) {
    let y = apply(layers.depthwiseConv2d({ kernelSize: 7, padding: 'same' }), x);
    y = apply(layers.dense({ units: 64, activation: 'gelu' }), layerNorm(y));
    x = apply(layers.add(), [x, apply(layers.dense({ units: 16 }), y)]);
  }
  x = apply(layers.conv2d({ filters: 24, kernelSize: 2, strides: 2 }), layerNorm(x));
  return classifier('convnext', image, layerNorm(apply(layers.globalAveragePooling2d({}), x)));
}

function vgg(): LayersModel {
  const image = input({ name: 'image', shape: [side, side, 3] });
  let x: SymbolicTensor = image;
  for (const filters of [8, 16]) {
    x = apply(layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' }), x);
    x = apply(layers.maxPooling2d({ poolSize: 2 }), x);
  }
  x = apply(layers.dense({ units: 20, activation: 'relu' }), apply(layers.flatten(), x));
  x = apply(layers.batchNormalization(), apply(layers.dropout({ rate: 0.5 }), x));
  return classifier('vgg', image, x);
}

const activations: Activation[] = ['elu', 'selu', 'sigmoid', 'softplus', 'tanh', 'mish', 'linear', 'softmax'];

/** What the others leave out. */
function everyLayer(): LayersModel {
  const image = input({ name: 'image', shape: [side, side, 3] });
  const margins: Margins = [
    [1, 2],
    [0, 3],
  ];
  let x = apply(layers.zeroPadding2d({ padding: margins }), image);
  x = apply(layers.conv2d({ filters: 12, kernelSize: [2, 3], strides: 2, activation: 'swish' }), x);
  x = apply(layers.separableConv2d({ filters: 8, kernelSize: 3, activation: 'relu' }), x);
  x = apply(layers.depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2, padding: 'same' }), x);
  x = apply(layers.batchNormalization({ scale: false, epsilon: 1e-2 }), x);
  x = apply(layers.leakyReLU({ alpha: 0.1 }), x);
  x = apply(layers.batchNormalization({ center: false }), x);
  for (const name of activations) x = apply(layers.activation({ activation: name }), x);
  x = apply(layers.elu({}), x);
  x = apply(layers.reLU({ maxValue: 2.5 }), x);
  x = apply(layers.maxPooling2d({ poolSize: 3, strides: 1, padding: 'same' }), x);
  x = apply(layers.multiply(), [x, apply(layers.softmax({ axis: -1 }), x)]);
  x = apply(layers.concatenate({ axis: 1 }), [x, x]);
  x = apply(layers.reshape({ targetShape: [128, 16] }), x);
  x = apply(layers.flatten(), apply(layers.dense({ units: 4, activation: 'tanh' }), x));
  return classifier('every-layer', image, x, 4);
}

function rareActivations(): LayersModel {
  return oneLayerNetwork((x) => {
    const y = apply(layers.activation({ activation: 'gelu_new' }), conv(x, 8, 3, 2));
    return apply(layers.activation({ activation: 'softsign' }), y);
  });
}

function rareLayers(): LayersModel {
  return oneLayerNetwork((x) => {
    const y = apply(layers.separableConv2d({ filters: 8, kernelSize: 3, depthMultiplier: 2 }), x);
    const gate = apply(layers.softmax({}), apply(layers.globalAveragePooling2d({}), y));
    return apply(layers.multiply(), [y, gate]);
  });
}

function nested(): LayersModel {
  const block = (name: string) =>
    sequential({
      name,
      layers: [
        layers.conv2d({ name: `${name}.conv`, inputShape: [side, side, 3], filters: 4, kernelSize: 3, strides: 2 }),
        layers.batchNormalization({ name: `${name}.bn` }),
      ],
    });
  const image = input({ name: 'image', shape: [side, side, 3] });
  const shared = layers.dense({ name: 'shared', units: 4, activation: 'relu' });
  let x = apply(layers.add(), [apply(block('left'), image), apply(block('right'), image)]);
  x = apply(shared, apply(shared, x));
  return classifier('nested', image, apply(layers.globalAveragePooling2d({}), x));
}

function classifier(name: string, image: SymbolicTensor, features: SymbolicTensor, gain = 1): LayersModel {
  const logits = apply(layers.dense({ name: 'logits', units: classes }), features);
  const outputs = apply(layers.activation({ name: 'probabilities', activation: 'softmax' }), logits);
  return scrambled(model({ name, inputs: image, outputs }), gain);
}

/** A classifier with one layer of a test's choice. */
export function oneLayerNetwork(layer: (x: SymbolicTensor) => SymbolicTensor): LayersModel {
  const image = input({ name: 'image', shape: [side, side, 3] });
  return classifier('one-layer', image, apply(layers.globalAveragePooling2d({}), layer(image)));
}

export function apply(layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}

function conv(x: SymbolicTensor, filters: number, kernelSize: number, strides: number): SymbolicTensor {
  return apply(layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false }), x);
}

function norm(x: SymbolicTensor): SymbolicTensor {
  return apply(layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 }), x);
}

function layerNorm(x: SymbolicTensor): SymbolicTensor {
  return apply(layers.layerNormalization({ epsilon: 1e-6 }), x);
}

function activation(x: SymbolicTensor, name: 'relu' | 'relu6' | 'swish' | 'hard-swish'): SymbolicTensor {
  if (name === 'relu6') return apply(layers.reLU({ maxValue: 6 }), x);
  if (name !== 'hard-swish') return apply(layers.activation({ activation: name }), x);
  const shifted = apply(layers.reLU({ maxValue: 6 }), apply(layers.rescaling({ scale: 1, offset: 3 }), x));
  return apply(layers.multiply(), [x, apply(layers.rescaling({ scale: 1 / 6 }), shifted)]);
}

/**
 * Overwrites every weight with seeded numbers, also those that start at 0 or 1.
 * @param gain over what keeps activations near 1 where a ReLU follows every layer
 */
function scrambled(network: LayersModel, gain: number): LayersModel {
  const random = seededRandom(11);
  const values = network.weights.map((weight) => {
    const shape = weight.shape as number[];
    const role = weight.originalName.split('/').at(-1);
    const inputs = role === 'depthwise_kernel' ? shape.slice(0, 2) : shape.slice(0, -1);
    const fan = inputs.reduce((product, one) => product * one, 1);
    // √24 would be He's variance, for numbers drawn evenly.
    const [center, spread] =
      role === 'gamma' || role === 'moving_variance'
        ? [1, 0.8]
        : [0, shape.length > 1 ? gain * Math.sqrt(16 / fan) : 0.4];
    const count = shape.reduce((product, one) => product * one, 1);
    return tf.tensor(
      Float32Array.from({ length: count }, () => center + (random() - 0.5) * spread),
      shape,
    );
  });
  network.setWeights(values);
  tf.dispose(values);
  return network;
}
