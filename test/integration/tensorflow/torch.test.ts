import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import type { Engine, ImageBatch, TrainerOptions } from '../../../src/engines/engine.ts';
import { seededRandom } from '../../../src/random.ts';
import type { LossConfig, OptimizerConfig } from '../../../src/training/config.ts';
import { options, randomBatch, scramble, skip, startEngine } from './support.ts';
import { type TorchResult, type TorchStep, torchCase, trainWithTorch } from './torch.ts';

const classes = 4;
const plainLoss: LossConfig = { name: 'cross-entropy', labelSmoothing: 0, focalGamma: 2 };

const losses: Record<string, Partial<LossConfig>> = {
  'cross-entropy': { name: 'cross-entropy' },
  focal: { name: 'focal', focalGamma: 1.5 },
  binary: { name: 'binary' },
};

const optimizers: Record<string, Partial<OptimizerConfig>> = {
  SGD: { name: 'sgd', momentum: 0 },
  'SGD with momentum and decay': { name: 'sgd', weightDecay: 0.05 },
  'SGD with Nesterov’s momentum': { name: 'sgd', nesterov: true },
  'Adam with decay': { name: 'adam', weightDecay: 0.05 },
  AdamW: { name: 'adamw', weightDecay: 0.1, epsilon: 1e-5 },
  RMSprop: { name: 'rmsprop', momentum: 0, rho: 0.9, weightDecay: 0.02 },
  'RMSprop with momentum': { name: 'rmsprop', momentum: 0.8, rho: 0.9 },
  Lion: { name: 'lion', beta2: 0.99, weightDecay: 0.1 },
};

/** Options and what the batches carry. */
interface Variant extends Partial<TrainerOptions> {
  smoothing?: number;
  soft?: boolean;
  weighted?: boolean;
  momenta?: boolean;
}

const variants: Record<string, Variant> = {
  plain: {},
  'label smoothing and class weights': { smoothing: 0.1, classWeights: [0.5, 2, 1, 1.5] },
  'soft targets and image weights': { soft: true, weighted: true, smoothing: 0.05 },
  'clipping by norm': { clip: { norm: 0.3, value: 0 } },
  'clipping by value and norm': { clip: { norm: 0.2, value: 0.02 } },
  'accumulation and averages': { accumulate: 2, ema: 0.9 },
  'momentum that moves': { momenta: true },
  'rates of layers, one frozen': {
    layerRates: new Map([
      ['first', 0],
      ['norm', 0.5],
    ]),
    frozenBatchNorm: 'training',
  },
  'a frozen batch norm': { layerRates: new Map([['norm', 0]]) },
  'all at once': {
    ...{ smoothing: 0.1, classWeights: [0.5, 2, 1, 1.5], soft: true, weighted: true, momenta: true },
    ...{ clip: { norm: 0.2, value: 0.05 }, accumulate: 3, ema: 0.8 },
    layerRates: new Map([
      ['first', 0.3],
      ['norm', 0],
    ]),
    frozenBatchNorm: 'training',
  },
};

/** Layers that TensorFlow.js itself can't differentiate, or not rightly. */
const networks: Record<string, () => LayersModel> = {
  'dilated convolutions': () =>
    network(
      layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same', activation: 'swish' }),
      layers.conv2d({ filters: 4, kernelSize: [2, 3], dilationRate: [3, 1], useBias: false }),
      // TensorFlow.js takes its output for larger than it is.
      layers.depthwiseConv2d({ kernelSize: 2, dilationRate: 2 }),
      layers.globalAveragePooling2d({}),
    ),
  'upsampling by repetition': () =>
    network(
      layers.conv2d({ filters: 3, kernelSize: 3, strides: 2 }),
      layers.upSampling2d({ size: [2, 3] }),
      layers.flatten(),
    ),
  'layer normalisation': () =>
    network(
      layers.conv2d({ filters: 6, kernelSize: 3 }),
      layers.layerNormalization(),
      layers.activation({ activation: 'gelu' }),
      layers.globalAveragePooling2d({}),
      layers.layerNormalization({ epsilon: 1e-6 }),
    ),
  'thresholded ReLU': () =>
    network(
      layers.conv2d({ filters: 4, kernelSize: 3 }),
      layers.thresholdedReLU({ theta: 0.1 }),
      layers.globalAveragePooling2d({}),
    ),
};

/** What comes after the gradients is the same for every loss; the rest is tried with each. */
function variantsOf(loss: string): string[] {
  const all = Object.keys(variants);
  return loss === 'cross-entropy' ? all : [...all.slice(0, 3), 'all at once'];
}

interface Case {
  build: () => LayersModel;
  options: TrainerOptions;
  steps: TorchStep[];
}

describe('TensorFlow training against PyTorch in float64', { skip, timeout: 240_000 }, () => {
  const cases = new Map<string, Case>();
  const expected = new Map<string, TorchResult>();
  let engine: Engine;

  before(async () => {
    engine = await startEngine();
    for (const [name, one] of tableCases()) cases.set(name, one);
    for (const [name, build] of Object.entries(networks)) {
      cases.set(name, { build, options: { ...options() }, steps: stepsOf(build(), {}) });
    }
    const all = trainWithTorch([...cases.values()].map((one) => torchCase(one.build(), one.options, one.steps)));
    [...cases.keys()].forEach((name, i) => {
      expected.set(name, all[i] as TorchResult);
    });
  });

  const check = async (name: string) => {
    const one = cases.get(name) as Case;
    const trainer = await engine.createTrainer(one.build(), one.options);
    assert.deepEqual(trainer.notices, []);
    const torch = expected.get(name) as TorchResult;
    for (const [i, { batch, input }] of one.steps.entries()) {
      const { loss, correct, gradientNorm } = await trainer.step(batch, input);
      const wanted = torch.results[i];
      assertNear(loss, wanted?.loss, 2e-5, `${name}, step ${i}: loss`);
      assert.equal(correct, wanted?.correct, `${name}, step ${i}: correct`);
      if (wanted?.gradientNorm === null || wanted === undefined) assert.equal(gradientNorm, null);
      else assertNear(gradientNorm, wanted.gradientNorm, 1e-4, `${name}, step ${i}: norm`);
    }
    const { weights, averaged } = await trainer.readState();
    trainer.dispose();
    weights.forEach((weight, i) => {
      assertAlike(weight.data, torch.weights[i], `${name}: ${weight.name}`, one);
    });
    assert.equal(averaged.length, one.options.ema > 0 ? weights.length : 0);
    averaged.forEach((weight, i) => {
      assertAlike(weight.data, torch.averaged[i], `${name}: average of ${weight.name}`, one);
    });
  };

  for (const loss of Object.keys(losses)) {
    for (const optimizer of Object.keys(optimizers)) {
      it(`${loss}, ${optimizer}, with each option`, async () => {
        for (const variant of variantsOf(loss)) await check(`${loss}, ${optimizer}, ${variant}`);
      });
    }
  }
  for (const name of Object.keys(networks)) it(name, () => check(name));
});

function tableCases(): Map<string, Case> {
  const build = () =>
    network(
      layers.conv2d({ filters: 5, kernelSize: 3, strides: 2, activation: 'tanh', name: 'first' }),
      layers.batchNormalization({ momentum: 0.8, name: 'norm' }),
      layers.flatten(),
    );
  const shape = build();
  const all = new Map<string, Case>();
  for (const [lossName, loss] of Object.entries(losses)) {
    for (const [optimizerName, change] of Object.entries(optimizers)) {
      for (const variantName of variantsOf(lossName)) {
        const { smoothing = 0, ...variant } = variants[variantName] ?? {};
        const one: TrainerOptions = {
          ...options(change),
          ...variant,
          loss: { ...plainLoss, ...loss, labelSmoothing: smoothing },
        };
        const steps = stepsOf(shape, variant);
        all.set(`${lossName}, ${optimizerName}, ${variantName}`, { build, options: one, steps });
      }
    }
  }
  return all;
}

function network(...middle: layers.Layer[]): LayersModel {
  const model = sequential({
    layers: [
      layers.inputLayer({ inputShape: [8, 7, 3] }),
      ...middle,
      layers.dense({ units: classes, name: 'logits' }),
      layers.activation({ activation: 'softmax' }),
    ],
  });
  scramble(model, 21);
  return model;
}

function stepsOf(model: LayersModel, { soft, weighted, momenta }: Variant): TorchStep[] {
  return Array.from({ length: 6 }, (_, step) => {
    const size = step === 5 ? 3 : 6;
    const random = seededRandom(50 + step);
    const batch: ImageBatch = randomBatch(model, size, 100 + step);
    if (soft) batch.targets = mixtures(batch.labels, random);
    if (weighted) batch.weights = Float32Array.from({ length: size }, () => 2 * random());
    const momentum = momenta ? { momentum: 0.95 - 0.02 * step } : {};
    return { batch, input: { step, learningRate: 0.003 / (step + 1), ...momentum } };
  });
}

/** As MixUp makes them. */
function mixtures(labels: Int32Array, random: () => number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    const share = 0.55 + 0.45 * random();
    const other = labels[labels.length - 1 - i] ?? 0;
    const at = i * classes;
    targets[at + label] = (targets[at + label] ?? 0) + share;
    targets[at + other] = (targets[at + other] ?? 0) + 1 - share;
  });
  return targets;
}

function assertNear(actual: number | null, wanted: number | undefined, tolerance: number, what: string): void {
  const gap = Math.abs((actual ?? Number.NaN) - (wanted ?? Number.NaN)) / Math.max(1, Math.abs(wanted ?? 1));
  assert.ok(gap < tolerance, `${what} is ${actual}, not ${wanted}`);
}

/** Lion goes by signs: where float32 and float64 disagree on one, a weight is two steps off. */
function assertAlike(actual: Float32Array, wanted: number[] | undefined, what: string, { options }: Case): void {
  assert.equal(actual.length, wanted?.length, what);
  const far = [...actual].filter((value, i) => !(Math.abs(value - (wanted?.[i] ?? Number.NaN)) < 3e-5));
  const allowed = options.optimizer.name === 'lion' ? Math.ceil(actual.length / 100) : 0;
  assert.ok(far.length <= allowed, `${what}: ${far.length} of ${actual.length} differ`);
}
