import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type ConvolutionInfo, geometryWords } from './convolution.ts';
import { addressOf, type Device, newTensor } from './tensors.ts';

type Pooling = 'max_pool' | 'average_pool';

/** x [batch, height, width, channel] → [batch, out height, out width, channel] */
export function pool(device: Device, kernel: Pooling, x: TensorInfo, info: ConvolutionInfo): TensorInfo {
  const y = newTensor(device, info.outShape);
  device.threads.run(
    kernel,
    [addressOf(device, x), 0, addressOf(device, y), ...geometryWords(info)],
    info.batchSize,
    1,
  );
  return y;
}

/** Gradient of the input from that of the output; `x` is the input (read by max pooling only). */
export function poolGradient(
  device: Device,
  kernel: Pooling,
  x: TensorInfo,
  dy: TensorInfo,
  info: ConvolutionInfo,
): TensorInfo {
  const dx = newTensor(device, info.inShape);
  const args = [addressOf(device, x), addressOf(device, dy), addressOf(device, dx), ...geometryWords(info)];
  device.threads.run(`${kernel}_gradient`, args, info.batchSize, 1, 2 * info.inChannels);
  return dx;
}
