import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  type Engine,
  type ImageBatch,
  type NamedArray,
  plainTraining,
  type TrainerOptions,
} from '../../../src/engines/engine.ts';
import { tensorflowMaker } from '../../../src/engines/tensorflow/maker.ts';
import { weightNames } from '../../../src/engines/weight-names.ts';
import { seededRandom } from '../../../src/random.ts';
import type { OptimizerConfig } from '../../../src/training/config.ts';
import { pythonPeersFolder } from '../../python-peers.ts';

const folder = pythonPeersFolder();

/** For `describe` and `it`: why tests against a real TensorFlow can't run here, or false. */
export const skip: string | false = fs.existsSync(folder)
  ? false
  : `no TensorFlow in ${folder}; make it with: node test/tools/python-peers.ts`;

/** Lets the engine find that TensorFlow. The compiled binding stays beside it, so that not every test file compiles it again. */
export function useTensorFlow(): void {
  process.env.LOUPE_TENSORFLOW = folder;
  process.env.LOUPE_CACHE = path.join(folder, 'loupe-cache');
}

export async function startEngine(): Promise<Engine> {
  useTensorFlow();
  return tensorflowMaker.start({ threads: 2 });
}

export function optimizer(change: Partial<OptimizerConfig> = {}): OptimizerConfig {
  return {
    name: 'sgd',
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0,
    beta1: 0.9,
    beta2: 0.999,
    rho: 0.99,
    epsilon: 1e-7,
    ...change,
  };
}

export function options(change: Partial<OptimizerConfig> = {}, channels = 3): TrainerOptions {
  const mean = [0.485, 0.456, 0.406].slice(0, channels);
  const std = [0.229, 0.224, 0.225].slice(0, channels);
  return { optimizer: optimizer(change), normalization: { mean, std }, seed: 7, ...plainTraining };
}

/** Random images, [size, height, width, channel] as the model takes them. */
export function randomBatch(model: LayersModel, size: number, seed: number): ImageBatch {
  const shape = (model.inputs[0]?.shape ?? []).slice(1) as number[];
  const classes = model.outputs[0]?.shape.at(-1) ?? 2;
  const random = seededRandom(seed);
  const bytes = shape.reduce((product, one) => product * one, size);
  return {
    pixels: Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)),
    labels: Int32Array.from({ length: size }, () => Math.floor(random() * classes)),
    size,
  };
}

/** Overwrites every weight with seeded numbers that keep activations near 1, also those that start at 0 or 1. */
export function scramble(model: LayersModel, seed: number): void {
  const random = seededRandom(seed);
  const values = model.weights.map((weight) => {
    const shape = weight.shape as number[];
    const count = shape.reduce((product, one) => product * one, 1);
    const role = weight.originalName.split('/').at(-1);
    const fan = shape.slice(0, -1).reduce((product, one) => product * one, 1);
    const [center, spread] =
      role === 'gamma' || role === 'moving_variance' ? [1, 0.4] : [0, shape.length > 1 ? 2 * Math.sqrt(3 / fan) : 0.4];
    const data = Float32Array.from({ length: count }, () => center + (random() - 0.5) * spread);
    return tf.tensor(data, shape);
  });
  model.setWeights(values);
  tf.dispose(values);
}

/** The weights the TensorFlow.js model itself holds. */
export function weightsOf(model: LayersModel): NamedArray[] {
  const names = weightNames(model);
  return model.weights.map((weight, i) => ({
    name: names[i] as string,
    shape: weight.shape as number[],
    data: weight.read().dataSync<'float32'>().slice(),
  }));
}

/** Largest absolute difference, over the larger of 1 and the value's size. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    const gap = Math.abs(x - y) / Math.max(1, Math.abs(x), Math.abs(y));
    if (!(gap <= largest)) largest = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
  }
  return largest;
}
