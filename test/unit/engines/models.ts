import { tensor, tidy } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type ImageBatch, plainTraining, type TrainerOptions } from '../../../src/engines/engine.ts';
import { seededRandom } from '../../../src/random.ts';
import type { OptimizerConfig } from '../../../src/training/config.ts';

/** Small models, batches and options for engine tests. */
export const size = 12;
export const classes = 4;

let built = 0;

/** Every convolution setting, batch norm, bias, dropout, pooling, dense. */
export function mixedCnn(dropout = 0.3): LayersModel {
  const image = input({ shape: [size, size, 3] });
  let x = conv('a', image, { filters: 10, kernelSize: 3, padding: 'same', activation: 'relu' });
  x = layers.batchNormalization({ name: 'a.bn' }).apply(x) as SymbolicTensor;
  x = layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }).apply(x) as SymbolicTensor;
  x = layers.zeroPadding2d({ padding: 1 }).apply(x) as SymbolicTensor;
  x = conv('b', x, { filters: 12, kernelSize: 3, strides: 2, useBias: false });
  x = layers.batchNormalization({ name: 'b.bn', momentum: 0.9 }).apply(x) as SymbolicTensor;
  x = layers.activation({ activation: 'relu' }).apply(x) as SymbolicTensor;
  x = conv('c', x, { filters: 16, kernelSize: 2, padding: 'same' });
  x = layers.flatten().apply(x) as SymbolicTensor;
  x = layers.dense({ name: 'dense', units: 24, activation: 'relu' }).apply(x) as SymbolicTensor;
  if (dropout > 0) x = layers.dropout({ rate: dropout }).apply(x) as SymbolicTensor;
  return finish('mixed', image, x);
}

/** A residual block with a projected shortcut, as ResNet has it, padding and pooling included. */
export function residualBlock(): LayersModel {
  const image = input({ shape: [size, size, 3] });
  let stem = conv('stem', image, { filters: 8, kernelSize: 3, padding: 'same', useBias: false });
  stem = relu(norm('stem.bn', stem));
  stem = layers.zeroPadding2d({ padding: 1 }).apply(stem) as SymbolicTensor;
  stem = layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(stem) as SymbolicTensor;
  let x = layers.zeroPadding2d({ padding: 1 }).apply(stem) as SymbolicTensor;
  x = relu(norm('1.bn', conv('1', x, { filters: 16, kernelSize: 3, strides: 2, useBias: false })));
  x = norm('2.bn', conv('2', x, { filters: 16, kernelSize: 3, padding: 'same', useBias: false }));
  const shortcut = norm('s.bn', conv('s', stem, { filters: 16, kernelSize: 1, strides: 2, useBias: false }));
  x = relu(layers.add().apply([x, shortcut]) as SymbolicTensor);
  x = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  return finish('residual', image, x);
}

/** Almost nothing: for tests of many steps. */
export function tinyCnn(): LayersModel {
  const image = input({ shape: [size, size, 3] });
  let x = relu(norm('bn', conv('conv', image, { filters: 8, kernelSize: 3, padding: 'same', useBias: false })));
  x = layers.maxPooling2d({ poolSize: 2 }).apply(x) as SymbolicTensor;
  x = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  x = layers.dropout({ rate: 0.2 }).apply(x) as SymbolicTensor;
  return finish('tiny', image, x);
}

function conv(name: string, x: SymbolicTensor, config: Parameters<typeof layers.conv2d>[0]): SymbolicTensor {
  return layers.conv2d({ name, ...config }).apply(x) as SymbolicTensor;
}

function norm(name: string, x: SymbolicTensor): SymbolicTensor {
  return layers.batchNormalization({ name, epsilon: 1e-5, momentum: 0.9 }).apply(x) as SymbolicTensor;
}

function relu(x: SymbolicTensor): SymbolicTensor {
  return layers.activation({ activation: 'relu' }).apply(x) as SymbolicTensor;
}

function finish(name: string, image: SymbolicTensor, features: SymbolicTensor): LayersModel {
  const logits = layers.dense({ name: 'logits', units: classes }).apply(features) as SymbolicTensor;
  const outputs = layers.activation({ name: 'probabilities', activation: 'softmax' }).apply(logits) as SymbolicTensor;
  const network = model({ name: `${name}-${++built}`, inputs: image, outputs });
  const random = seededRandom(5);
  tidy(() => {
    for (const weight of network.trainableWeights.filter((one) => one.shape.length > 1)) {
      const shape = weight.shape as number[];
      const fan = shape.slice(0, -1).reduce((n, d) => n * d, 1);
      const scale = Math.sqrt(6 / fan);
      const values = Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => (random() * 2 - 1) * scale);
      weight.write(tensor(values, shape));
    }
  });
  return network;
}

/** Pictures whose brightness and stripes depend on the class. */
export function batchOf(images: number, seed = 3): ImageBatch {
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: images }, (_, i) => i % classes);
  const pixels = Uint8Array.from({ length: images * size * size * 3 }, (_, i) => {
    const image = Math.floor(i / (size * size * 3));
    const row = Math.floor(i / (size * 3)) % size;
    return random() * 120 + (labels[image] as number) * 20 + (row % ((labels[image] as number) + 2)) * 20;
  });
  return { pixels, labels, size: images };
}

export const sgd: OptimizerConfig = {
  name: 'sgd',
  momentum: 0.9,
  nesterov: false,
  weightDecay: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  rho: 0.99,
  epsilon: 1e-7,
};

export function optionsWith(optimizer: Partial<OptimizerConfig> = {}, seed = 11): TrainerOptions {
  return {
    optimizer: { ...sgd, ...optimizer },
    normalization: { mean: [0.4, 0.45, 0.5], std: [0.2, 0.25, 0.3] },
    seed,
    ...plainTraining,
  };
}
