import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { multiply, type Product, packedFloats, packRight, sourceKind } from './matrix.ts';
import { addressOf, type Device, newTensor, withMemory } from './tensors.ts';

export type ConvolutionInfo = backend_util.Conv2DInfo;

/** The kernels' `Geometry`, word by word. */
export function geometryWords(info: ConvolutionInfo): number[] {
  return [
    ...[info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.filterHeight, info.filterWidth],
    ...[info.outHeight, info.outWidth, info.outChannels, info.strideHeight, info.strideWidth],
    ...[info.padInfo.top, info.padInfo.left],
  ];
}

/** Channels last and no dilation: what the kernels do. */
export function isSupported(info: ConvolutionInfo): boolean {
  return info.dataFormat === 'channelsLast' && info.dilationHeight === 1 && info.dilationWidth === 1;
}

/** True where the im2col matrix is the image itself. */
function isPointwise(info: ConvolutionInfo): boolean {
  const { padInfo } = info;
  const onePixel =
    info.filterHeight === 1 && info.filterWidth === 1 && info.strideHeight === 1 && info.strideWidth === 1;
  return onePixel && padInfo.top + padInfo.left + padInfo.bottom + padInfo.right === 0;
}

/** x [batch, height, width, in] * filter [ky, kx, in, out] → [batch, out height, out width, out] */
export function convolve(
  device: Device,
  x: TensorInfo,
  filter: TensorInfo,
  info: ConvolutionInfo,
  after: { bias?: TensorInfo; relu?: boolean } = {},
): TensorInfo {
  const y = newTensor(device, info.outShape);
  const k = info.filterHeight * info.filterWidth * info.inChannels;
  multiply(device, {
    ...leftSide(isPointwise(info), addressOf(device, x), k, geometryWords(info), info.filterWidth * info.inChannels),
    m: info.batchSize * info.outHeight * info.outWidth,
    n: info.outChannels,
    k,
    b: { address: addressOf(device, filter), transposed: false, distance: info.outChannels },
    c: addressOf(device, y),
    ...(after.bias && { bias: addressOf(device, after.bias) }),
    relu: after.relu ?? false,
  });
  return y;
}

function leftSide(pointwise: boolean, a: number, k: number, geometry: number[], patchRow: number) {
  const kind: Product['kind'] = pointwise ? sourceKind.plain : sourceKind.patches;
  return { kind, a, lda: k, geometry, patchRow };
}

/** Gradient of a convolution's input from that of its output. */
export function inputGradient(device: Device, dy: TensorInfo, filter: TensorInfo, info: ConvolutionInfo): TensorInfo {
  const dx = newTensor(device, info.inShape);
  if (info.strideHeight === 1 && info.strideWidth === 1) unstridedInputGradient(device, dy, filter, info, dx);
  else stridedInputGradient(device, dy, filter, info, dx);
  return dx;
}

/** It is a convolution of `dy` with the filter turned by 180°. */
function unstridedInputGradient(
  device: Device,
  dy: TensorInfo,
  filter: TensorInfo,
  info: ConvolutionInfo,
  dx: TensorInfo,
): void {
  const { filterHeight, filterWidth, inChannels, outChannels, padInfo } = info;
  const k = filterHeight * filterWidth * outChannels;
  const geometry = [
    ...[info.batchSize, info.outHeight, info.outWidth, outChannels, filterHeight, filterWidth],
    ...[info.inHeight, info.inWidth, inChannels, 1, 1, filterHeight - 1 - padInfo.top, filterWidth - 1 - padInfo.left],
  ];
  multiply(device, {
    ...leftSide(isPointwise(info), addressOf(device, dy), k, geometry, filterWidth * outChannels),
    m: info.batchSize * info.inHeight * info.inWidth,
    n: inChannels,
    k,
    b: {
      address: addressOf(device, filter),
      transposed: true,
      distance: outChannels,
      turned: { taps: filterHeight * filterWidth, inChannels },
    },
    c: addressOf(device, dx),
  });
}

/** dy · filterᵀ gives every patch's gradient, which is added to where the patch came from. */
function stridedInputGradient(
  device: Device,
  dy: TensorInfo,
  filter: TensorInfo,
  info: ConvolutionInfo,
  dx: TensorInfo,
): void {
  const width = info.filterHeight * info.filterWidth * info.inChannels;
  const { outChannels } = info;
  withMemory(device, packedFloats(outChannels, width) * 4, (packed) => {
    const b = { address: addressOf(device, filter), transposed: true, distance: outChannels };
    packRight(device, b, packed, outChannels, width);
    const rows = device.threads.ask('input_gradient_rows');
    const args = [addressOf(device, dy), packed, addressOf(device, dx), rows, ...geometryWords(info)];
    const scratch = device.threads.ask('input_gradient_scratch', width);
    device.threads.run('conv_input_gradient', args, info.batchSize, 1, scratch);
  });
}

/** Rows of dW of one task; a multiple of the kernels' tile height. */
const GRADIENT_BLOCK = 96;
const WANTED_TASKS = 16;
/** Fewer pixels in a part and adding the parts up costs more than it saves. */
const LEAST_PIXELS = 512;

/** Gradient of a convolution's filter. */
export function filterGradient(device: Device, x: TensorInfo, dy: TensorInfo, info: ConvolutionInfo): TensorInfo {
  const { filterHeight, filterWidth, inChannels, outChannels } = info;
  const dw = newTensor(device, info.filterShape);
  const total = filterHeight * filterWidth * inChannels;
  const blocks = Math.ceil(total / GRADIENT_BLOCK);
  const block = Math.ceil(total / blocks / 12) * 12;
  const pixels = info.batchSize * info.outHeight * info.outWidth;
  const splits = Math.max(1, Math.min(Math.ceil(WANTED_TASKS / blocks), Math.floor(pixels / LEAST_PIXELS)));
  const size = total * outChannels;
  const scratch = device.threads.ask('filter_gradient_scratch', outChannels);
  const run = (out: number) => {
    const args = [addressOf(device, x), addressOf(device, dy), out, block, splits, ...geometryWords(info)];
    device.threads.run('conv_filter_gradient', args, Math.ceil(total / block) * splits, 1, scratch);
  };
  if (splits === 1) run(addressOf(device, dw));
  else {
    withMemory(device, splits * size * 4, (parts) => {
      run(parts);
      sumParts(device, parts, splits, size, addressOf(device, dw));
    });
  }
  return dw;
}

/** out[i] = Σ parts[p][i], in the order of the parts. */
export function sumParts(device: Device, parts: number, count: number, size: number, out: number): void {
  device.threads.run('sum_parts', [parts, count, size, out], size, 16384);
}
