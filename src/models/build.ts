import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Problem } from '../problem.ts';
import type { ModelConfig } from '../training/config.ts';
import { buildBackboneModel } from './backbone-model.ts';
import type { ModelShape } from './blocks.ts';
import { buildFromLayersModel } from './layers-model/build.ts';
import { familyOf, torchFamilies } from './pretrained/families.ts';
import { flavorOf } from './pretrained/flavor.ts';
import { buildResNet, isResNet } from './resnet.ts';
import { buildRowRnn, isRowRnn } from './row-rnn.ts';
import { buildSmallCnn } from './small-cnn.ts';

/**
 * A model with its first weights: [batch, height, width, channel] normalised pixels → [batch, class] probabilities. It ends
 * in a Dense layer `logits` and an Activation softmax `probabilities`. Equal arguments give equal weights. Needs a
 * TensorFlow.js backend, which starting an engine brings.
 */
export function buildModel(config: ModelConfig, shape: ModelShape): LayersModel {
  if (config.architecture === 'small-cnn') return buildSmallCnn(config, shape);
  if (config.architecture === 'layers-model') return buildFromLayersModel(config, shape, sourceOf(shape));
  const flavor = shape.flavor ?? flavorOf(config);
  const ofKeras = flavor === 'keras' ? familyOf(config.architecture, flavor) : undefined;
  if (ofKeras) return buildBackboneModel(ofKeras, config, { ...shape, flavor });
  if (isResNet(config.architecture)) return buildResNet(config, shape, { variant: config.architecture });
  if (isRowRnn(config.architecture)) return buildRowRnn(config, shape, config.architecture);
  return buildBackboneModel(torchFamilies[config.architecture], config, { ...shape, flavor: 'torch' });
}

function sourceOf({ source }: ModelShape): string {
  if (source) return source;
  throw new Problem(
    'no-layers-model',
    'The architecture layers-model is that of a TensorFlow.js model, and the config names none.',
    'Set model.weights to its model.json, or choose another architecture.',
  );
}

/** Weights that training changes; batch-norm statistics are not counted. */
export function countParameters(model: LayersModel): number {
  return model.trainableWeights.reduce(
    (sum, weight) => sum + weight.shape.reduce<number>((n, d) => n * (d ?? 1), 1),
    0,
  );
}
