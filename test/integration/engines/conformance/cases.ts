import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageBatch, TrainerOptions } from '../../../../src/engines/engine.ts';
import { seededRandom } from '../../../../src/random.ts';
import type { LossConfig, OptimizerConfig } from '../../../../src/training/config.ts';
import { options, randomBatch } from '../../tensorflow/support.ts';
import { classes, middles, network, plainNetwork } from './networks.ts';
import type { TorchStep } from './torch.ts';

export interface ConformanceCase {
  name: string;
  build: () => LayersModel;
  options: TrainerOptions;
  steps: TorchStep[];
}

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
  'a batch norm that learns by stored statistics': { storedStatistics: new Set(['norm']) },
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

/** What comes after the gradients is the same for every loss; the rest is tried with each. */
function variantsOf(loss: string): string[] {
  const all = Object.keys(variants);
  return loss === 'cross-entropy' ? all : [...all.slice(0, 3), 'all at once'];
}

/** Every layer with SGD, every loss with every optimizer and option, and two networks over ten steps. */
export function conformanceCases(): ConformanceCase[] {
  const all: ConformanceCase[] = [];
  const sgd = { ...options({ momentum: 0.9 }) };
  for (const [name, middle] of Object.entries(middles)) {
    all.push({ name: `layer: ${name}`, build: () => network(middle()), options: sgd, steps: stepsOf(5, {}) });
  }
  for (const end of ['maximum', 'flatten']) {
    const build = () => network((x) => x, end);
    all.push({ name: `layer: end in ${end}`, build, options: sgd, steps: stepsOf(5, {}) });
  }
  for (const [lossName, loss] of Object.entries(losses)) {
    for (const [optimizerName, change] of Object.entries(optimizers)) {
      for (const variantName of variantsOf(lossName)) {
        const { smoothing = 0, ...variant } = variants[variantName] as Variant;
        all.push({
          name: `${lossName}, ${optimizerName}: ${variantName}`,
          build: plainNetwork,
          options: {
            ...options(change),
            ...variant,
            loss: { ...plainLoss, ...loss, labelSmoothing: smoothing },
          },
          steps: stepsOf(6, variant),
        });
      }
    }
  }
  const smooth = options({ name: 'adamw', weightDecay: 0.05, epsilon: 1e-4 });
  all.push({ name: 'curve: plain network, AdamW', build: plainNetwork, options: smooth, steps: stepsOf(10, {}, 0.02) });
  const residual = () => network((middles['residual block'] as (typeof middles)[string])());
  all.push({ name: 'curve: residual block, SGD', build: residual, options: sgd, steps: stepsOf(10, {}, 0.01) });
  return all;
}

let shape: LayersModel | undefined;

/** The last batch is smaller, as an epoch's is. */
function stepsOf(count: number, { soft, weighted, momenta }: Variant, learningRate?: number): TorchStep[] {
  shape ??= plainNetwork();
  const like = shape;
  return Array.from({ length: count }, (_, step) => {
    const size = step === count - 1 ? 3 : 6;
    const random = seededRandom(50 + step);
    const batch: ImageBatch = randomBatch(like, size, 100 + step);
    if (soft) batch.targets = mixtures(batch.labels, random);
    if (weighted) batch.weights = Float32Array.from({ length: size }, () => 2 * random());
    const momentum = momenta ? { momentum: 0.95 - 0.02 * step } : {};
    return { batch, input: { step, learningRate: learningRate ?? 0.003 / (step + 1), ...momentum } };
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
