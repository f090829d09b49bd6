import { providePlainBackend } from '../../engines/plain-backend.ts';
import { defaultConfig } from '../../training/config.ts';
import { buildModel } from '../build.ts';
import { isHeadLayer } from '../head.ts';
import { openWeightFile, weightFileProblem } from '../weights/open.ts';
import { valuesIn, type WeightFormat } from '../weights/weight-file.ts';
import { type Detected, detectNetwork } from './detect.ts';
import { PRETRAINED_SIDE, placesOf } from './load.ts';
import { loadWeights, type WeightMatch } from './match.ts';

/** Large enough for every network; one class, since the head is not looked at. */
const shape = { width: 96, height: 96, channels: 3 as const, classes: 1, seed: 0, designSide: PRETRAINED_SIDE };

/** What `loupe import` tells of a file. */
export interface WeightReport {
  file: string;
  format: WeightFormat;
  tensors: number;
  /** Numbers in all tensors. */
  values: number;
  /** null: not one of the networks that Loupe knows. */
  network: Detected | null;
  match: WeightMatch | null;
}

/** Reads a weight file, finds the network it belongs to and tries every tensor in its place. @throws Problem `bad-weights-file`, … */
export async function inspectWeights(file: string): Promise<WeightReport> {
  const weights = openWeightFile(file);
  try {
    const network = detectNetwork(weights);
    const values = [...weights.tensors].reduce((sum, [name, { shape }]) => sum + valuesIn(shape, name), 0);
    const report = { file, format: weights.format, tensors: weights.tensors.size, values };
    if (!network) return { ...report, network, match: null };
    await providePlainBackend();
    const { architecture, width, flavor } = network;
    const model = buildModel({ ...defaultConfig.model, architecture, width }, { ...shape, flavor });
    const match = loadWeights(model, weights, placesOf(network, weights), (layer) => !isHeadLayer(layer));
    model.dispose();
    return { ...report, network, match };
  } catch (error) {
    throw weightFileProblem(file, error);
  } finally {
    weights.close();
  }
}
