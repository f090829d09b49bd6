import fs from 'node:fs';
import { completeConfig } from '../../jobs/complete-config.ts';
import { detectNetwork } from '../../models/pretrained/detect.ts';
import { flavorOf } from '../../models/pretrained/flavor.ts';
import { openWeightFile } from '../../models/weights/open.ts';
import { resolveWeights } from '../../models/zoo/store.ts';
import { Problem } from '../../problem.ts';
import type { RunConfig } from '../../training/config.ts';
import { groupLayers, patternsFor } from '../../training/layer-choice.ts';
import { buildNetwork, layersWithWeights } from '../../training/network.ts';
import { stepKey } from '../step-store.ts';
import type { LabelledImages } from './find-labels.ts';
import { type FoldTrainings, trainFolds } from './fold-trainings.ts';
import type { Search } from './search.ts';

export type TunedJudge = Omit<FoldTrainings, 'run'>;

/** Each network learns on one half and judges the other: the least that no image is judged by one that has seen it. */
export const TUNED_FOLDS = 2;
/** Pixels: a good part of what the network sees at its own size, in a third of the time. */
const SIDE = 128;
const LARGEST_BATCH = 64;
const SMALLEST_BATCH = 8;
/** Batches of an epoch, where there are images for so many. */
const BATCHES = 40;
/** Enough to fit the pictures, too few to learn wrong labels by heart; more where an epoch has few batches. */
const EPOCHS = 3;
const MOST_EPOCHS = 10;
const LEAST_STEPS = 160;
/** Of the network's stages, from the first on: edges and textures are alike everywhere. */
const FROZEN_SHARE = 0.4;

/**
 * Out-of-fold probabilities by copies of the network that describes the images, each trained further for a few epochs with one half held
 * out; kept for the next search.
 * @param config of `tunedConfig`
 * @param folds [labelled], 0 … `TUNED_FOLDS` − 1
 */
export async function tunedJudge(
  search: Search,
  config: RunConfig,
  labelled: LabelledImages,
  folds: Uint8Array,
): Promise<TunedJudge> {
  const { images, job, store, steps } = search;
  const hashes = Array.from(labelled.positions, (i) => images[i]?.hash ?? '');
  const key = stepKey(1, JSON.stringify(config), hashes, labelled.classes, [...labelled.labels], [...folds]);
  const kept = store.read('tuned', key)?.tensors;
  const probabilities = kept?.find(({ name }) => name === 'probabilities')?.data;
  const there = kept?.find(({ name }) => name === 'there')?.data;
  if (probabilities && there) {
    return await steps.run('train', async () => ({
      result: { probabilities, there: Uint8Array.from(there) },
      kept: true,
    }));
  }
  const found = await trainFolds(search, config, job.workspace, labelled, folds);
  const rows = labelled.labels.length;
  store.write('tuned', key, {
    tensors: [
      { name: 'probabilities', shape: [rows, labelled.classes.length], data: found.probabilities },
      { name: 'there', shape: [rows], data: Float32Array.from(found.there) },
    ],
    metadata: {},
  });
  return found;
}

interface TrainableModel extends Pick<RunConfig['model'], 'architecture' | 'weights' | 'width'> {
  normalize: RunConfig['input']['normalize'];
}

function trainableModel(weights: string): TrainableModel | null {
  const name = resolveWeights(weights, '.');
  if (!fs.statSync(name, { throwIfNoEntry: false })?.isFile()) return null;
  try {
    const file = openWeightFile(name);
    try {
      const network = detectNetwork(file);
      if (!network || network.flavor !== flavorOf({ architecture: network.architecture, weights })) return null;
      const { architecture, width, input } = network;
      return { architecture, width, weights, normalize: input };
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

/**
 * How the network is trained further. Needs an active TensorFlow.js backend.
 * @param weights file of weights or name of the zoo
 * @param images with a label
 * @returns null where it can't be trained: a run, a frozen network, one that is not known
 */
export function tunedConfig(
  weights: string,
  job: Search['job'],
  { classes, images }: { classes: number; images: number },
): RunConfig | null {
  const trainable = trainableModel(weights);
  if (!trainable) return null;
  const { normalize, ...model } = trainable;
  const config = completeConfig({
    input: { width: SIDE, height: SIDE, normalize },
    augment: { flip: { horizontal: 0.5 }, crop: { probability: 1, mode: 'padded' } },
    model,
    training: {
      ...extentOf(images / TUNED_FOLDS),
      learningRate: 0.001,
      loss: { labelSmoothing: 0.1 },
      discriminativeRates: 10,
    },
    logging: { tensorboard: false },
    seed: job.settings.seed,
  });
  const frozen = firstStages(config, classes);
  return { ...config, engine: job.engine, training: { ...config.training, freeze: frozen } };
}

/** @param images that one training learns from */
function extentOf(images: number): Pick<RunConfig['training'], 'epochs' | 'batchSize'> {
  const batchSize = Math.min(LARGEST_BATCH, Math.max(SMALLEST_BATCH, Math.round(images / BATCHES)));
  const wanted = Math.ceil((LEAST_STEPS * batchSize) / images);
  return { batchSize, epochs: Math.min(MOST_EPOCHS, Math.max(EPOCHS, wanted)) };
}

function firstStages(config: RunConfig, classes: number): string[] {
  const network = buildNetwork(config, classes);
  try {
    const layers = layersWithWeights(network);
    const stages = groupLayers(layers).filter(({ layers: [first] }) => first && !first.head);
    const frozen = stages.slice(0, Math.floor(FROZEN_SHARE * stages.length)).flatMap((stage) => stage.layers);
    return patternsFor(layers, new Set(frozen.map(({ name }) => name)));
  } finally {
    network.dispose();
  }
}
