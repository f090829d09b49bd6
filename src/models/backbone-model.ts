import { input, type LayersModel, model } from '@tensorflow/tfjs-layers';
import { Problem } from '../problem.ts';
import type { ModelConfig } from '../training/config.ts';
import type { Flavor } from './backbones/layers.ts';
import { type ModelShape, SeedSequence } from './blocks.ts';
import { classifierHead } from './head.ts';
import type { Family } from './pretrained/families.ts';

/**
 * A network that is used as others designed it, with a head for the classes at hand. Of the model's settings it takes width (MobileNets
 * only), dropout and head.
 * @throws Problem `input-too-small`, `fixed-width`
 */
export function buildBackboneModel(
  family: Family,
  config: ModelConfig,
  shape: ModelShape & { flavor: Flavor },
): LayersModel {
  const { build, epsilon, momentum, scale, first, least, scalable, featureNorm } = family;
  const { width, height, channels, classes, flavor } = shape;
  const name = config.architecture;
  if (Math.min(width, height) < least) {
    throw new Problem(
      'input-too-small',
      `${width} × ${height} pixels are too few for ${name}, which needs ${least} × ${least}.`,
      'Set input.width and input.height higher, or choose another architecture.',
    );
  }
  if (config.width !== 1 && !scalable) {
    throw new Problem('fixed-width', `${name} comes in one width, not ${config.width}.`, 'Set model.width to 1.');
  }
  const seeds = new SeedSequence(shape.seed);
  const image = input({ name: 'image', shape: [height, width, channels] });
  const features = build(image, { seeds, flavor, epsilon, momentum, scale, first }, config.width);
  const head = { ...config, classes, designed: true, ...(featureNorm && { featureNorm }) };
  return model({ name, inputs: image, outputs: classifierHead(features, seeds, head) });
}
