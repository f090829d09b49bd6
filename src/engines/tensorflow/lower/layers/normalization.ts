import { multiply, subtract } from '../../graph/elementwise.ts';
import { batchNormInference, batchNormTraining, layerNorm } from '../../graph/normalization.ts';
import { reshape } from '../../graph/reshaping.ts';
import { knownSize } from '../../graph/shapes.ts';
import type { Tensor } from '../../graph/types.ts';
import { Unsupported } from '../layer-config.ts';
import type { LayerContext } from '../pass.ts';
import { only, required } from './inputs.ts';

export function lowerBatchNormalization(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, config, pass } = context;
  const given = only(inputs);
  if (pass.folded.has(context.layer)) return given;
  const axis = config.number('axis', -1);
  if (axis !== -1 && axis !== given.shape.length - 1) throw new Unsupported(`its axis is ${axis}`);
  if (given.shape.length === 4) return normalise(context, given);
  const picture = reshape(graph, given, [null, 1, 1, knownSize(given.shape, -1)]);
  return reshape(graph, normalise(context, picture), given.shape);
}

function normalise(context: LayerContext, x: Tensor): Tensor {
  const { graph, config, pass, name } = context;
  const channels = knownSize(x.shape, -1);
  const gamma = context.weight('gamma') ?? graph.floats(Array<number>(channels).fill(1));
  const beta = context.weight('beta') ?? graph.floats(Array<number>(channels).fill(0));
  const mean = required(context, 'moving_mean');
  const variance = required(context, 'moving_variance');
  const epsilon = config.number('epsilon');
  if (!context.movesStatistics) return batchNormInference(graph, x, { gamma, beta, mean, variance }, epsilon, name);
  const batch = batchNormTraining(graph, x, gamma, beta, epsilon, name);
  const share = 1 - config.number('momentum');
  const towards = (moving: Tensor, value: Tensor) =>
    subtract(graph, moving, multiply(graph, subtract(graph, moving, value), share));
  pass.statistics.push(
    { variable: context.variable('moving_mean'), value: towards(mean, batch.mean) },
    { variable: context.variable('moving_variance'), value: towards(variance, batch.variance) },
  );
  return batch.y;
}

export function lowerLayerNormalization(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, config } = context;
  const x = only(inputs);
  const axes = config.axes('axis', x.shape.length);
  // TensorFlow.js lays its scales out in the order of the axes.
  if (axes.includes(0) || axes.some((axis, i) => i > 0 && axis < (axes[i - 1] ?? 0))) {
    throw new Unsupported(`its axis is ${JSON.stringify(axes)}`);
  }
  return layerNorm(graph, x, context.weight('gamma'), context.weight('beta'), axes, config.number('epsilon'));
}
