import { didYouMean } from '../jobs/closest.ts';
import { Problem } from '../problem.ts';
import type { TrainingConfig } from './config.ts';
import { patternTest, type TrainedLayer } from './layer-choice.ts';

/**
 * By layer name: factor of the learning rate, where it is not 1. `layerRates` multiplies what `discriminativeRates` D gives the layers of
 * the backbone: D^(i/n − 1) for the i-th of n, counted from 0 (fastai's even steps on a log scale, by layers in place of three groups).
 * @param layers in the order of the network
 * @param freeze patterns of the segment; they go before `training.layerRates`
 * @throws Problem `no-such-layer` for a pattern that fits no layer
 */
export function layerRatesOf(
  layers: readonly TrainedLayer[],
  { layerRates, discriminativeRates }: Pick<TrainingConfig, 'layerRates' | 'discriminativeRates'>,
  freeze: readonly string[],
): Map<string, number> {
  const backbone = layers.filter(({ head }) => !head);
  const rates = new Map(
    backbone.map(({ name }, i): [string, number] => [name, discriminativeRates ** (i / backbone.length - 1)]),
  );
  const own = new Map<string, number>();
  for (const { layers: pattern, factor } of layerRates) {
    for (const layer of fitting(layers, pattern)) own.set(layer, factor);
  }
  for (const [layer, factor] of own) rates.set(layer, factor * (rates.get(layer) ?? 1));
  for (const pattern of freeze) {
    for (const layer of fitting(layers, pattern)) rates.set(layer, 0);
  }
  return new Map([...rates].filter(([, factor]) => factor !== 1));
}

function fitting(layers: readonly TrainedLayer[], pattern: string): string[] {
  const names = layers.map(({ name }) => name);
  const found = layers.filter(patternTest(pattern)).map(({ name }) => name);
  if (found.length > 0) return found;
  throw new Problem(
    'no-such-layer',
    `No layer of the network is called "${pattern}".${didYouMean(pattern, names)}`,
    `Layers with weights: ${names.join(', ')}. "backbone" stands for all but the head's, "batch-norm" for the backbone's batch norms.`,
  );
}
