import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Engine, plainTraining, type Trainer } from '../engines/engine.ts';
import { channelsOf, type Normalization } from '../images/preprocess.ts';
import { buildModel } from '../models/build.ts';
import { mixSeed } from '../random.ts';
import type { RunConfig } from './config.ts';

/** Keeps dropout's random numbers apart from those of other uses of the same seed. */
const DROPOUT = 0xd40b;

/** The network of a config with its first weights. @param seed of the weights; default: the config's. */
export function buildNetwork(config: RunConfig, classes: number, seed = config.seed): LayersModel {
  const { width, height } = config.input;
  const channels = channelsOf(config.input);
  return buildModel(config.model, { width, height, channels, classes, seed });
}

/** What trains that network as the config says. */
export async function createNetworkTrainer(
  engine: Engine,
  model: LayersModel,
  config: RunConfig,
  normalization: Normalization,
): Promise<Trainer> {
  const { optimizer, loss, clip, accumulate } = config.training;
  return await engine.createTrainer(model, {
    optimizer,
    normalization,
    seed: mixSeed(config.seed, DROPOUT),
    ...plainTraining,
    loss,
    clip,
    accumulate,
    precision: config.engine.precision,
  });
}
