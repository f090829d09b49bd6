import {
  backend_util,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { EngineError } from '../engine-error.ts';
import { type ConvolutionInfo, convolve, filterGradient, inputGradient, isSupported } from './convolution.ts';
import { depthwise, depthwiseFilterGradient, depthwiseInputGradient } from './depthwise.ts';
import { binary } from './elementwise.ts';
import { multiply, sourceKind } from './matrix.ts';
import { pool, poolGradient } from './pooling.ts';
import { addressOf, type Device, newTensor, sizeOf } from './tensors.ts';

export const BACKEND = 'wasm';

type Inputs = Record<string, TensorInfo>;
type Attributes = WindowAttributes & MatrixAttributes;
/** Gives no result where the stock kernel may do it. Those that keep weights packed between calls may not: ours change in place. */
type Replacement = (device: Device, inputs: Inputs, attributes: Attributes) => TensorInfo | undefined;

/**
 * Puts our kernels in place of TensorFlow.js's slow, missing or wrong ones of the wasm backend. Cases that ours don't do (dilation, other
 * number types) go to the stock kernel.
 * @returns restores the stock kernels
 */
export function replaceKernels(device: Device): () => void {
  const undo = Object.entries(replacements).map(([name, replacement]) => replaceKernel(device, name, replacement));
  return () => {
    for (const restore of undo) restore();
  };
}

function replaceKernel(device: Device, kernelName: string, replacement: Replacement): () => void {
  const stock = getKernel(kernelName, BACKEND) as KernelConfig | undefined;
  const kernelFunc: KernelFunc = (call) => {
    const { inputs, attrs } = call as { inputs: NamedTensorInfoMap; attrs?: NamedAttrMap };
    const result = replacement(device, inputs as Inputs, (attrs ?? {}) as unknown as Attributes);
    if (result) return result;
    if (stock) return stock.kernelFunc(call);
    throw new Error(`${kernelName} with ${JSON.stringify(attrs)} is not implemented by the wasm engine`);
  };
  if (stock) unregisterKernel(kernelName, BACKEND);
  registerKernel({ ...stock, kernelName, backendName: BACKEND, kernelFunc });
  return () => {
    unregisterKernel(kernelName, BACKEND);
    if (stock) registerKernel(stock);
  };
}

const replacements: Record<string, Replacement> = {
  /** The stock one copies, and TensorFlow.js calls it for every value it saves for a gradient. */
  Identity({ backend }, inputs) {
    const { x } = inputs as { x: TensorInfo };
    if (x.dtype === 'string') return undefined;
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
  Conv2D(device, inputs, attrs) {
    const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
    const info = convolutionInfo(x.shape, filter.shape, attrs);
    return convolve(device, x, filter, supported(info));
  },
  FusedConv2D(device, inputs, attrs) {
    const { x, filter, bias } = inputs as { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo };
    const info = supported(convolutionInfo(x.shape, filter.shape, attrs));
    const { activation } = attrs;
    const y = convolve(device, x, filter, info, { ...(bias && { bias }), relu: activation === 'relu' });
    return activate(device, y, activation);
  },
  Conv2DBackpropInput(device, inputs, attrs) {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const info = convolutionInfo(attrs.inputShape, filter.shape, attrs);
    return inputGradient(device, dy, filter, supported(info));
  },
  Conv2DBackpropFilter(device, inputs, attrs) {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const info = convolutionInfo(x.shape, attrs.filterShape, attrs);
    return filterGradient(device, x, dy, supported(info));
  },
  DepthwiseConv2dNative(device, inputs, attrs) {
    const { x, filter } = inputs as { x: TensorInfo; filter: TensorInfo };
    const info = convolutionInfo(x.shape, filter.shape, attrs, true);
    return depthwise(device, x, filter, supported(info));
  },
  DepthwiseConv2dNativeBackpropInput(device, inputs, attrs) {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const info = convolutionInfo(attrs.inputShape, filter.shape, attrs, true);
    return depthwiseInputGradient(device, dy, filter, supported(info));
  },
  DepthwiseConv2dNativeBackpropFilter(device, inputs, attrs) {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const info = convolutionInfo(x.shape, attrs.filterShape, attrs, true);
    return depthwiseFilterGradient(device, x, dy, supported(info));
  },
  MaxPool(device, inputs, attrs) {
    const { x } = inputs as { x: TensorInfo };
    return x.dtype === 'float32' ? pool(device, 'max_pool', x, poolInfo(x, attrs)) : undefined;
  },
  MaxPoolGrad(device, inputs, attrs) {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    return poolGradient(device, 'max_pool', input, dy, poolInfo(input, attrs));
  },
  AvgPool(device, inputs, attrs) {
    const { x } = inputs as { x: TensorInfo };
    return x.dtype === 'float32' ? pool(device, 'average_pool', x, poolInfo(x, attrs)) : undefined;
  },
  AvgPoolGrad(device, inputs, attrs) {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    return poolGradient(device, 'average_pool', input, dy, poolInfo(input, attrs));
  },
  Add(device, inputs) {
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    const same = a.shape.length === b.shape.length && a.shape.every((d, i) => d === b.shape[i]);
    return same && isFloat(a) && isFloat(b) && a.shape.length > 0 ? binary(device, 'add', a, b) : undefined;
  },
  BatchMatMul(device, inputs, attrs) {
    const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
    return isSingle(a) && isSingle(b) ? matMul(device, a, b, attrs) : undefined;
  },
  _FusedMatMul(device, inputs, attrs) {
    const { a, b, bias } = inputs as { a: TensorInfo; b: TensorInfo; bias?: TensorInfo };
    if (!isSingle(a) || !isSingle(b)) throw unsupported('a product of batches of matrices');
    const y = matMul(device, a, b, attrs, { ...(bias && { bias }), relu: attrs.activation === 'relu' });
    return activate(device, y, attrs.activation);
  },
};

/** Activations that TensorFlow.js asks for together with a product, beyond those that the product itself does. */
const activationKernels: Record<string, string> = { elu: 'Elu', relu6: 'Relu6', sigmoid: 'Sigmoid' };

function activate(device: Device, y: TensorInfo, activation: string): TensorInfo {
  if (activation === 'linear' || activation === 'relu') return y;
  const kernel = getKernel(activationKernels[activation] ?? '', BACKEND);
  if (!kernel) throw unsupported(`the activation ${activation}`);
  const result = kernel.kernelFunc({ inputs: { x: y }, attrs: {}, backend: device.backend }) as TensorInfo;
  device.backend.disposeData(y.dataId);
  return result;
}

function supported(info: ConvolutionInfo): ConvolutionInfo {
  if (isSupported(info)) return info;
  throw unsupported('a dilated convolution or channels that come first');
}

function unsupported(what: string): EngineError {
  return new EngineError('unsupported-model', `The wasm engine can't compute ${what}.`, 'Choose another engine.');
}

/** Float matrices [1, …, rows, columns]. */
function isSingle(tensor: TensorInfo): boolean {
  return isFloat(tensor) && sizeOf(tensor.shape.slice(0, -2)) === 1;
}

function isFloat(tensor: TensorInfo): boolean {
  return tensor.dtype === 'float32';
}

function matMul(
  device: Device,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA, transposeB }: MatrixAttributes,
  after: { bias?: TensorInfo; relu?: boolean } = {},
): TensorInfo {
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const n = transposeB ? bRows : bColumns;
  const longer = a.shape.length >= b.shape.length ? a : b;
  const c = newTensor(device, [...longer.shape.slice(0, -2), m, n]);
  multiply(device, {
    kind: transposeA ? sourceKind.transposed : sourceKind.plain,
    a: addressOf(device, a),
    lda: aColumns,
    m,
    n,
    k,
    b: { address: addressOf(device, b), transposed: transposeB, distance: bColumns },
    c: addressOf(device, c),
    ...(after.bias && { bias: addressOf(device, after.bias) }),
    relu: after.relu ?? false,
  });
  return c;
}

interface WindowAttributes {
  strides: [number, number] | number;
  pad: 'same' | 'valid' | number;
  dilations?: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: 'NHWC' | 'NCHW';
  filterSize: [number, number] | number;
  inputShape: number[];
  filterShape: number[];
  activation: string;
}

interface MatrixAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

function convolutionInfo(x: number[], filter: number[], attributes: Attributes, depthwise = false): ConvolutionInfo {
  const { strides, pad, dilations, dimRoundingMode, dataFormat } = attributes;
  return backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    backend_util.convertConv2DDataFormat(dataFormat ?? 'NHWC'),
  );
}

function poolInfo(x: TensorInfo, attributes: Attributes): ConvolutionInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  const shape = x.shape as [number, number, number, number];
  return backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}
