import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Problem } from '../../problem.ts';
import type { ModelConfig } from '../../training/config.ts';
import { isHeadLayer } from '../head.ts';
import { openWeightFile, weightFileProblem } from '../weights/open.ts';
import { type Detected, detectNetwork } from './detect.ts';
import { loadByName, type WeightMatch } from './match.ts';
import { nameIn } from './naming.ts';

/** Side in pixels that the layers of a network with pretrained weights are chosen for: what others trained on. */
export const PRETRAINED_SIDE = 224;

/**
 * Puts the weights of a file into the backbone of `model`; its head keeps what it has.
 * @throws Problem `bad-weights-file`, `no-weights-file`, `weights-do-not-fit`
 */
export function loadPretrained(
  model: LayersModel,
  file: string,
  config: Pick<ModelConfig, 'architecture' | 'width'>,
): WeightMatch {
  const weights = openWeightFile(file);
  try {
    const network = detectNetwork(weights);
    const rename = expectSame(file, network, config);
    const match = loadByName(model, weights, rename, (layer) => !isHeadLayer(layer));
    if (match.missing.length > 0 || match.wrongShape.length > 0) throw doesNotFit(file, match);
    return match;
  } catch (error) {
    throw weightFileProblem(file, error);
  } finally {
    weights.close();
  }
}

/** @returns a layer's name → its name in the file */
function expectSame(
  file: string,
  network: Detected | null,
  { architecture, width }: Pick<ModelConfig, 'architecture' | 'width'>,
): (layer: string) => string {
  if (network?.architecture === architecture && network.width === width) {
    return (layer) => network.prefix + nameIn(network.naming, layer);
  }
  const found = network ? `${network.architecture} of width ${network.width}` : 'no network that Loupe knows';
  const advice = network
    ? `Set model.architecture to ${network.architecture} and model.width to ${network.width}, or choose other weights.`
    : 'See what the file holds: loupe import <file>.';
  throw new Problem(
    'weights-do-not-fit',
    `The weights in ${file} are of ${found}; the config wants ${architecture} of width ${width}.`,
    advice,
  );
}

function doesNotFit(file: string, { missing, wrongShape }: WeightMatch): Problem {
  const lacks = missing.slice(0, 3).join(', ');
  const wrong = wrongShape
    .slice(0, 3)
    .map(({ name, expected, found }) => `${name} is ${found.join('×')}, not ${expected.join('×')}`)
    .join('; ');
  const parts = [missing.length > 0 ? `${missing.length} are missing (${lacks} …)` : '', wrong].filter(Boolean);
  return new Problem(
    'weights-do-not-fit',
    `The weights in ${file} don't fit the network: ${parts.join('; ')}.`,
    'See what the file holds: loupe import <file>.',
  );
}
