import { initializers, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ModelConfig } from '../training/config.ts';
import { batchNorm, type SeedSequence } from './blocks.ts';

/** Units of the hidden layer: Keras' guide to transfer learning, and fastai's `create_head`. */
const DENSE_UNITS = 256;
const CONCAT_POOL_UNITS = 512;

/** True for the layers that every data set needs anew; the others make up the backbone. */
export function isHeadLayer(name: string): boolean {
  return name === 'logits' || name.startsWith('head.');
}

export interface HeadOptions extends Pick<ModelConfig, 'head' | 'dropout' | 'weights'> {
  classes: number;
  /** The network is one that others designed: its last layer begins as PyTorch's linear layers do, pretrained or not. */
  designed?: boolean;
  /** A norm of the averages that belongs to the backbone. */
  featureNorm?: (averages: SymbolicTensor, name: string) => SymbolicTensor;
}

/**
 * [batch, height, width, channel] → `logits` → softmax `probabilities` [batch, class]. The global averages, with their norm if the network
 * has one, are the layer `features`, whatever the head.
 */
export function classifierHead(x: SymbolicTensor, seeds: SeedSequence, options: HeadOptions): SymbolicTensor {
  const { head, dropout, featureNorm } = options;
  const pool = layers.globalAveragePooling2d({ name: featureNorm ? 'averages' : 'features' });
  const pooled = pool.apply(x) as SymbolicTensor;
  const averages = featureNorm ? featureNorm(pooled, 'features') : pooled;
  const features =
    head === 'linear'
      ? averages
      : head === 'dense'
        ? dense(averages, seeds, { units: DENSE_UNITS, bias: true })
        : concatPool(x, averages, seeds, dropout);
  return classifier(drop(features, seeds, { name: 'dropout', rate: dropout }), seeds, options);
}

/** Features [batch, size] → `logits` → softmax `probabilities`, for a network that has no map of features to pool. */
export function vectorHead(
  features: SymbolicTensor,
  seeds: SeedSequence,
  options: Omit<HeadOptions, 'featureNorm'>,
): SymbolicTensor {
  const { head, dropout } = options;
  const x = head === 'dense' ? dense(features, seeds, { units: DENSE_UNITS, bias: true }) : features;
  return classifier(drop(x, seeds, { name: 'dropout', rate: dropout }), seeds, options);
}

/** fastai's: maxima beside averages, batch norm, half the dropout, 512 units, batch norm. */
function concatPool(x: SymbolicTensor, averages: SymbolicTensor, seeds: SeedSequence, dropout: number): SymbolicTensor {
  const maxima = layers.globalMaxPooling2d({ name: 'head.maxima' }).apply(x) as SymbolicTensor;
  const both = layers.concatenate({ name: 'head.concat', axis: -1 }).apply([maxima, averages]) as SymbolicTensor;
  const dropped = drop(batchNorm(both, 'head.bn1'), seeds, { name: 'head.dropout', rate: dropout / 2 });
  return batchNorm(dense(dropped, seeds, { units: CONCAT_POOL_UNITS, bias: false }), 'head.bn2');
}

function dense(x: SymbolicTensor, seeds: SeedSequence, options: { units: number; bias: boolean }): SymbolicTensor {
  const kernelInitializer = initializers.heNormal({ seed: seeds.next() });
  const hidden = layers.dense({ name: 'head.dense', units: options.units, useBias: options.bias, kernelInitializer });
  return layers
    .activation({ name: 'head.relu', activation: 'relu' })
    .apply(hidden.apply(x) as SymbolicTensor) as SymbolicTensor;
}

function drop(x: SymbolicTensor, seeds: SeedSequence, options: { name: string; rate: number }): SymbolicTensor {
  if (options.rate === 0) return x;
  return layers.dropout({ ...options, seed: seeds.next() }).apply(x) as SymbolicTensor;
}

/**
 * After pretrained layers, and in networks that others designed, the first weights are small, even between ±1/√features as PyTorch's are: few
 * steps may not unlearn what larger ones say by chance. (Seen on Intel scenes at 60 to 500 images a class, on the very images that are tested
 * with.) The small networks of our own learn tiny sets better from larger ones.
 */
function classifier(
  features: SymbolicTensor,
  seeds: SeedSequence,
  { classes, weights, designed }: Pick<HeadOptions, 'classes' | 'weights' | 'designed'>,
): SymbolicTensor {
  const seed = seeds.next();
  const bound = 1 / Math.sqrt(features.shape.at(-1) ?? 1);
  const kernelInitializer =
    designed || weights
      ? initializers.randomUniform({ minval: -bound, maxval: bound, seed })
      : initializers.glorotUniform({ seed });
  const logits = layers.dense({ name: 'logits', units: classes, kernelInitializer }).apply(features) as SymbolicTensor;
  return layers.activation({ name: 'probabilities', activation: 'softmax' }).apply(logits) as SymbolicTensor;
}
