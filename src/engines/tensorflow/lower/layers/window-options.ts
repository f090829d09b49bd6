import type { Padding } from '../../graph/shapes.ts';
import type { Pair, WindowOptions } from '../../graph/windows.ts';
import { Unsupported } from '../layer-config.ts';
import type { LayerContext } from '../pass.ts';
import { requireChannelsLast } from './inputs.ts';

/** Strides and padding of a convolution or pooling layer. */
export function windowOptions(context: LayerContext, missingStrides?: Pair): WindowOptions {
  requireChannelsLast(context);
  return {
    name: context.name,
    strides: context.config.pair('strides', missingStrides),
    padding: paddingOf(context),
  };
}

function paddingOf(context: LayerContext): Padding {
  const padding = context.config.string('padding', 'valid');
  if (padding === 'same') return 'SAME';
  if (padding === 'valid') return 'VALID';
  throw new Unsupported(`its padding is ${padding}`);
}
