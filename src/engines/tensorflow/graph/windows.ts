import { first, type Graph } from './graph.ts';
import { shapeOf } from './reshaping.ts';
import { knownSize, type Padding, windowOutput } from './shapes.ts';
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
export function conv2d(graph: Graph, x: Tensor, kernel: Tensor, options: WindowOptions & { dilations: Pair }): Tensor {
  const attributes = {
    ...windowAttributes(x, options),
    dilations: { integers: [1, ...options.dilations, 1] },
    use_cudnn_on_gpu: { boolean: true },
    explicit_paddings: { integers: [] },
  };
  const shape = [
    ...windowShape(x, [knownSize(kernel.shape, 0), knownSize(kernel.shape, 1)], options, options.dilations),
    knownSize(kernel.shape, 3),
  ];
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
  const shape = [
    ...windowShape(x, [knownSize(kernel.shape, 0), knownSize(kernel.shape, 1)], options),
    knownSize(kernel.shape, 2) * knownSize(kernel.shape, 3),
  ];
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

/** [batch, height, width] of the output. */
function windowShape(x: Tensor, window: Pair, options: WindowOptions, dilations: Pair = [1, 1]): (number | null)[] {
  const { strides, padding } = options;
  return [
    x.shape[0] ?? null,
    windowOutput(x.shape[1] ?? null, window[0], strides[0], padding, dilations[0]),
    windowOutput(x.shape[2] ?? null, window[1], strides[1], padding, dilations[1]),
  ];
}
