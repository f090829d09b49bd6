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
  zeroPad,
} from './blocks.ts';

type Variant = 'resnet18' | 'resnet34' | 'resnet50';

const variants: Record<Variant, { blocks: number[]; bottleneck: boolean }> = {
  resnet18: { blocks: [2, 2, 2, 2], bottleneck: false },
  resnet34: { blocks: [3, 4, 6, 3], bottleneck: false },
  resnet50: { blocks: [3, 4, 6, 3], bottleneck: true },
};

/** A bottleneck block puts out this many times its inner channels. */
const EXPANSION = 4;

export interface ResNetOptions {
  variant: Variant;
  /** Start the last batch norm of each block at scale 0, so that every block begins as the identity (Goyal et al. 2017). */
  zeroInitResidual?: boolean;
}

/**
 * ResNet as in torchvision: same layers, order, padding and names (`layer2.0.conv1` …), so that its weights fit one to one.
 * Only the stem depends on the shorter side of the input: from 64 px 7 × 7 stride 2 with max pooling; 33–63 px 3 × 3
 * stride 2; up to 32 px 3 × 3 stride 1. The first stage so sees at least 16 pixels.
 */
export function buildResNet(config: ModelConfig, shape: ModelShape, options: ResNetOptions): LayersModel {
  const { blocks, bottleneck } = variants[options.variant];
  const seeds = new SeedSequence(shape.seed);
  const context: BlockContext = { seeds, bottleneck, zeroGamma: options.zeroInitResidual ?? true };
  const image = input({ name: 'image', shape: [shape.height, shape.width, shape.channels] });
  let x = stem(image, seeds, scaledChannels(64, config.width), Math.min(shape.width, shape.height));
  blocks.forEach((count, stage) => {
    const channels = scaledChannels(64 * 2 ** stage, config.width);
    for (let i = 0; i < count; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      x = residualBlock(x, context, { name: `layer${stage + 1}.${i}`, channels, stride });
    }
  });
  const probabilities = classifierHead(x, seeds, { classes: shape.classes, dropout: config.dropout });
  return model({ name: options.variant, inputs: image, outputs: probabilities });
}

function stem(image: SymbolicTensor, seeds: SeedSequence, filters: number, side: number): SymbolicTensor {
  const large = side >= 64;
  const x = convolution(image, seeds, { name: 'conv1', filters, kernel: large ? 7 : 3, stride: side > 32 ? 2 : 1 });
  const activated = relu(batchNorm(x, 'bn1'), 'relu');
  if (!large) return activated;
  // After a ReLU zeros pad a maximum as −∞ would.
  const padded = zeroPad(activated, 'maxpool.pad', 1);
  return layers
    .maxPooling2d({ name: 'maxpool', poolSize: 3, strides: 2, padding: 'valid' })
    .apply(padded) as SymbolicTensor;
}

interface BlockContext {
  seeds: SeedSequence;
  bottleneck: boolean;
  zeroGamma: boolean;
}

interface BlockOptions {
  name: string;
  channels: number;
  stride: 1 | 2;
}

function residualBlock(x: SymbolicTensor, context: BlockContext, options: BlockOptions): SymbolicTensor {
  const { seeds, bottleneck, zeroGamma } = context;
  const { name, channels, stride } = options;
  const outputs = bottleneck ? channels * EXPANSION : channels;
  const steps = bottleneck
    ? [
        { kernel: 1, filters: channels, stride: 1 as const },
        { kernel: 3, filters: channels, stride },
        { kernel: 1, filters: outputs, stride: 1 as const },
      ]
    : [
        { kernel: 3, filters: channels, stride },
        { kernel: 3, filters: channels, stride: 1 as const },
      ];
  let residual = x;
  steps.forEach((step, i) => {
    const last = i === steps.length - 1;
    const convolved = convolution(residual, seeds, { name: `${name}.conv${i + 1}`, ...step });
    const normalized = batchNorm(convolved, `${name}.bn${i + 1}`, last && zeroGamma);
    residual = last ? normalized : relu(normalized, `${name}.relu${i + 1}`);
  });
  const sum = layers.add({ name: `${name}.add` }).apply([residual, shortcut(x, seeds, { name, outputs, stride })]);
  return relu(sum as SymbolicTensor, `${name}.relu`);
}

function shortcut(
  x: SymbolicTensor,
  seeds: SeedSequence,
  options: { name: string; outputs: number; stride: 1 | 2 },
): SymbolicTensor {
  const { name, outputs, stride } = options;
  if (stride === 1 && x.shape.at(-1) === outputs) return x;
  const projected = convolution(x, seeds, { name: `${name}.downsample.0`, filters: outputs, kernel: 1, stride });
  return batchNorm(projected, `${name}.downsample.1`);
}
