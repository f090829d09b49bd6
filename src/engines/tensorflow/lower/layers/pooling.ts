import { maximum, mean } from '../../graph/reductions.ts';
import type { Tensor } from '../../graph/types.ts';
import { averagePool, maxPool, type Pair } from '../../graph/windows.ts';
import type { LayerContext } from '../pass.ts';
import { only, requireChannelsLast } from './inputs.ts';
import { windowOptions } from './window-options.ts';

export function lowerMaxPooling2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const size = poolSize(context);
  return maxPool(context.graph, only(inputs), size, windowOptions(context, size));
}

export function lowerAveragePooling2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const size = poolSize(context);
  return averagePool(context.graph, only(inputs), size, windowOptions(context, size));
}

export function lowerGlobalAveragePooling2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  requireChannelsLast(context);
  return mean(context.graph, only(inputs), [1, 2]);
}

export function lowerGlobalMaxPooling2d(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  requireChannelsLast(context);
  return maximum(context.graph, only(inputs), [1, 2]);
}

function poolSize(context: LayerContext): Pair {
  return context.config.pair('poolSize', [2, 2]);
}
