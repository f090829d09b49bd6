import type { Tensor } from '../../graph/types.ts';
import { Unsupported } from '../layer-config.ts';
import type { LayerContext } from '../pass.ts';

export function only(inputs: readonly Tensor[]): Tensor {
  const [x, ...more] = inputs;
  if (!x || more.length > 0) throw new Unsupported(`it has ${inputs.length} inputs`);
  return x;
}

export function required(context: LayerContext, role: string): Tensor {
  const weight = context.weight(role);
  if (!weight) throw new Unsupported(`it has no weight ${role}`);
  return weight;
}

export function requireChannelsLast(context: LayerContext): void {
  const format = context.config.string('dataFormat', 'channelsLast');
  if (format !== 'channelsLast') throw new Unsupported(`its dataFormat is ${format}`);
}
