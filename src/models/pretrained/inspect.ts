import fs from 'node:fs';
import path from 'node:path';
import { providePlainBackend } from '../../engines/plain-backend.ts';
import { defaultConfig } from '../../training/config.ts';
import { buildModel } from '../build.ts';
import type { FrozenFormat, FrozenNetwork } from '../frozen/frozen-network.ts';
import { openFrozen } from '../frozen/open.ts';
import { savedModelFile } from '../frozen/saved-model-file.ts';
import { isHeadLayer } from '../head.ts';
import { type ClassifierReport, reportClassifier } from '../layers-model/facts.ts';
import { openWeightFile, weightFileProblem } from '../weights/open.ts';
import { valuesIn, type WeightFormat } from '../weights/weight-file.ts';
import { classNamesBeside } from './class-names.ts';
import { type Detected, detectNetwork } from './detect.ts';
import { PRETRAINED_SIDE, placesOf } from './load.ts';
import { loadWeights, type WeightMatch } from './match.ts';

/** Large enough for every network; one class, since the head is not looked at. */
const shape = { width: 96, height: 96, channels: 3 as const, classes: 1, seed: 0, designSide: PRETRAINED_SIDE };

/** What `loupe import` tells of a file. */
export interface WeightReport {
  file: string;
  format: WeightFormat | FrozenFormat;
  tensors: number;
  /** Numbers in all tensors. */
  values: number;
  /** null: not one of the networks that Loupe knows. */
  network: Detected | null;
  match: WeightMatch | null;
  /** Of the classifier that the file brings, from a list beside it; null: not known. */
  classNames: string[] | null;
  /** A network that can be run as it is, whatever its layers are called; null: weights only. */
  frozen: FrozenReport | null;
  /** A TensorFlow.js layers model as the classifier that it is; null: another kind of file. */
  classifier: ClassifierReport | null;
}

/** What is known of such a network. */
export type FrozenReport = Omit<FrozenNetwork, 'createExtractor'>;

/** Reads a weight file, finds the network it belongs to and tries every tensor in its place. @throws Problem `bad-weights-file`, … */
export async function inspectWeights(file: string): Promise<WeightReport> {
  const holdsWeights = !isGraph(file);
  const tensors = holdsWeights ? await inspectTensors(file) : null;
  const found = tensors && { ...tensors, classifier: await classifierIn(tensors.file) };
  if (found?.network) return found;
  const network = await openFrozen(file);
  if (!network) return found ?? { ...(await inspectTensors(file)), classifier: null };
  const { createExtractor: _, ...frozen } = network;
  const { format } = frozen;
  if (found) return { ...found, frozen };
  return {
    file,
    format,
    tensors: 0,
    values: 0,
    network: null,
    match: null,
    classNames: null,
    frozen,
    classifier: null,
  };
}

/** Names of files that hold operations, and no layers to be matched. */
function isGraph(file: string): boolean {
  if (/\.onnx$/i.test(file) || path.basename(file) === savedModelFile) return true;
  return fs.existsSync(path.join(file, savedModelFile));
}

async function classifierIn(file: string): Promise<ClassifierReport | null> {
  try {
    return await reportClassifier(file);
  } catch (error) {
    throw weightFileProblem(file, error);
  }
}

async function inspectTensors(given: string): Promise<Omit<WeightReport, 'classifier'>> {
  // The folder of a TensorFlow.js model stands for its description.
  const inside = path.join(given, 'model.json');
  const file = fs.existsSync(inside) ? inside : given;
  const weights = openWeightFile(file);
  try {
    const network = detectNetwork(weights);
    const values = [...weights.tensors].reduce((sum, [name, { shape }]) => sum + valuesIn(shape, name), 0);
    const report = { file, format: weights.format, tensors: weights.tensors.size, values, frozen: null };
    if (!network) return { ...report, network, match: null, classNames: null };
    await providePlainBackend();
    const { architecture, width, flavor } = network;
    const model = buildModel({ ...defaultConfig.model, architecture, width }, { ...shape, flavor });
    const match = loadWeights(model, weights, placesOf(network, weights), (layer) => !isHeadLayer(layer));
    model.dispose();
    return { ...report, network, match, classNames: classNamesBeside(file, network.classes) };
  } catch (error) {
    throw weightFileProblem(file, error);
  } finally {
    weights.close();
  }
}
