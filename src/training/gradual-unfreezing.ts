import type { PhaseConfig } from './config.ts';
import { groupLayers, patternsFor, type TrainedLayer } from './layer-choice.ts';

export interface UnfreezingOptions {
  /** Phases in all, ≥ 2: the head alone, then more and more groups of the backbone, at last all. */
  stages: number;
  /** Of every phase. */
  epochs: number;
  /** Of the first phase; each further one has half the rate of the one before. */
  learningRate: number;
}

/**
 * Gradual unfreezing (Howard & Ruder 2018): the groups of layers join from the last to the first, so that what is most general changes last and
 * least.
 * @param layers of the network, in its order
 */
export function unfreezingPhases(layers: readonly TrainedLayer[], options: UnfreezingOptions): PhaseConfig[] {
  const { epochs, learningRate } = options;
  const backbone = groupLayers(layers).filter(({ layers: own }) => own.some(({ head }) => !head));
  const stages = Math.max(2, Math.min(options.stages, backbone.length + 1));
  return Array.from({ length: stages }, (_, stage) => {
    const still = Math.round(backbone.length * (1 - stage / (stages - 1)));
    const frozen = new Set(backbone.slice(0, still).flatMap((group) => group.layers.map(({ name }) => name)));
    return {
      epochs,
      size: 0,
      batchSize: 0,
      learningRate: learningRate / 2 ** stage,
      freeze: patternsFor(layers, frozen),
    };
  });
}
