import type { TensorInfo } from '@tensorflow/tfjs-core';
import { addressOf, type Device, newTensor, sizeOf, withMemory } from './tensors.ts';
import { Float } from './threads.ts';

/** Partial sums of one reduction over rows; fixed, so that the sum does not depend on the number of threads. */
const SUM_PARTS = 32;
const LEAST_ROWS = 64;
/** Floats that one part of an elementwise kernel goes over. */
const PART_FLOATS = 32768;

export interface BatchNormInputs {
  /** [batch, …, channel] */
  x: TensorInfo;
  gamma: TensorInfo;
  beta: TensorInfo;
}

export interface BatchNormOptions {
  epsilon: number;
  relu: boolean;
}

export interface MovingStatistics {
  mean: TensorInfo;
  variance: TensorInfo;
  momentum: number;
}

function rowsAndChannels(x: TensorInfo): { rows: number; channels: number } {
  const channels = x.shape.at(-1) as number;
  return { rows: sizeOf(x.shape) / channels, channels };
}

function rowsOfPart(rows: number): number {
  return Math.max(LEAST_ROWS, Math.ceil(rows / SUM_PARTS));
}

export function rowGrain(channels: number): number {
  return Math.max(1, Math.round(PART_FLOATS / channels));
}

/**
 * Batch norm with the batch's own statistics, followed by a ReLU where asked for; updates the moving statistics in place.
 * @returns y and what the gradient needs: [5, channel], described in kernels/batch-norm.c
 */
export function batchNorm(
  device: Device,
  { x, gamma, beta }: BatchNormInputs,
  options: BatchNormOptions,
  moving: MovingStatistics,
): [y: TensorInfo, statistics: TensorInfo] {
  const { rows, channels } = rowsAndChannels(x);
  const y = newTensor(device, x.shape);
  const statistics = newTensor(device, [5, channels]);
  const [xAt, statsAt] = [addressOf(device, x), addressOf(device, statistics)];
  const grain = rowsOfPart(rows);
  const parts = Math.ceil(rows / grain);
  withMemory(device, parts * channels * 16, (partial) => {
    device.threads.run('bn_stats', [xAt, channels, partial], rows, grain, 2 * channels);
    const finish = [
      ...[xAt, channels, parts, rows, partial, addressOf(device, gamma), addressOf(device, beta)],
      ...[new Float(options.epsilon), new Float(moving.momentum), statsAt],
      ...[addressOf(device, moving.mean), addressOf(device, moving.variance)],
    ];
    device.threads.run('bn_finish', finish, channels, channels);
  });
  const [scale, shift] = [statsAt + 8 * channels, statsAt + 12 * channels];
  const apply = [xAt, scale, shift, channels, options.relu ? 1 : 0, addressOf(device, y)];
  device.threads.run('affine', apply, rows, rowGrain(channels));
  return [y, statistics];
}

/** Gradients of x, gamma and beta from that of y. */
export function batchNormGradient(
  device: Device,
  inputs: { x: TensorInfo; dy: TensorInfo; statistics: TensorInfo },
  relu: boolean,
): [dx: TensorInfo, dgamma: TensorInfo, dbeta: TensorInfo] {
  const { x, dy, statistics } = inputs;
  const { rows, channels } = rowsAndChannels(x);
  const dx = newTensor(device, x.shape);
  const dgamma = newTensor(device, [channels]);
  const dbeta = newTensor(device, [channels]);
  const read = [addressOf(device, x), addressOf(device, dy), addressOf(device, statistics)];
  const grain = rowsOfPart(rows);
  const parts = Math.ceil(rows / grain);
  withMemory(device, parts * channels * 16 + channels * 8, (partial) => {
    const factors = partial + parts * channels * 16;
    device.threads.run('bn_gradient_sums', [...read, channels, relu ? 1 : 0, partial], rows, grain, 2 * channels);
    const outputs = [addressOf(device, dgamma), addressOf(device, dbeta), factors];
    const finish = [channels, parts, rows, partial, read[2] as number, ...outputs];
    device.threads.run('bn_gradient_finish', finish, channels, channels);
    const apply = [...read, factors, channels, relu ? 1 : 0, addressOf(device, dx)];
    device.threads.run('bn_gradient', apply, rows, rowGrain(channels));
  });
  return [dx, dgamma, dbeta];
}

/** Batch norm with the moving statistics. */
export function batchNormInference(
  device: Device,
  inputs: BatchNormInputs,
  options: BatchNormOptions,
  moving: Omit<MovingStatistics, 'momentum'>,
): TensorInfo {
  const { x } = inputs;
  const { rows, channels } = rowsAndChannels(x);
  const y = newTensor(device, x.shape);
  withMemory(device, channels * 8, (scale) => {
    const shift = scale + 4 * channels;
    writeInferenceFactors(device, inputs, options, moving, { scale, shift });
    const apply = [addressOf(device, x), scale, shift, channels, options.relu ? 1 : 0, addressOf(device, y)];
    device.threads.run('affine', apply, rows, rowGrain(channels));
  });
  return y;
}

/** Gradient of x, with the moving statistics as constants. */
export function batchNormInferenceGradient(
  device: Device,
  inputs: BatchNormInputs & { dy: TensorInfo },
  options: BatchNormOptions,
  moving: Omit<MovingStatistics, 'momentum'>,
): TensorInfo {
  const { x, dy } = inputs;
  const { rows, channels } = rowsAndChannels(x);
  const dx = newTensor(device, x.shape);
  // Statistics and factors of a gradient in which the batch's own statistics play no part.
  withMemory(device, channels * 28, (statistics) => {
    const at = (row: number) => statistics + 4 * channels * row;
    const start = statistics >>> 2;
    device.backend.heap.floats.fill(0, start, start + 7 * channels);
    writeInferenceFactors(device, inputs, options, moving, { scale: at(2), shift: at(3) });
    const read = [addressOf(device, x), addressOf(device, dy), statistics, at(5)];
    const apply = [...read, channels, options.relu ? 1 : 0, addressOf(device, dx)];
    device.threads.run('bn_gradient', apply, rows, rowGrain(channels));
  });
  return dx;
}

/** Gradients of gamma and beta, with the moving statistics as constants: Σ dy · (x − mean) / √(variance + ε) and Σ dy. */
export function batchNormScaleGradient(
  device: Device,
  inputs: BatchNormInputs & { dy: TensorInfo },
  options: BatchNormOptions,
  moving: Omit<MovingStatistics, 'momentum'>,
): [dgamma: TensorInfo, dbeta: TensorInfo] {
  const { x, dy } = inputs;
  const { rows, channels } = rowsAndChannels(x);
  const dgamma = newTensor(device, [channels]);
  const dbeta = newTensor(device, [channels]);
  const grain = rowsOfPart(rows);
  const parts = Math.ceil(rows / grain);
  withMemory(device, channels * 28 + parts * channels * 16, (partial) => {
    const statistics = partial + parts * channels * 16;
    const at = (row: number) => statistics + 4 * channels * row;
    writeInferenceFactors(device, inputs, options, moving, { scale: at(2), shift: at(3) });
    const { floats } = device.backend.heap;
    const [m, v] = [addressOf(device, moving.mean) >>> 2, addressOf(device, moving.variance) >>> 2];
    for (let c = 0; c < channels; c++) {
      floats[(at(0) >>> 2) + c] = floats[m + c] as number;
      floats[(at(1) >>> 2) + c] = 1 / Math.sqrt((floats[v + c] as number) + options.epsilon);
      floats[(at(4) >>> 2) + c] = 0;
    }
    const relu = options.relu ? 1 : 0;
    const sums = [addressOf(device, x), addressOf(device, dy), statistics, channels, relu, partial];
    device.threads.run('bn_gradient_sums', sums, rows, grain, 2 * channels);
    const outputs = [addressOf(device, dgamma), addressOf(device, dbeta), at(5)];
    device.threads.run(
      'bn_gradient_finish',
      [channels, parts, rows, partial, statistics, ...outputs],
      channels,
      channels,
    );
  });
  return [dgamma, dbeta];
}

/** y = scale · x + shift per channel, in single precision for the kernels. */
function writeInferenceFactors(
  device: Device,
  { x, gamma, beta }: BatchNormInputs,
  { epsilon }: BatchNormOptions,
  moving: Omit<MovingStatistics, 'momentum'>,
  to: { scale: number; shift: number },
): void {
  const { channels } = rowsAndChannels(x);
  const { floats } = device.backend.heap;
  const start = (tensor: TensorInfo) => addressOf(device, tensor) >>> 2;
  const [g, b, m, v] = [start(gamma), start(beta), start(moving.mean), start(moving.variance)];
  for (let c = 0; c < channels; c++) {
    const scale = (floats[g + c] as number) / Math.sqrt((floats[v + c] as number) + epsilon);
    floats[(to.scale >>> 2) + c] = scale;
    floats[(to.shift >>> 2) + c] = (floats[b + c] as number) - scale * (floats[m + c] as number);
  }
}

/** Sum over all rows of [rows, channel] → [channel] */
export function columnSums(device: Device, x: TensorInfo): TensorInfo {
  const { rows, channels } = rowsAndChannels(x);
  const sums = newTensor(device, [channels]);
  const grain = rowsOfPart(rows);
  const parts = Math.ceil(rows / grain);
  withMemory(device, parts * channels * 8, (partial) => {
    device.threads.run('column_sums', [addressOf(device, x), channels, partial], rows, grain, channels);
    device.threads.run('column_finish', [channels, parts, partial, addressOf(device, sums)], channels, channels);
  });
  return sums;
}
