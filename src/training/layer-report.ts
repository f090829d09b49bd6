import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { LayerReport, ReportedLayer } from '../protocol/layers.ts';
import type { RunConfig } from './config.ts';
import { frozenBy, groupLayers } from './layer-choice.ts';
import { layerRatesOf } from './layer-rates.ts';
import { layersWithWeights } from './network.ts';
import { segmentsOf } from './segments.ts';

/**
 * The layers of a config's network and which of them train in each phase.
 * @param model the config's network
 * @throws Problem `no-such-layer` for a pattern that fits no layer
 */
export function reportLayers(model: LayersModel, config: RunConfig): Omit<LayerReport, 'dataProblem'> {
  const layers = reportedLayers(model);
  const total = layers.reduce((sum, { parameters }) => sum + parameters, 0);
  const segments = segmentsOf(config, []).map(({ phase, epochs, freeze }) => {
    layerRatesOf(layers, config.training, freeze);
    const frozen = frozenBy(layers, freeze);
    const still = layers.reduce((sum, { name, parameters }) => sum + (frozen.has(name) ? parameters : 0), 0);
    return { phase, epochs, freeze, frozen: [...frozen], trained: total - still };
  });
  return {
    architecture: config.model.architecture,
    classes: model.outputs[0]?.shape.at(-1) ?? 0,
    parameters: total,
    groups: groupLayers(layers),
    segments,
    frozenBatchNorm: config.training.frozenBatchNorm,
    batchNorm: config.training.batchNorm,
  };
}

function reportedLayers(model: LayersModel): ReportedLayer[] {
  const sizes = new Map(
    model.layers.map((layer) => [
      layer.name,
      {
        kind: layer.getClassName(),
        parameters: layer.trainableWeights.reduce(
          (sum, { shape }) => sum + shape.reduce<number>((n, d) => n * (d ?? 1), 1),
          0,
        ),
      },
    ]),
  );
  return layersWithWeights(model).map((layer) => ({ ...layer, kind: '', parameters: 0, ...sizes.get(layer.name) }));
}
