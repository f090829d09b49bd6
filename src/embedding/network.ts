import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Normalization, Preprocess } from '../images/preprocess.ts';
import { jobFiles } from '../jobs/job.ts';
import { isRunFolder } from '../jobs/read.ts';
import { buildModel } from '../models/build.ts';
import { detectNetwork } from '../models/pretrained/detect.ts';
import { loadPretrained, PRETRAINED_SIDE } from '../models/pretrained/load.ts';
import { modelFiles, readModel } from '../models/save.ts';
import { openWeightFile } from '../models/weights/open.ts';
import { resolveWeights } from '../models/zoo/store.ts';
import { Problem } from '../problem.ts';
import { defaultConfig } from '../training/config.ts';
import { fixedNormalization } from '../training/normalization.ts';

/** A network that describes images by numbers, and how an image becomes its input. */
export interface EmbeddingNetwork {
  /** What a user reads, e.g. `mobilenet-v2 (weights.pth)`. */
  name: string;
  model: LayersModel;
  /** Whose output describes the image. */
  layer: string;
  preprocess: Preprocess;
  normalization: Normalization;
  /** Equal for equal weights and preprocessing. */
  key: string;
}

/** Between the two of which images are usually small and networks usually made. */
export const DEFAULT_SIDE = 128;

/**
 * The network of a file of pretrained weights, or of a run.
 * @param source file, name of the zoo, or folder of a run
 * @param side pixels of the input, for a file; a run has its own
 * @throws Problem `bad-weights-file`, `unknown-network`, `no-model` …
 */
export async function openEmbeddingNetwork(source: string, side: number = DEFAULT_SIDE): Promise<EmbeddingNetwork> {
  const file = resolveWeights(source, '.');
  if (isRunFolder(file)) return await fromRun(file);
  return fromWeights(file, side);
}

async function fromRun(folder: string): Promise<EmbeddingNetwork> {
  const { model, preprocess } = await readModel(path.join(folder, jobFiles.model));
  const weights = hashOf(path.join(folder, jobFiles.model, modelFiles.weights));
  return {
    name: path.basename(folder),
    model,
    layer: 'features',
    preprocess,
    normalization: preprocess.normalization,
    key: keyOf(weights, preprocess),
  };
}

function fromWeights(file: string, side: number): EmbeddingNetwork {
  const weights = openWeightFile(file);
  const network = detectNetwork(weights);
  weights.close();
  if (!network) {
    throw new Problem(
      'unknown-network',
      `The weights in ${file} fit no network that Loupe knows.`,
      'See what the file holds: loupe import <file>.',
    );
  }
  const { architecture, width, flavor } = network;
  const config = { ...defaultConfig.model, architecture, width, dropout: 0 };
  const shape = {
    width: side,
    height: side,
    channels: 3 as const,
    classes: 1,
    seed: 0,
    designSide: PRETRAINED_SIDE,
    flavor,
  };
  const model = buildModel(config, shape);
  loadPretrained(model, file, config, flavor);
  const normalization = fixedNormalization(network.input, 3);
  const preprocess: Preprocess = { version: 1, width: side, height: side, color: 'rgb', resize: 'crop', normalization };
  const name = `${architecture}${width === 1 ? '' : ` × ${width}`} (${path.basename(file)})`;
  return { name, model, layer: 'features', preprocess, normalization, key: keyOf(hashOf(file), preprocess) };
}

function keyOf(weights: string, preprocess: Preprocess): string {
  return createHash('sha256')
    .update(JSON.stringify([1, weights, preprocess]))
    .digest('hex')
    .slice(0, 16);
}

function hashOf(file: string): string {
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}
