import type { TensorInfo } from '@tensorflow/tfjs-core';
import { rowGrain } from './batch-norm.ts';
import { addressOf, type Device, newTensor, sizeOf } from './tensors.ts';

const PART_FLOATS = 32768;

/** Of two tensors of one shape. `relu_gradient`: a is the ReLU's output, b its gradient. */
export function binary(
  device: Device,
  kernel: 'add' | 'add_relu' | 'relu_gradient',
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo {
  const y = newTensor(device, a.shape);
  const args = [addressOf(device, a), addressOf(device, b), addressOf(device, y)];
  device.threads.run(kernel, args, sizeOf(a.shape), PART_FLOATS);
  return y;
}

export function relu(device: Device, x: TensorInfo): TensorInfo {
  const y = newTensor(device, x.shape);
  device.threads.run('relu', [addressOf(device, x), addressOf(device, y)], sizeOf(x.shape), PART_FLOATS);
  return y;
}

/** x [batch, …, channel] + bias [channel] */
export function biasAdd(device: Device, x: TensorInfo, bias: TensorInfo): TensorInfo {
  const y = newTensor(device, x.shape);
  const channels = x.shape.at(-1) as number;
  const args = [addressOf(device, x), addressOf(device, bias), channels, addressOf(device, y)];
  device.threads.run('bias_add', args, sizeOf(x.shape) / channels, rowGrain(channels));
  return y;
}
