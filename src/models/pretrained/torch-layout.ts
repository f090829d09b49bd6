import type { layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** Where one weight of a layer comes from in PyTorch's files, and how its axes lie there. */
export interface TensorSource {
  /** The weight's place in `layer.weights`. */
  index: number;
  /** Behind the layer's name: `weight`, `running_mean` … */
  suffix: string;
  layout: Layout;
}

/** `conv`: [out, in, height, width]; `depthwise`: [channel, 1, height, width]; `dense`: [out, in]; `same`: as here. */
export type Layout = 'conv' | 'depthwise' | 'dense' | 'same';

const suffixes: Readonly<Record<string, Readonly<Record<string, readonly [suffix: string, layout: Layout]>>>> = {
  Conv2D: { kernel: ['weight', 'conv'], bias: ['bias', 'same'] },
  DepthwiseConv2D: { depthwise_kernel: ['weight', 'depthwise'], bias: ['bias', 'same'] },
  Dense: { kernel: ['weight', 'dense'], bias: ['bias', 'same'] },
  BatchNormalization: {
    gamma: ['weight', 'same'],
    beta: ['bias', 'same'],
    moving_mean: ['running_mean', 'same'],
    moving_variance: ['running_var', 'same'],
  },
  LayerNormalization: { gamma: ['weight', 'same'], beta: ['bias', 'same'] },
};

/** A layer's weights as PyTorch keeps them; null for a weight that PyTorch has no word for. */
export function torchSources(layer: Layer): (TensorSource | null)[] {
  const known = suffixes[layer.getClassName()] ?? {};
  return layer.weights.map((weight, index) => {
    const role = weight.originalName.split('/').at(-1) ?? '';
    const found = known[role];
    return found ? { index, suffix: found[0], layout: found[1] } : null;
  });
}

/** PyTorch's shape of a weight that has `shape` here. */
export function torchShape(shape: readonly number[], layout: Layout): number[] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  switch (layout) {
    case 'conv':
      return [d, c, a, b];
    case 'depthwise':
      return [c, 1, a, b];
    case 'dense':
      return [b, a];
    case 'same':
      return [...shape];
  }
}

/** Brings PyTorch's values into the order of a weight that has `shape` here. */
export function fromTorch(values: Float32Array, shape: readonly number[], layout: Layout): Float32Array {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  switch (layout) {
    case 'conv':
      // [height, width, in, out] from [out, in, height, width].
      return reorder(values, [a, b, c, d], [b, 1, a * b, c * a * b]);
    case 'depthwise':
      // [height, width, channel, 1] from [channel, 1, height, width].
      return reorder(values, [a, b, c, d], [b, 1, a * b, 0]);
    case 'dense':
      return reorder(values, [a, b, 1, 1], [1, a, 0, 0]);
    case 'same':
      return values;
  }
}

/** The values of an array of four axes whose neighbours along each lie `strides` apart in `values`. */
function reorder(values: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const [h = 1, w = 1, c = 1, o = 1] = shape;
  const [sh = 0, sw = 0, sc = 0, so = 0] = strides;
  const result = new Float32Array(values.length);
  let at = 0;
  for (let i = 0; i < h; i++)
    for (let j = 0; j < w; j++)
      for (let k = 0; k < c; k++)
        for (let l = 0; l < o; l++) result[at++] = values[i * sh + j * sw + k * sc + l * so] as number;
  return result;
}
