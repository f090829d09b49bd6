import { input, model as makeModel } from '@tensorflow/tfjs-layers';
import { providePlainBackend } from '../../engines/plain-backend.ts';
import { SeedSequence } from '../blocks.ts';
import { openWeightFile, weightFileProblem } from '../weights/open.ts';
import { valuesIn, type WeightFormat } from '../weights/weight-file.ts';
import { type Detected, detectNetwork } from './detect.ts';
import { type Family, families } from './families.ts';
import { loadByName, type WeightMatch } from './match.ts';
import { nameIn } from './naming.ts';

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
    const { build, epsilon, least }: Family = families[network.family];
    const image = input({ shape: [least, least, 3] });
    const context = { seeds: new SeedSequence(0), flavor: 'torch' as const, epsilon, momentum: 0.9 };
    const model = makeModel({ inputs: image, outputs: build(image, context, network.width) });
    const match = loadByName(model, weights, (layer) => network.prefix + nameIn(network.naming, layer));
    model.dispose();
    return { ...report, network, match };
  } catch (error) {
    throw weightFileProblem(file, error);
  } finally {
    weights.close();
  }
}
