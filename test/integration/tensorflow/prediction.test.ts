import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import type { Engine } from '../../../src/engines/engine.ts';
import { Problem } from '../../../src/problem.ts';
import { referencePredict } from './reference.ts';
import { difference, options, randomBatch, scramble, skip, startEngine } from './support.ts';

type Activation = Parameters<typeof layers.activation>[0]['activation'];

const network = (...middle: layers.Layer[]) =>
  sequential({ layers: [layers.inputLayer({ inputShape: [9, 8, 3] }), ...middle, layers.flatten(), ...fresh()] });
/** The last two layers. */
const fresh = (): [layers.Layer, layers.Layer] => [
  layers.dense({ units: 3 }),
  layers.activation({ activation: 'softmax' }),
];

const activationNames: Activation[] = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'selu',
  'sigmoid',
  'hardSigmoid',
  'softplus',
  'softsign',
  'softmax',
  'tanh',
  'swish',
  'mish',
  'gelu',
  'gelu_new',
];

const middles: Record<string, () => layers.Layer[]> = {
  'Conv2D valid, stride 2': () => [layers.conv2d({ filters: 4, kernelSize: [2, 3], strides: 2 })],
  'Conv2D same, stride 2': () => [layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })],
  DepthwiseConv2D: () => [layers.depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2, padding: 'same' })],
  SeparableConv2D: () => [
    layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, activation: 'relu' }),
  ],
  'BatchNormalization, no scale': () => [layers.batchNormalization({ scale: false })],
  'BatchNormalization, no center': () => [layers.batchNormalization({ center: false })],
  'MaxPooling2D same': () => [layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })],
  'MaxPooling2D default stride': () => [layers.maxPooling2d({ poolSize: 3 })],
  'AveragePooling2D same': () => [layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })],
  'ReLU with a ceiling': () => [layers.conv2d({ filters: 4, kernelSize: 1 }), layers.reLU({ maxValue: 0.5 })],
  LeakyReLU: () => [layers.leakyReLU({ alpha: 0.1 })],
  ELU: () => [layers.elu({})],
  ZeroPadding2D: () => [
    layers.zeroPadding2d({
      padding: [
        [1, 2],
        [0, 3],
      ],
    }),
  ],
  Reshape: () => [layers.reshape({ targetShape: [24, 9] })],
  'Conv2D valid, dilated': () => [layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2 })],
  'Conv2D same, dilated unevenly': () => [
    layers.conv2d({ filters: 4, kernelSize: [3, 2], dilationRate: [2, 3], padding: 'same', activation: 'relu' }),
  ],
  'Conv2DTranspose same': () => [layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })],
  'Conv2DTranspose valid': () => [layers.conv2dTranspose({ filters: 4, kernelSize: [2, 3], strides: [2, 1] })],
  Cropping2D: () => [
    layers.cropping2D({
      cropping: [
        [1, 2],
        [0, 3],
      ],
    }),
  ],
  'UpSampling2D nearest': () => [layers.upSampling2d({ size: [2, 3] })],
  'UpSampling2D bilinear': () => [layers.upSampling2d({ size: [3, 2], interpolation: 'bilinear' })],
  Permute: () => [layers.permute({ dims: [3, 1, 2] })],
  LayerNormalization: () => [layers.layerNormalization()],
  'LayerNormalization over the picture, no scale': () => [layers.layerNormalization({ axis: [1, 2], scale: false })],
  PReLU: () => [layers.prelu({ sharedAxes: [1, 2] })],
  ThresholdedReLU: () => [layers.thresholdedReLU({ theta: 0.3 })],
  'Softmax in the middle': () => [layers.softmax({ axis: -1 })],
  Rescaling: () => [layers.rescaling({ scale: 2, offset: -1 })],
  SpatialDropout1D: () => [layers.reshape({ targetShape: [72, 3] }), layers.spatialDropout1d({ rate: 0.5 })],
  GaussianNoise: () => [layers.gaussianNoise({ stddev: 0.5 })],
  GaussianDropout: () => [layers.gaussianDropout({ rate: 0.5 })],
  AlphaDropout: () => [layers.alphaDropout({ rate: 0.5 })],
  'convolutions with batch norm behind': () => [
    layers.conv2d({ filters: 4, kernelSize: 3 }),
    layers.batchNormalization(),
    layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, useBias: false }),
    layers.batchNormalization({ scale: false }),
    layers.separableConv2d({ filters: 5, kernelSize: 2 }),
    layers.batchNormalization({ center: false, epsilon: 0.1 }),
  ],
  'a convolution that does more than batch norm can follow': () => [
    layers.conv2d({ filters: 4, kernelSize: 3, activation: 'tanh' }),
    layers.batchNormalization(),
  ],
  'Dense on images': () => [layers.dense({ units: 5, activation: 'relu' })],
  Dropout: () => [layers.dropout({ rate: 0.5 })],
  'a nested model': () => [
    sequential({
      layers: [layers.conv2d({ inputShape: [9, 8, 3], filters: 2, kernelSize: 3 }), layers.batchNormalization()],
    }),
  ],
  ...Object.fromEntries(
    activationNames.map((activation) => [`activation ${activation}`, () => [layers.activation({ activation })]]),
  ),
};

describe('TensorFlow prediction against model.predict', { skip, timeout: 120_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await startEngine();
  });

  for (const [name, middle] of Object.entries(middles)) {
    it(name, () => compare(engine, network(...middle())));
  }

  it('merging layers', () => compare(engine, merging()));

  it('a dense layer that is its own softmax', () =>
    compare(
      engine,
      sequential({
        layers: [layers.flatten({ inputShape: [4, 4, 3] }), layers.dense({ units: 3, activation: 'softmax' })],
      }),
    ));

  it('takes batches of any size, and buffers with room for more', async () => {
    const one = network(layers.conv2d({ filters: 2, kernelSize: 3 }));
    const predictor = await engine.createPredictor(one, options().normalization);
    const batch = randomBatch(one, 5, 3);
    const all = await predictor.predict(batch);
    const two = await predictor.predict({ ...batch, size: 2 });
    predictor.dispose();
    assert.ok(difference(two, all.subarray(0, 6)) < 1e-6);
  });

  it('a model without softmax is refused by name', async () => {
    const one = sequential({ layers: [layers.flatten({ inputShape: [2, 2, 1], name: 'flat' })] });
    const failure = await engine.createPredictor(one, options().normalization).catch((error: unknown) => error);
    assert.ok(failure instanceof Problem);
    assert.match(failure.message, /“flat” \(Flatten\), not in a softmax/);
  });
});

async function compare(engine: Engine, one: LayersModel): Promise<void> {
  scramble(one, 5);
  const { normalization } = options();
  const batch = randomBatch(one, 4, 9);
  const expected = referencePredict(one, batch, normalization);
  const predictor = await engine.createPredictor(one, normalization);
  const trainer = await engine.createTrainer(one, options());
  assert.deepEqual([...(predictor.notices ?? []), ...(trainer.notices ?? [])], []);
  try {
    for (const [kind, probabilities] of [
      ['predictor', await predictor.predict(batch)],
      ['trainer', await trainer.predict(batch)],
    ] as const) {
      const gap = difference(probabilities, expected);
      assert.ok(gap < 1e-5, `the ${kind}'s probabilities differ by ${gap}`);
    }
  } finally {
    predictor.dispose();
    trainer.dispose();
  }
}

function merging(): LayersModel {
  const image = input({ shape: [6, 6, 3] });
  const apply = (layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]) => layer.apply(x) as SymbolicTensor;
  const a = apply(layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' }), image);
  const b = apply(layers.conv2d({ filters: 3, kernelSize: 1 }), image);
  const gate = apply(layers.reshape({ targetShape: [1, 1, 3] }), apply(layers.globalMaxPooling2d({}), b));
  const merged = apply(layers.concatenate({ axis: 1 }), [
    apply(layers.add(), [a, b, image]),
    apply(layers.multiply(), [a, gate]),
    apply(layers.average(), [a, b, image]),
    apply(layers.maximum(), [a, image]),
    apply(layers.minimum(), [b, image]),
  ]);
  const [logits, probabilities] = fresh();
  const features = apply(layers.globalAveragePooling2d({}), merged);
  return model({ inputs: image, outputs: apply(probabilities, apply(logits, features)) });
}
