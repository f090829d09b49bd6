import { first, type Graph } from './graph.ts';
import { shapeOf, withBatchOf } from './reshaping.ts';
import { knownSize, type Padding, windowOutput } from './shapes.ts';
import { batchToSpace, spaceToBatch } from './space.ts';
import type { Attribute, Tensor } from './types.ts';

/** [height, width]. */
export type Pair = readonly [number, number];

export interface WindowOptions {
  strides: Pair;
  padding: Padding;
  name: string;
}

/**
 * @param x [batch, height, width, channel]
 * @param kernel [height, width, channel, filter]
 */
export function conv2d(graph: Graph, x: Tensor, kernel: Tensor, options: WindowOptions): Tensor {
  const attributes = convolutionAttributes(x, options);
  const shape = [...windowShape(x, kernelWindow(kernel), options), knownSize(kernel.shape, 3)];
  return graph.tensor(
    'Conv2D',
    [x, kernel],
    attributes,
    { type: x.type, shape },
    {
      name: options.name,
      gradient: ([dy]) => {
        if (!dy) return [null, null];
        const name = options.name;
        return [
          x.node.differentiable
            ? graph.tensor('Conv2DBackpropInput', [shapeOf(graph, x), kernel, dy], attributes, x, {
                name: `${name}/dx`,
              })
            : null,
          kernel.node.differentiable
            ? graph.tensor('Conv2DBackpropFilter', [x, shapeOf(graph, kernel), dy], attributes, kernel, {
                name: `${name}/dw`,
              })
            : null,
        ];
      },
    },
  );
}

/**
 * @param x [batch, height, width, channel]
 * @param kernel [height, width, channel, multiplier]
 */
export function depthwiseConv2d(graph: Graph, x: Tensor, kernel: Tensor, options: WindowOptions): Tensor {
  const attributes = {
    ...windowAttributes(x, options),
    dilations: { integers: [1, 1, 1, 1] },
    explicit_paddings: { integers: [] },
  };
  const channels = knownSize(kernel.shape, 2) * knownSize(kernel.shape, 3);
  const shape = [...windowShape(x, kernelWindow(kernel), options), channels];
  const operation = 'DepthwiseConv2dNative';
  return graph.tensor(
    operation,
    [x, kernel],
    attributes,
    { type: x.type, shape },
    {
      name: options.name,
      gradient: ([dy]) => {
        if (!dy) return [null, null];
        return [
          x.node.differentiable
            ? graph.tensor(`${operation}BackpropInput`, [shapeOf(graph, x), kernel, dy], attributes, x)
            : null,
          kernel.node.differentiable
            ? graph.tensor(`${operation}BackpropFilter`, [x, shapeOf(graph, kernel), dy], attributes, kernel)
            : null,
        ];
      },
    },
  );
}

/**
 * The gradient of a convolution by its input, used forwards: each pixel of `x` paints a window.
 * @param x [batch, height, width, channel]
 * @param kernel [height, width, filter, channel]
 */
export function conv2dTranspose(graph: Graph, x: Tensor, kernel: Tensor, options: WindowOptions): Tensor {
  const attributes = convolutionAttributes(x, options);
  const paint = (axis: 0 | 1) => {
    const size = knownSize(x.shape, axis + 1) * options.strides[axis];
    const overlap = Math.max(knownSize(kernel.shape, axis) - options.strides[axis], 0);
    return options.padding === 'VALID' ? size + overlap : size;
  };
  const shape = [x.shape[0] ?? null, paint(0), paint(1), knownSize(kernel.shape, 2)];
  const { name } = options;
  return graph.tensor(
    'Conv2DBackpropInput',
    [withBatchOf(graph, shape, x), kernel, x],
    attributes,
    { type: x.type, shape },
    {
      name,
      gradient: ([dy]) => {
        if (!dy) return [null, null, null];
        const byKernel = () =>
          graph.tensor('Conv2DBackpropFilter', [dy, shapeOf(graph, kernel), x], attributes, kernel, {
            name: `${name}/dw`,
          });
        return [
          null,
          kernel.node.differentiable ? byKernel() : null,
          x.node.differentiable ? graph.tensor('Conv2D', [dy, kernel], attributes, x, { name: `${name}/dx` }) : null,
        ];
      },
    },
  );
}

/**
 * A convolution with gaps in its window. TensorFlow's CPU kernels have no gradients of that, so every `dilation`-th pixel
 * becomes a picture that is convolved without gaps.
 * @param window of the kernel
 * @param convolve a convolution of stride 1 without padding
 */
export function dilated(
  graph: Graph,
  x: Tensor,
  window: Pair,
  dilation: Pair,
  padding: Padding,
  convolve: (x: Tensor) => Tensor,
): Tensor {
  const sides = ([0, 1] as const).map((axis) => {
    const reach = (window[axis] - 1) * dilation[axis];
    const before = padding === 'SAME' ? Math.floor(reach / 2) : 0;
    const after = padding === 'SAME' ? reach - before : 0;
    const size = knownSize(x.shape, axis + 1) + before + after;
    const extra = (dilation[axis] - (size % dilation[axis])) % dilation[axis];
    return { before, after, extra };
  });
  const split = spaceToBatch(
    graph,
    x,
    dilation,
    sides.map(({ before, after, extra }) => [before, after + extra]),
  );
  return batchToSpace(
    graph,
    convolve(split),
    dilation,
    sides.map(({ extra }) => [0, extra]),
  );
}

/** @param x [batch, height, width, channel] */
export function maxPool(graph: Graph, x: Tensor, window: Pair, options: WindowOptions): Tensor {
  const attributes = {
    ...windowAttributes(x, options),
    ksize: { integers: [1, ...window, 1] },
    explicit_paddings: { integers: [] },
  };
  const shape = [...windowShape(x, window, options), knownSize(x.shape, 3)];
  const node = graph.add('MaxPool', [x], attributes, [{ type: x.type, shape }], {
    name: options.name,
    gradient: ([dy]) => [dy ? graph.tensor('MaxPoolGrad', [x, first(node), dy], attributes, x) : null],
  });
  return first(node);
}

/** Padding is not counted into the mean. @param x [batch, height, width, channel] */
export function averagePool(graph: Graph, x: Tensor, window: Pair, options: WindowOptions): Tensor {
  const attributes = { ...windowAttributes(x, options), ksize: { integers: [1, ...window, 1] } };
  const shape = [...windowShape(x, window, options), knownSize(x.shape, 3)];
  return graph.tensor(
    'AvgPool',
    [x],
    attributes,
    { type: x.type, shape },
    {
      name: options.name,
      gradient: ([dy]) => [dy ? graph.tensor('AvgPoolGrad', [shapeOf(graph, x), dy], attributes, x) : null],
    },
  );
}

function windowAttributes(x: Tensor, options: WindowOptions): Record<string, Attribute> {
  return {
    T: { type: x.type },
    strides: { integers: [1, ...options.strides, 1] },
    padding: { string: options.padding },
    data_format: { string: 'NHWC' },
  };
}

function convolutionAttributes(x: Tensor, options: WindowOptions): Record<string, Attribute> {
  return {
    ...windowAttributes(x, options),
    dilations: { integers: [1, 1, 1, 1] },
    use_cudnn_on_gpu: { boolean: true },
    explicit_paddings: { integers: [] },
  };
}

/** [height, width] of a kernel [height, width, …]. */
export function kernelWindow(kernel: Tensor): Pair {
  return [knownSize(kernel.shape, 0), knownSize(kernel.shape, 1)];
}

/** [batch, height, width] of the output. */
function windowShape(x: Tensor, window: Pair, options: WindowOptions): (number | null)[] {
  const { strides, padding } = options;
  return [
    x.shape[0] ?? null,
    windowOutput(x.shape[1] ?? null, window[0], strides[0], padding),
    windowOutput(x.shape[2] ?? null, window[1], strides[1], padding),
  ];
}
