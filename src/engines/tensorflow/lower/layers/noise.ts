import { add, cast, compare, multiply, subtract } from '../../graph/elementwise.ts';
import { random } from '../../graph/random.ts';
import type { Shape, Tensor } from '../../graph/types.ts';
import { dataType } from '../../graph/types.ts';
import { Unsupported } from '../layer-config.ts';
import type { LayerContext } from '../pass.ts';
import { only } from './inputs.ts';

/** The value that a SELU approaches far below zero (Klambauer et al. 2017): −αλ. */
const SELU_FLOOR = -1.6732632423543772 * 1.0507009873554805;

/** With a `noiseShape`, one decision for all values along its axes of size 1; null takes the input's size. */
export function lowerDropout(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const x = only(inputs);
  if (!context.config.isSet('noiseShape')) return dropout(context, x, x.shape);
  const sizes = context.config.numbers('noiseShape');
  if (sizes.length !== x.shape.length) throw new Unsupported(`its noiseShape has ${sizes.length} axes`);
  return dropout(
    context,
    x,
    x.shape.map((size, axis) => ((sizes[axis] as number) < 0 ? size : (sizes[axis] as number))),
  );
}

/** Drops whole feature maps: [batch, …, channel], the same channels at every position. */
export function lowerSpatialDropout(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const x = only(inputs);
  const positions = x.shape.slice(1, -1).map(() => 1);
  return dropout(context, x, [x.shape[0] ?? null, ...positions, x.shape.at(-1) ?? null]);
}

/** Zeroes a share `rate` of `x` and scales the rest by 1/(1 − rate). */
function dropout(context: LayerContext, x: Tensor, shape: Shape): Tensor {
  const { graph } = context;
  const rate = context.config.number('rate');
  const seed = noiseSeed(context);
  if (!seed || rate === 0) return x;
  const keep = compare(graph, 'GreaterEqual', random(graph, 'Uniform', shape, x, seed, context.name), rate);
  const mask = multiply(graph, cast(graph, keep, dataType.float), 1 / (1 - rate));
  return multiply(graph, x, cast(graph, mask, x.type));
}

export function lowerGaussianNoise(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, config } = context;
  const x = only(inputs);
  const seed = noiseSeed(context);
  if (!seed) return x;
  const noise = random(graph, 'Normal', x.shape, x, seed, context.name);
  return add(graph, x, multiply(graph, noise, config.number('stddev')));
}

export function lowerGaussianDropout(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, config } = context;
  const x = only(inputs);
  const rate = config.number('rate');
  const seed = noiseSeed(context);
  if (!seed || rate <= 0 || rate >= 1) return x;
  const noise = multiply(graph, random(graph, 'Normal', x.shape, x, seed, context.name), Math.sqrt(rate / (1 - rate)));
  return multiply(graph, x, add(graph, noise, 1));
}

/** Dropout that keeps mean and variance of what a SELU puts out. */
export function lowerAlphaDropout(context: LayerContext, inputs: readonly Tensor[]): Tensor {
  const { graph, config } = context;
  const x = only(inputs);
  const rate = config.number('rate');
  const seed = noiseSeed(context);
  if (!seed || rate <= 0 || rate >= 1) return x;
  const uniform = random(graph, 'Uniform', x.shape, x, seed, context.name);
  const keep = cast(graph, compare(graph, 'GreaterEqual', uniform, rate), dataType.float);
  const scale = ((1 - rate) * (1 + rate * SELU_FLOOR ** 2)) ** -0.5;
  const floor = multiply(graph, subtract(graph, keep, 1), -SELU_FLOOR);
  const mixed = add(graph, multiply(graph, x, keep), floor);
  return add(graph, multiply(graph, mixed, scale), -scale * SELU_FLOOR * rate);
}

/** int32 [2], another for each step and layer; null where nothing is random. */
function noiseSeed({ graph, pass, position }: LayerContext): Tensor | null {
  if (pass.mode === 'inference' || !pass.stepSeed) return null;
  const attributes = { N: { integer: 2 }, T: { type: dataType.int32 }, axis: { integer: 0 } };
  const parts = [pass.stepSeed, graph.integers(position)];
  return graph.tensor('Pack', parts, attributes, { type: dataType.int32, shape: [2] });
}
