import { didYouMean } from '../jobs/closest.ts';
import { Problem } from '../problem.ts';
import type { TrainingConfig } from './config.ts';

/**
 * By layer name: factor of the learning rate, where it is not 1.
 * @param layers names of the layers that have weights
 * @param freeze patterns of the segment; they go before `training.layerRates`
 * @throws Problem `no-such-layer` for a pattern that fits no layer
 */
export function layerRatesOf(
  layers: readonly string[],
  { layerRates }: Pick<TrainingConfig, 'layerRates'>,
  freeze: readonly string[],
): Map<string, number> {
  const rates = new Map<string, number>();
  for (const { layers: pattern, factor } of layerRates) {
    for (const layer of fitting(layers, pattern)) rates.set(layer, factor);
  }
  for (const pattern of freeze) {
    for (const layer of fitting(layers, pattern)) rates.set(layer, 0);
  }
  return new Map([...rates].filter(([, factor]) => factor !== 1));
}

function fitting(layers: readonly string[], pattern: string): string[] {
  const expression = new RegExp(`^${pattern.split('*').map(escapeExpression).join('.*')}$`, 'u');
  const found = layers.filter((layer) => expression.test(layer));
  if (found.length > 0) return found;
  throw new Problem(
    'no-such-layer',
    `No layer of the network is called "${pattern}".${didYouMean(pattern, layers)}`,
    `Layers with weights: ${layers.join(', ')}.`,
  );
}

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
