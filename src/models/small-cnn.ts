import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { Problem } from '../problem.ts';
import type { ModelConfig } from '../training/config.ts';
import {
  activate,
  batchNorm,
  convolution,
  designSideOf,
  type ModelShape,
  SeedSequence,
  scaledChannels,
  scaledDepth,
} from './blocks.ts';
import { classifierHead } from './head.ts';

/** Above this side the first convolution halves the picture, so that cost per image stays bounded. */
const LARGE_SIDE = 96;
/** No further stage once the picture is this small. */
const LAST_SIDE = 8;
const MOST_CHANNELS = 256;

/**
 * A small network for a CPU: stages of 32, 64, 128 … channels with 2 × 2 max pooling between, then the global average. A stage is
 * `depth` times convolution, batch norm and activation. Only the first one, with few input channels, sees the full resolution.
 */
export function buildSmallCnn(config: ModelConfig, shape: ModelShape): LayersModel {
  const seeds = new SeedSequence(shape.seed);
  const image = input({ name: 'image', shape: [shape.height, shape.width, shape.channels] });
  let side = designSideOf(shape);
  let pictureSide = Math.min(shape.width, shape.height);
  const stride = side > LARGE_SIDE ? 2 : 1;
  let channels = 32;
  const context = { seeds, config };
  let x = stage(image, context, { name: 'stem', channels, stride });
  side = Math.ceil(side / stride);
  pictureSide = Math.ceil(pictureSide / stride);
  for (let number = 1; side > LAST_SIDE || number === 1; number++) {
    if (side >= 2) {
      if (pictureSide < 2) throw tooSmall(shape);
      x = layers
        .maxPooling2d({ name: `stage${number}.pool`, poolSize: 2, strides: 2, padding: 'valid' })
        .apply(x) as SymbolicTensor;
      side = Math.floor(side / 2);
      pictureSide = Math.floor(pictureSide / 2);
    }
    channels = Math.min(MOST_CHANNELS, channels * 2);
    x = stage(x, context, { name: `stage${number}`, channels, stride: 1 });
  }
  const probabilities = classifierHead(x, seeds, { ...config, classes: shape.classes });
  return model({ name: 'small-cnn', inputs: image, outputs: probabilities });
}

function tooSmall(shape: ModelShape): Problem {
  return new Problem(
    'input-too-small',
    `${shape.width} × ${shape.height} pixels are too few for a network that is made for ${designSideOf(shape)}: nothing is left after its poolings.`,
    'Give the phase a larger size, at least an eighth of the last one.',
  );
}

interface StageContext {
  seeds: SeedSequence;
  config: ModelConfig;
}

/** Its first block is named as the stage, further ones get a number: `stage1.conv`, `stage1.1.conv` … */
function stage(
  x: SymbolicTensor,
  { seeds, config }: StageContext,
  options: { name: string; channels: number; stride: 1 | 2 },
): SymbolicTensor {
  const filters = scaledChannels(options.channels, config.width);
  let y = x;
  for (let i = 0; i < scaledDepth(1, config.depth); i++) {
    const name = i === 0 ? options.name : `${options.name}.${i}`;
    const stride = i === 0 ? options.stride : 1;
    const convolved = convolution(y, seeds, {
      name: `${name}.conv`,
      filters,
      kernel: config.kernelSize,
      stride,
      padding: 'same',
    });
    y = activate(batchNorm(convolved, `${name}.bn`), `${name}.${config.activation}`, config.activation);
  }
  return y;
}
