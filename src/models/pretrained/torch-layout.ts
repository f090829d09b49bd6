import { type Layer, type PlaceFinder, roleOf, withEpsilon } from './places.ts';

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

/** A parameter of a block, not of a layer of its own: no word follows its name. */
const bare = /(^|\.)(layer_scale|gamma)$/;

/** @param rename a layer's name → its name in the file @param moreEpsilon added to variances */
export function torchPlaces(rename: (layer: string) => string, moreEpsilon = 0): PlaceFinder {
  return (layer: Layer) => {
    const known = suffixes[layer.getClassName()] ?? {};
    const name = rename(layer.name);
    return layer.weights.map((weight) => {
      const [suffix, layout] = known[roleOf(weight)] ?? [];
      if (suffix === undefined || layout === undefined) return null;
      return (shape) => ({
        name: bare.test(name) ? name : `${name}.${suffix}`,
        shapes: torchShapes(shape, layout),
        arrange: (values) => {
          const arranged = fromTorch(values, shape, layout);
          return suffix === 'running_var' ? withEpsilon(arranged, moreEpsilon) : arranged;
        },
      });
    });
  };
}

/** PyTorch's shapes of a weight that has `shape` here: a layer on every position is a convolution or a linear layer. */
export function torchShapes(shape: readonly number[], layout: Layout): number[][] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  switch (layout) {
    case 'conv':
      return a === 1 && b === 1
        ? [
            [d, c, a, b],
            [d, c],
          ]
        : [[d, c, a, b]];
    case 'depthwise':
      return a === 1 && b === 1 ? [[c, 1, a, b], [c, 1, 1], [c]] : [[c, 1, a, b]];
    case 'dense':
      return [[b, a]];
    case 'same':
      return [[...shape]];
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
