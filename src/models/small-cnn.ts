import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ModelConfig } from '../training/config.ts';
import {
  batchNorm,
  classifierHead,
  convolution,
  type ModelShape,
  relu,
  SeedSequence,
  scaledChannels,
} from './blocks.ts';

/** Above this side the first convolution halves the picture, so that cost per image stays bounded. */
const LARGE_SIDE = 96;
/** No further stage once the picture is this small. */
const LAST_SIDE = 8;
const MOST_CHANNELS = 256;

/**
 * A small network for a CPU: conv–bn–relu stages of 32, 64, 128 … channels with 2 × 2 max pooling between, then the global
 * average. Only the first convolution, with few input channels, sees the full resolution.
 */
export function buildSmallCnn(config: ModelConfig, shape: ModelShape): LayersModel {
  const seeds = new SeedSequence(shape.seed);
  const image = input({ name: 'image', shape: [shape.height, shape.width, shape.channels] });
  let side = Math.min(shape.width, shape.height);
  const stride = side > LARGE_SIDE ? 2 : 1;
  let channels = 32;
  let x = block(image, seeds, 'stem', scaledChannels(channels, config.width), stride);
  side = Math.ceil(side / stride);
  for (let stage = 1; side > LAST_SIDE || stage === 1; stage++) {
    if (side >= 2) {
      x = layers
        .maxPooling2d({ name: `stage${stage}.pool`, poolSize: 2, strides: 2, padding: 'valid' })
        .apply(x) as SymbolicTensor;
      side = Math.floor(side / 2);
    }
    channels = Math.min(MOST_CHANNELS, channels * 2);
    x = block(x, seeds, `stage${stage}`, scaledChannels(channels, config.width), 1);
  }
  const probabilities = classifierHead(x, seeds, { classes: shape.classes, dropout: config.dropout });
  return model({ name: 'small-cnn', inputs: image, outputs: probabilities });
}

function block(x: SymbolicTensor, seeds: SeedSequence, name: string, filters: number, stride: 1 | 2): SymbolicTensor {
  const convolved = convolution(x, seeds, { name: `${name}.conv`, filters, kernel: 3, stride, padding: 'same' });
  return relu(batchNorm(convolved, `${name}.bn`), `${name}.relu`);
}
