import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  input,
  type LayersModel,
  layers,
  model,
  regularizers,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import type { Engine } from '../../../src/engines/engine.ts';
import type { OptimizerConfig } from '../../../src/training/config.ts';
import { ReferenceTrainer } from './reference.ts';
import { difference, options, randomBatch, scramble, skip, startEngine, weightsOf } from './support.ts';

/** Builds the same layers twice, once for each trainer. */
type Build = () => LayersModel;

const head = (): [layers.Layer, layers.Layer] => [
  layers.dense({ units: 3 }),
  layers.activation({ activation: 'softmax' }),
];
const chain = (...middle: layers.Layer[]) =>
  sequential({ layers: [layers.inputLayer({ inputShape: [8, 8, 3] }), ...middle, ...head()] });
const conv = (strides: number, filters = 4) =>
  layers.conv2d({ filters, kernelSize: 3, strides, padding: 'same', useBias: false });

const networks: Record<string, Build> = {
  dense: () => chain(layers.flatten()),
  'convolution, bias, stride': () =>
    chain(layers.conv2d({ filters: 4, kernelSize: [3, 2], strides: [2, 1], activation: 'tanh' }), layers.flatten()),
  'batch norm, ReLU, max pooling': () =>
    chain(
      conv(1),
      layers.batchNormalization({ momentum: 0.7, epsilon: 1e-3 }),
      layers.activation({ activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      layers.globalAveragePooling2d({}),
    ),
  'batch norm after a dense layer': () =>
    chain(
      layers.flatten(),
      layers.dense({ units: 5 }),
      layers.batchNormalization(),
      layers.activation({ activation: 'swish' }),
    ),
  'depthwise and separable convolutions': () =>
    chain(
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }),
      layers.separableConv2d({ filters: 4, kernelSize: 3, padding: 'same' }),
      layers.globalMaxPooling2d({}),
    ),
  'average pooling and padding': () =>
    chain(
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
      conv(1),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.reshape({ targetShape: [80] }),
    ),
  'padding as PyTorch does it, before a convolution with a stride': () =>
    chain(
      conv(1),
      layers.zeroPadding2d({ padding: 1 }),
      layers.conv2d({ filters: 5, kernelSize: 3, strides: 2, padding: 'valid', useBias: false }),
      layers.zeroPadding2d({
        padding: [
          [0, 2],
          [1, 0],
        ],
      }),
      layers.conv2d({ filters: 4, kernelSize: 2, strides: 2 }),
      layers.globalAveragePooling2d({}),
    ),
  'transposed convolution, cropping, permutation': () =>
    chain(
      layers.conv2d({ filters: 4, kernelSize: 3, strides: 2 }),
      layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'gelu' }),
      layers.cropping2D({
        cropping: [
          [1, 0],
          [2, 1],
        ],
      }),
      layers.permute({ dims: [2, 1, 3] }),
      layers.flatten(),
    ),
  'bilinear upsampling': () =>
    chain(conv(2, 3), layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }), layers.flatten()),
  'activations with slopes': () =>
    chain(
      conv(1),
      layers.prelu({ sharedAxes: [1, 2], alphaInitializer: 'ones' }),
      layers.elu({}),
      layers.leakyReLU({ alpha: 0.2 }),
      layers.globalAveragePooling2d({}),
    ),
  regularisers: () =>
    chain(
      layers.conv2d({ filters: 4, kernelSize: 3, kernelRegularizer: regularizers.l2({ l2: 0.02 }) }),
      layers.batchNormalization({ gammaRegularizer: regularizers.l1({ l1: 0.03 }) }),
      layers.depthwiseConv2d({ kernelSize: 3, depthwiseRegularizer: regularizers.l1l2({ l1: 0.01, l2: 0.02 }) }),
      layers.flatten(),
      layers.dense({ units: 4, biasRegularizer: regularizers.l1l2({ l1: 0.01, l2: 0.02 }) }),
    ),
  'averages, maxima and minima of branches': merges,
  'a residual block': residual,
  'a squeeze-and-excitation block': squeezeExcitation,
  'a concatenation of two branches': branches,
};

const optimizers: Record<string, Partial<OptimizerConfig>> = {
  'SGD with momentum and weight decay': { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0.05 },
  'Adam with L2': { name: 'adam', weightDecay: 0.05 },
  'AdamW, large epsilon': { name: 'adamw', weightDecay: 0.1, epsilon: 1e-3 },
};

describe('TensorFlow training against TensorFlow.js gradients', { skip, timeout: 120_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });

  for (const [name, build] of Object.entries(networks)) {
    it(`${name}: losses and weights of 5 steps`, () => compare(engine, build, { name: 'sgd', momentum: 0.9 }));
  }
  for (const [name, change] of Object.entries(optimizers)) {
    it(`${name}: losses and weights of 5 steps`, () => compare(engine, residual, change));
  }

  it('SGD without momentum', () => compare(engine, residual, { name: 'sgd', momentum: 0 }));
});

async function compare(engine: Engine, build: Build, change: Partial<OptimizerConfig>): Promise<void> {
  const [ours, theirs] = [build(), build()];
  for (const one of [ours, theirs]) scramble(one, 11);
  const settings = options(change);
  const trainer = await engine.createTrainer(ours, settings);
  assert.deepEqual(trainer.notices, []);
  const reference = new ReferenceTrainer(theirs, settings);
  for (let step = 0; step < 5; step++) {
    const batch = randomBatch(ours, step === 4 ? 3 : 6, 100 + step);
    const stepInput = { step, learningRate: 0.01 / (step + 1) };
    const expected = reference.step(batch, stepInput);
    const result = await trainer.step(batch, stepInput);
    assert.ok(Math.abs(result.loss - expected.loss) < 1e-4, `step ${step}: loss ${result.loss}, not ${expected.loss}`);
    assert.equal(result.correct, expected.correct);
  }
  const { weights } = await trainer.readState();
  trainer.dispose();
  const expected = weightsOf(theirs);
  weights.forEach((weight, i) => {
    const gap = difference(weight.data, expected[i]?.data ?? []);
    assert.ok(gap < 1e-4, `${weight.name} differs by ${gap}`);
  });
}

function residual(): LayersModel {
  const image = input({ shape: [8, 8, 3] });
  const stem = apply(
    layers.activation({ activation: 'relu' }),
    apply(layers.batchNormalization(), apply(conv(1), image)),
  );
  const inner = apply(layers.batchNormalization(), apply(conv(2), stem));
  const shortcut = apply(layers.conv2d({ filters: 4, kernelSize: 1, strides: 2 }), stem);
  const sum = apply(layers.reLU({}), apply(layers.add(), [inner, shortcut]));
  return classifier(image, apply(layers.globalAveragePooling2d({}), sum));
}

function squeezeExcitation(): LayersModel {
  const image = input({ shape: [8, 8, 3] });
  const x = apply(conv(1), image);
  const squeezed = apply(layers.reshape({ targetShape: [1, 1, 4] }), apply(layers.globalAveragePooling2d({}), x));
  const gate = apply(layers.conv2d({ filters: 4, kernelSize: 1, activation: 'sigmoid' }), squeezed);
  return classifier(image, apply(layers.globalAveragePooling2d({}), apply(layers.multiply(), [x, gate])));
}

function merges(): LayersModel {
  const image = input({ shape: [8, 8, 3] });
  const [a, b, c] = [apply(conv(1), image), apply(conv(1), image), apply(conv(1), image)];
  const merged = apply(layers.average(), [
    apply(layers.maximum(), [a, b]),
    apply(layers.minimum(), [b, c]),
    apply(layers.multiply(), [a, c]),
  ]);
  return classifier(image, apply(layers.globalAveragePooling2d({}), merged));
}

function branches(): LayersModel {
  const image = input({ shape: [8, 8, 3] });
  const both = apply(layers.concatenate(), [apply(conv(1, 2), image), apply(conv(1, 3), image)]);
  return classifier(
    image,
    apply(layers.globalAveragePooling2d({}), apply(layers.activation({ activation: 'gelu' }), both)),
  );
}

function classifier(image: SymbolicTensor, features: SymbolicTensor): LayersModel {
  const [logits, probabilities] = head();
  return model({ inputs: image, outputs: apply(probabilities, apply(logits, features)) });
}

function apply(layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}
