import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Engine, FeatureExtractor } from '../engines/engine.ts';
import type { Preprocess } from '../images/preprocess.ts';
import { jobFiles } from '../jobs/job.ts';
import { isRunFolder } from '../jobs/read.ts';
import { buildModel } from '../models/build.ts';
import { type FrozenNetwork, type FrozenNormalize, frozenNormalization } from '../models/frozen/frozen-network.ts';
import { openFrozen } from '../models/frozen/open.ts';
import { type Detected, detectNetwork } from '../models/pretrained/detect.ts';
import { loadPretrained, PRETRAINED_SIDE } from '../models/pretrained/load.ts';
import { modelFiles, readModel } from '../models/save.ts';
import { openWeightFile } from '../models/weights/open.ts';
import { resolveWeights } from '../models/zoo/store.ts';
import { Problem } from '../problem.ts';
import { defaultConfig } from '../training/config.ts';
import { fixedNormalization } from '../training/normalization.ts';
import { hashOfWeights } from './weights-hash.ts';

/** A network that describes images by numbers, and how an image becomes its input. */
export interface EmbeddingNetwork {
  /** What a user reads, e.g. `mobilenet-v2 (weights.pth)`. */
  name: string;
  preprocess: Preprocess;
  /** What is done to pixels, in the words of a config or of `--normalize`; null: as the run, or what stands beside the file, says. */
  normalize: FrozenNormalize | null;
  /** Output that describes the image: a layer, or a value inside an ONNX file. */
  output: string;
  /** Equal for equal weights, preprocessing and output. */
  key: string;
  /** @throws EngineError, Problem of the network's kind */
  createExtractor(engine: Engine): Promise<FeatureExtractor>;
  dispose(): void;
}

export interface NetworkChoice {
  /** Pixels of the input; a run, and networks of one size, have their own. */
  side?: number | undefined;
  /** In place of what is known or guessed. */
  normalize?: FrozenNormalize | undefined;
  /** In place of what comes before the classifier. */
  output?: string | undefined;
}

/** Between the two of which images are usually small and networks usually made. */
export const DEFAULT_SIDE = 128;

/**
 * The network of a file of pretrained weights, of a file that holds a whole network (ONNX, TensorFlow.js, SavedModel), or of a run.
 * @param source file, folder of a SavedModel, name of the zoo, or folder of a run
 * @throws Problem `bad-weights-file`, `unknown-network`, `no-model` …
 */
export async function openEmbeddingNetwork(source: string, choice: NetworkChoice = {}): Promise<EmbeddingNetwork> {
  const file = resolveWeights(source, '.');
  if (isRunFolder(file)) return await fromRun(file, choice);
  const known = detectIn(file);
  if (known) return fromWeights(file, known, choice);
  const frozen = await openFrozen(file);
  if (frozen) return fromFrozen(file, frozen, choice);
  throw new Problem(
    'unknown-network',
    `The weights in ${file} fit no network that Loupe knows.`,
    'See what the file holds: loupe import <file>. A network of any other kind can be given as ONNX.',
  );
}

/** The network that the file's names belong to; null for another, or where the file holds a graph and no layers. */
function detectIn(file: string): Detected | null {
  if (/\.onnx$/i.test(file) || fs.statSync(file, { throwIfNoEntry: false })?.isDirectory()) return null;
  if (path.basename(file) === 'saved_model.pb') return null;
  const weights = openWeightFile(file);
  try {
    return detectNetwork(weights);
  } finally {
    weights.close();
  }
}

async function fromRun(folder: string, { output = 'features' }: NetworkChoice): Promise<EmbeddingNetwork> {
  const { model, preprocess } = await readModel(path.join(folder, jobFiles.model));
  return {
    name: path.basename(folder),
    preprocess,
    normalize: null,
    output,
    key: keyOf(hashOfWeights([path.join(folder, jobFiles.model, modelFiles.weights)]), preprocess, output),
    createExtractor: (engine) => engine.createFeatureExtractor(model, preprocess.normalization, output),
    dispose: () => void model.dispose(),
  };
}

function fromWeights(file: string, network: Detected, choice: NetworkChoice): EmbeddingNetwork {
  const { architecture, width, flavor, input } = network;
  const { side = DEFAULT_SIDE, normalize = input, output = 'features' } = choice;
  const config = { ...defaultConfig.model, architecture, width, dropout: 0 };
  const shape = { width: side, height: side, channels: 3 as const, classes: 1, seed: 0, designSide: PRETRAINED_SIDE };
  const model = buildModel(config, { ...shape, flavor });
  loadPretrained(model, file, config, flavor);
  const preprocess = preprocessOf(side, side, 3, normalize);
  // The same bytes give other numbers by the name that they have.
  const conventions = flavor === 'keras' && network.naming.startsWith('timm') ? ' tf' : '';
  return {
    name: `${architecture}${width === 1 ? '' : ` × ${width}`} (${path.basename(file)})`,
    preprocess,
    normalize,
    output,
    key: keyOf(hashOfWeights([file]) + conventions, preprocess, output),
    createExtractor: (engine) => engine.createFeatureExtractor(model, preprocess.normalization, output),
    dispose: () => void model.dispose(),
  };
}

function fromFrozen(file: string, network: FrozenNetwork, choice: NetworkChoice): EmbeddingNetwork {
  const { input, told } = network;
  const { normalize = network.normalize, output = network.features } = choice;
  const side = choice.side ?? told?.side ?? PRETRAINED_SIDE;
  const [width, height] = [input.width ?? side, input.height ?? side];
  const guessed = preprocessOf(width, height, input.channels, normalize);
  const isTold = choice.normalize === undefined && told?.normalization;
  const preprocess = isTold ? { ...guessed, normalization: isTold } : guessed;
  return {
    name: path.basename(file),
    preprocess,
    normalize: isTold ? null : normalize,
    output,
    key: keyOf(hashOfWeights(filesOf(file)), preprocess, output),
    createExtractor: (engine) =>
      network.createExtractor(engine, { width, height, normalization: preprocess.normalization, output }),
    dispose: () => undefined,
  };
}

function preprocessOf(width: number, height: number, channels: 1 | 3, normalize: FrozenNormalize): Preprocess {
  const normalization =
    normalize === 'clip' || normalize === 'zero-255'
      ? frozenNormalization(normalize, channels)
      : fixedNormalization(normalize, channels);
  return { version: 1, width, height, color: channels === 1 ? 'grey' : 'rgb', resize: 'crop', normalization };
}

function keyOf(weights: string, preprocess: Preprocess, output: string): string {
  const contents = output === 'features' ? [1, weights, preprocess] : [1, weights, preprocess, output];
  return createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 16);
}

/** What decides the numbers of a network that may lie in several files. */
function filesOf(file: string): string[] {
  if (fs.statSync(file).isDirectory()) return filesBelow(file);
  if (/\.json$/i.test(file)) return filesBelow(path.dirname(file)).filter((one) => /\.(json|bin)$/i.test(one));
  return [file, `${file}.data`].filter((one) => fs.existsSync(one));
}

function filesBelow(folder: string): string[] {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
