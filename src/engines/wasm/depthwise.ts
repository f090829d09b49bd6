import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type ConvolutionInfo, geometryWords, sumParts } from './convolution.ts';
import { addressOf, type Device, newTensor, withMemory } from './tensors.ts';

/** Partial filters of one gradient; fixed, so that the sum does not depend on the number of threads. */
const FILTER_PARTS = 8;

function multiplier(info: ConvolutionInfo): number {
  return info.outChannels / info.inChannels;
}

/** x [batch, height, width, in] with filter [ky, kx, in, multiplier] → [batch, out height, out width, in · multiplier] */
export function depthwise(device: Device, x: TensorInfo, filter: TensorInfo, info: ConvolutionInfo): TensorInfo {
  const y = newTensor(device, info.outShape);
  const pointers = [addressOf(device, x), addressOf(device, filter), 0, addressOf(device, y)];
  device.threads.run('depthwise', [...pointers, multiplier(info), ...geometryWords(info)], info.batchSize, 1);
  return y;
}

export function depthwiseInputGradient(
  device: Device,
  dy: TensorInfo,
  filter: TensorInfo,
  info: ConvolutionInfo,
): TensorInfo {
  const dx = newTensor(device, info.inShape);
  const pointers = [0, addressOf(device, filter), addressOf(device, dy), addressOf(device, dx)];
  const args = [...pointers, multiplier(info), ...geometryWords(info)];
  device.threads.run('depthwise_input_gradient', args, info.batchSize, 1);
  return dx;
}

export function depthwiseFilterGradient(
  device: Device,
  x: TensorInfo,
  dy: TensorInfo,
  info: ConvolutionInfo,
): TensorInfo {
  const dw = newTensor(device, info.filterShape);
  const size = info.filterHeight * info.filterWidth * info.outChannels;
  const grain = Math.ceil(info.batchSize / FILTER_PARTS);
  const count = Math.ceil(info.batchSize / grain);
  withMemory(device, count * size * 4, (parts) => {
    const args = [addressOf(device, x), 0, addressOf(device, dy), parts, multiplier(info), ...geometryWords(info)];
    device.threads.run('depthwise_filter_gradient', args, info.batchSize, grain, size);
    sumParts(device, parts, count, size, addressOf(device, dw));
  });
  return dw;
}
