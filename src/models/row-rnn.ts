import { initializers, input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { Problem } from '../problem.ts';
import type { Architecture, ModelConfig } from '../training/config.ts';
import { designSideOf, type ModelShape, SeedSequence, scaledChannels, scaledDepth } from './blocks.ts';
import { vectorHead } from './head.ts';

export type RowRnnVariant = 'row-lstm' | 'row-gru';

/** Of a layer at width 1. */
const UNITS = 128;

export function isRowRnn(architecture: Architecture): architecture is RowRnnVariant {
  return architecture === 'row-lstm' || architecture === 'row-gru';
}

/**
 * A recurrent network that reads the picture as a sequence of rows, from the top (Keras' MNIST examples; Le, Jaitly & Hinton 2015 read pixels).
 * Its last state is the layer `features`. `width` multiplies its 128 units, `depth` its one layer. It is made for one size of picture.
 * @throws Problem `no-feature-map` with the concat-pool head, `fixed-size` in a phase of another size, `no-pretrained-rows`
 */
export function buildRowRnn(config: ModelConfig, shape: ModelShape, variant: RowRnnVariant): LayersModel {
  refuse(config, shape, variant);
  const seeds = new SeedSequence(shape.seed);
  const { width, height, channels, classes } = shape;
  const image = input({ name: 'image', shape: [height, width, channels] });
  let x = layers.reshape({ name: 'rows', targetShape: [height, width * channels] }).apply(image) as SymbolicTensor;
  const count = scaledDepth(1, config.depth);
  for (let number = 1; number <= count; number++) {
    const isLast = number === count;
    x = recurrent(variant, seeds, {
      name: isLast ? 'features' : `rows.${number}`,
      units: scaledChannels(UNITS, config.width),
      returnSequences: !isLast,
    }).apply(x) as SymbolicTensor;
  }
  return model({ name: variant, inputs: image, outputs: vectorHead(x, seeds, { ...config, classes }) });
}

/** PyTorch's first weights: even between ±1/√units, so that no orthogonal matrix has to be found. */
function recurrent(
  variant: RowRnnVariant,
  seeds: SeedSequence,
  options: { name: string; units: number; returnSequences: boolean },
) {
  const bound = 1 / Math.sqrt(options.units);
  const initializer = () => initializers.randomUniform({ minval: -bound, maxval: bound, seed: seeds.next() });
  const common = {
    ...options,
    recurrentActivation: 'sigmoid' as const,
    kernelInitializer: initializer(),
    recurrentInitializer: initializer(),
  };
  return variant === 'row-lstm' ? layers.lstm({ ...common, unitForgetBias: true }) : layers.gru(common);
}

function refuse(config: ModelConfig, shape: ModelShape, variant: RowRnnVariant): void {
  if (config.weights) {
    throw new Problem(
      'no-pretrained-rows',
      `${variant} can't start from pretrained weights: there are none for it.`,
      'Clear model.weights, or choose the architecture that the weights are of (see loupe import).',
    );
  }
  if (config.head === 'concat-pool') {
    throw new Problem(
      'no-feature-map',
      `The concat-pool head averages a map of features, and ${variant} has none: it gives one state for the whole picture.`,
      'Set model.head to linear or dense.',
    );
  }
  if (Math.min(shape.width, shape.height) !== designSideOf(shape)) {
    throw new Problem(
      'fixed-size',
      `${variant} reads rows of one length, so a phase can't have pictures of ${shape.width} × ${shape.height} pixels.`,
      'Leave the size of the phases at 0, or choose a network of convolutions.',
    );
  }
}
