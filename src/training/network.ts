import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Engine, Trainer } from '../engines/engine.ts';
import { channelsOf, type Normalization } from '../images/preprocess.ts';
import { buildModel } from '../models/build.ts';
import { isHeadLayer } from '../models/head.ts';
import { flavorOf } from '../models/pretrained/flavor.ts';
import { loadPretrained, PRETRAINED_SIDE } from '../models/pretrained/load.ts';
import { resolveWeights } from '../models/zoo/store.ts';
import { mixSeed } from '../random.ts';
import type { RunConfig } from './config.ts';
import { patternTest, type TrainedLayer } from './layer-choice.ts';
import { layerRatesOf } from './layer-rates.ts';
import { designSide } from './segments.ts';

/** Keeps dropout's random numbers apart from those of other uses of the same seed. */
const DROPOUT = 0xd40b;

export interface NetworkOptions {
  /** Of the first weights; default: the config's. */
  seed?: number;
  /** Pixels; default: the config's input. */
  width?: number;
  height?: number;
  /** Folder that the config's weights are relative to; default: the current one. */
  base?: string;
  /** Whether they are read; false where a state follows. Default: false. */
  pretrained?: boolean;
}

/**
 * The network of a config with its first weights. It is made for the size that the run ends with, so that it has the same layers
 * in every phase.
 * @throws Problem `input-too-small` where nothing of the picture would be left; `no-weights-file`, `weights-do-not-fit` …
 */
export function buildNetwork(config: RunConfig, classes: number, options: NetworkOptions = {}): LayersModel {
  const { width = config.input.width, height = config.input.height, seed = config.seed, base = '.' } = options;
  const channels = channelsOf(config.input);
  // A layers model brings its weights along with its layers.
  const isOwn = config.model.architecture === 'layers-model' && config.model.weights !== '';
  const shape = {
    width,
    height,
    channels,
    classes,
    seed,
    designSide: config.model.weights ? PRETRAINED_SIDE : designSide(config),
    ...(isOwn && { source: weightsFileOf(config, base) }),
  };
  const model = buildModel(config.model, shape);
  if (config.model.weights && options.pretrained && !isOwn) {
    loadPretrained(model, weightsFileOf(config, base), config.model, flavorOf(config.model));
  }
  return model;
}

/** Absolute path of the pretrained weights. */
export function weightsFileOf(config: Pick<RunConfig, 'model'>, base: string): string {
  return resolveWeights(config.model.weights, base);
}

export interface TrainerParts {
  normalization: Normalization;
  /** [class]; null: all classes count the same. */
  classWeights: number[] | null;
  /** Patterns of the layers that stay as they are. */
  freeze: readonly string[];
}

/** What trains that network as the config says. @throws Problem `no-such-layer` */
export async function createNetworkTrainer(
  engine: Engine,
  model: LayersModel,
  config: RunConfig,
  { normalization, classWeights, freeze }: TrainerParts,
): Promise<Trainer> {
  const { optimizer, loss, clip, accumulate, ema, frozenBatchNorm, batchNorm } = config.training;
  const layers = layersWithWeights(model);
  return await engine.createTrainer(model, {
    optimizer,
    normalization,
    seed: mixSeed(config.seed, DROPOUT),
    loss,
    classWeights,
    clip,
    accumulate,
    ema,
    precision: config.engine.precision,
    layerRates: layerRatesOf(layers, config.training, freeze),
    frozenBatchNorm,
    storedStatistics: new Set(
      batchNorm === 'stored' ? layers.filter(patternTest('batch-norm')).map(({ name }) => name) : [],
    ),
  });
}

/** The layers that training changes, in the order of the network. */
export function layersWithWeights(model: LayersModel): TrainedLayer[] {
  return model.layers
    .filter((layer) => layer.weights.length > 0)
    .map((layer) => ({
      name: layer.name,
      head: isHeadLayer(layer.name),
      batchNorm: layer.getClassName() === 'BatchNormalization',
    }));
}
