import { add, cast, divide, multiply, subtract, sum } from './elementwise.ts';
import type { Graph } from './graph.ts';
import { reciprocalRoot } from './nonlinear.ts';
import { elementsPerChannel, mean } from './reductions.ts';
import { reshape } from './reshaping.ts';
import type { Tensor } from './types.ts';
import { dataType } from './types.ts';

export interface BatchStatistics {
  y: Tensor;
  /** [channel] */
  mean: Tensor;
  /** [channel], Σ(x − mean)² / n as TensorFlow.js and PyTorch's normalisation take it (not n − 1). */
  variance: Tensor;
}

/**
 * Normalises `x` [batch, height, width, channel] by its own mean and variance.
 * @param gamma [channel]
 * @param beta [channel]
 */
export function batchNormTraining(
  graph: Graph,
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
  name: string,
): BatchStatistics {
  const attributes = {
    T: { type: x.type },
    U: { type: dataType.float },
    epsilon: { float: epsilon },
    data_format: { string: 'NHWC' },
    is_training: { boolean: true },
  };
  const channels = { type: dataType.float, shape: gamma.shape };
  const outputs = [x, channels, channels, channels, channels, { type: dataType.float, shape: [] }];
  const none = graph.floats([]);
  const node = graph.add(
    'FusedBatchNormV3',
    [x, gamma, beta, none, none],
    { ...attributes, exponential_avg_factor: { float: 1 } },
    outputs,
    {
      name,
      gradient: ([dy]) => {
        if (!dy) return [null, null, null, null, null];
        const saved = node.outputs.slice(3);
        const gradients = graph.add('FusedBatchNormGradV3', [dy, x, gamma, ...saved], attributes, [
          x,
          channels,
          channels,
          channels,
          channels,
        ]);
        return [...gradients.outputs.slice(0, 3), null, null];
      },
    },
  );
  const [y, mean, unbiased] = node.outputs as [Tensor, Tensor, Tensor];
  const n = elementsPerChannel(graph, x);
  const biased = multiply(graph, unbiased, divide(graph, subtract(graph, n, 1), n));
  return { y, mean, variance: biased };
}

/** Normalises `x` [batch, height, width, channel] by given statistics [channel], which are constants. */
export function batchNormInference(
  graph: Graph,
  x: Tensor,
  scales: { gamma: Tensor; beta: Tensor; mean: Tensor; variance: Tensor },
  epsilon: number,
  name: string,
): Tensor {
  const channels = { type: dataType.float, shape: scales.gamma.shape };
  const node = graph.add(
    'FusedBatchNormV3',
    [x, scales.gamma, scales.beta, scales.mean, scales.variance],
    {
      T: { type: x.type },
      U: { type: dataType.float },
      epsilon: { float: epsilon },
      data_format: { string: 'NHWC' },
      is_training: { boolean: false },
      exponential_avg_factor: { float: 1 },
    },
    [x, channels, channels, channels, channels, { type: dataType.float, shape: [] }],
    {
      name,
      gradient: ([dy]) => {
        if (!dy) return [null, null, null, null, null];
        const root = reciprocalRoot(graph, add(graph, scales.variance, epsilon));
        const dx = multiply(graph, dy, cast(graph, multiply(graph, root, scales.gamma), x.type));
        const perChannel = (values: Tensor) => sum(graph, values, [0, 1, 2], false);
        const slope = cast(graph, dy, dataType.float);
        const centred = () => subtract(graph, cast(graph, x, dataType.float), scales.mean);
        const byGamma = () => multiply(graph, perChannel(multiply(graph, slope, centred())), root);
        return [
          dx,
          scales.gamma.node.differentiable ? byGamma() : null,
          scales.beta.node.differentiable ? perChannel(slope) : null,
          ...[null, null],
        ];
      },
    },
  );
  return node.outputs[0] as Tensor;
}

/**
 * Normalises each image of `x` by its mean and variance over `axes` (Ba et al. 2016).
 * @param gamma and beta, over those axes, or null
 */
export function layerNorm(
  graph: Graph,
  x: Tensor,
  gamma: Tensor | null,
  beta: Tensor | null,
  axes: readonly number[],
  epsilon: number,
): Tensor {
  const sizes = x.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
  const deviation = subtract(graph, x, mean(graph, x, axes, true));
  const variance = mean(graph, multiply(graph, deviation, deviation), axes, true);
  const normal = multiply(graph, deviation, reciprocalRoot(graph, add(graph, variance, epsilon)));
  const scaled = gamma ? multiply(graph, normal, reshape(graph, gamma, sizes)) : normal;
  return beta ? add(graph, scaled, reshape(graph, beta, sizes)) : scaled;
}
