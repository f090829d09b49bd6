import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Problem } from '../../problem.ts';
import type { ModelConfig } from '../../training/config.ts';
import type { Flavor } from '../backbones/layers.ts';
import { isHeadLayer } from '../head.ts';
import { openWeightFile, weightFileProblem } from '../weights/open.ts';
import { isNamedTf } from '../weights/timm-facts.ts';
import type { WeightFile } from '../weights/weight-file.ts';
import { type Detected, detectNetwork } from './detect.ts';
import type { PretrainedInput } from './input.ts';
import { kerasPlaces } from './keras-layout.ts';
import { loadWeights, type WeightMatch } from './match.ts';
import { nameIn } from './naming.ts';
import type { PlaceFinder } from './places.ts';
import { torchPlaces } from './torch-layout.ts';

/** Side in pixels that the layers of a network with pretrained weights are chosen for: what others trained on. */
export const PRETRAINED_SIDE = 224;

/**
 * Puts the weights of a file into the backbone of `model`; its head keeps what it has.
 * @param flavor whose conventions `model` was built by
 * @throws Problem `bad-weights-file`, `no-weights-file`, `weights-do-not-fit`
 */
export function loadPretrained(
  model: LayersModel,
  file: string,
  config: Pick<ModelConfig, 'architecture' | 'width'>,
  flavor: Flavor,
): WeightMatch {
  const weights = openWeightFile(file);
  try {
    const network = expectSame(file, detectNetwork(weights), config, flavor);
    const match = loadWeights(model, weights, placesOf(network, weights), (layer) => !isHeadLayer(layer));
    if (match.missing.length > 0 || match.wrongShape.length > 0) throw doesNotFit(file, match);
    return match;
  } catch (error) {
    throw weightFileProblem(file, error);
  } finally {
    weights.close();
  }
}

/** What the network of a file saw; null for one that is not known. @throws Problem `bad-weights-file`, `no-weights-file` */
export function inputOfWeights(file: string): PretrainedInput | null {
  const weights = openWeightFile(file);
  try {
    return detectNetwork(weights)?.input ?? null;
  } catch (error) {
    throw weightFileProblem(file, error);
  } finally {
    weights.close();
  }
}

/** Where the weights of a network are in the file that it was found in. */
export function placesOf(network: Detected, file: Pick<WeightFile, 'tensors'>): PlaceFinder {
  const { naming, prefix, moreEpsilon } = network;
  if (naming === 'keras' || naming === 'old-keras-resnet') return kerasPlaces(network, file);
  return torchPlaces((layer) => prefix + nameIn(naming, layer), moreEpsilon);
}

function expectSame(
  file: string,
  network: Detected | null,
  { architecture, width }: Pick<ModelConfig, 'architecture' | 'width'>,
  flavor: Flavor,
): Detected {
  if (network?.architecture === architecture && network.width === width) {
    if (network.flavor === flavor) return network;
    throw misnamed(file, network);
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

/** A run builds its network by the file's name. */
function misnamed(file: string, { flavor, naming }: Detected): Problem {
  if (isNamedTf(file) || naming.startsWith('timm')) {
    return new Problem(
      'weights-do-not-fit',
      flavor === 'keras'
        ? `The weights in ${file} are of a tf_ network of timm’s, which the name that the config gives does not say.`
        : `The weights in ${file} are of no tf_ network of timm’s, as the file’s name says.`,
      flavor === 'keras'
        ? 'Rename the file as timm names the network: tf_efficientnet_b0.safetensors, tf_mobilenetv3_large_100.pth …'
        : 'Rename it, and the folders it is in, so that they do not begin with tf_.',
    );
  }
  const isKeras = flavor === 'keras';
  return new Problem(
    'weights-do-not-fit',
    `The weights in ${file} are of ${isKeras ? 'Keras' : 'PyTorch'}, which the file's name does not say.`,
    `Rename it so that it ends in ${isKeras ? '.h5 or .keras' : '.pth or .safetensors'}.`,
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
