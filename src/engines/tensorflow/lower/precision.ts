import { isSimpleActivation } from './activations.ts';
import type { LayerConfig } from './layer-config.ts';

/**
 * Layers whose result loses nothing that counts when they work on half-precision numbers: they pick, move or add few values.
 * Convolutions cast for themselves; batch norm keeps its statistics in float32.
 */
const moving = new Set([
  'Add',
  'Average',
  'BatchNormalization',
  'Concatenate',
  'Cropping2D',
  'Dropout',
  'Flatten',
  'LeakyReLU',
  'MaxPooling2D',
  'Maximum',
  'Minimum',
  'ReLU',
  'Reshape',
  'SpatialDropout2D',
  'ZeroPadding2D',
]);

const convolutions = new Set(['Conv2D', 'Conv2DTranspose', 'DepthwiseConv2D', 'SeparableConv2D']);

/** Whether a layer takes half-precision inputs as they are; the others get float32. */
export function keepsHalf(className: string, config: LayerConfig): boolean {
  if (className === 'Activation') return isSimpleActivation(config.string('activation'));
  return moving.has(className) || convolutions.has(className);
}
