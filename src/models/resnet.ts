import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ModelConfig } from '../training/config.ts';
import {
  activate,
  batchNorm,
  convolution,
  designSideOf,
  dropResidual,
  type ModelShape,
  SeedSequence,
  scaledChannels,
  scaledDepth,
  zeroPad,
} from './blocks.ts';
import { classifierHead } from './head.ts';

export type ResNetVariant = 'resnet18' | 'resnet34' | 'resnet50' | 'resnet101';

const variants: Readonly<Record<ResNetVariant, { blocks: number[]; bottleneck: boolean }>> = {
  resnet18: { blocks: [2, 2, 2, 2], bottleneck: false },
  resnet34: { blocks: [3, 4, 6, 3], bottleneck: false },
  resnet50: { blocks: [3, 4, 6, 3], bottleneck: true },
  resnet101: { blocks: [3, 4, 23, 3], bottleneck: true },
};

export function isResNet(architecture: string): architecture is ResNetVariant {
  return Object.hasOwn(variants, architecture);
}

/** A bottleneck block puts out this many times its inner channels. */
const EXPANSION = 4;

export interface ResNetOptions {
  variant: ResNetVariant;
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
  const context: BlockContext = { seeds, config, bottleneck, zeroGamma: options.zeroInitResidual ?? true };
  const counts = blocks.map((count) => scaledDepth(count, config.depth));
  const last = counts.reduce((sum, count) => sum + count, 0) - 1;
  let block = 0;
  const image = input({ name: 'image', shape: [shape.height, shape.width, shape.channels] });
  let x = stem(image, context, designSideOf(shape));
  counts.forEach((count, stage) => {
    const channels = scaledChannels(64 * 2 ** stage, config.width);
    for (let i = 0; i < count; i++) {
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const dropRate = (config.stochasticDepth * block++) / Math.max(1, last);
      x = residualBlock(x, context, { name: `layer${stage + 1}.${i}`, channels, stride, dropRate });
    }
  });
  const probabilities = classifierHead(x, seeds, { ...config, classes: shape.classes });
  return model({ name: options.variant, inputs: image, outputs: probabilities });
}

function stem(image: SymbolicTensor, { seeds, config }: BlockContext, side: number): SymbolicTensor {
  const large = side >= 64;
  const filters = scaledChannels(64, config.width);
  const x = convolution(image, seeds, { name: 'conv1', filters, kernel: large ? 7 : 3, stride: side > 32 ? 2 : 1 });
  const activated = activate(batchNorm(x, 'bn1'), 'relu', config.activation);
  if (!large) return activated;
  // After a ReLU zeros pad a maximum as −∞ would; after the others, which go below zero only a little, nearly so.
  const padded = zeroPad(activated, 'maxpool.pad', 1);
  return layers
    .maxPooling2d({ name: 'maxpool', poolSize: 3, strides: 2, padding: 'valid' })
    .apply(padded) as SymbolicTensor;
}

interface BlockContext {
  seeds: SeedSequence;
  config: ModelConfig;
  bottleneck: boolean;
  zeroGamma: boolean;
}

interface BlockOptions {
  name: string;
  channels: number;
  stride: 1 | 2;
  /** Of the whole residual, 0–0.9. */
  dropRate: number;
}

function residualBlock(x: SymbolicTensor, context: BlockContext, options: BlockOptions): SymbolicTensor {
  const { seeds, config, bottleneck, zeroGamma } = context;
  const { name, channels, stride, dropRate } = options;
  const kernel = config.kernelSize;
  const outputs = bottleneck ? channels * EXPANSION : channels;
  const steps = bottleneck
    ? [
        { kernel: 1, filters: channels, stride: 1 as const },
        { kernel, filters: channels, stride },
        { kernel: 1, filters: outputs, stride: 1 as const },
      ]
    : [
        { kernel, filters: channels, stride },
        { kernel, filters: channels, stride: 1 as const },
      ];
  let residual = x;
  steps.forEach((step, i) => {
    const last = i === steps.length - 1;
    const convolved = convolution(residual, seeds, { name: `${name}.conv${i + 1}`, ...step });
    const normalized = batchNorm(convolved, `${name}.bn${i + 1}`, last && zeroGamma);
    residual = last ? normalized : activate(normalized, `${name}.relu${i + 1}`, config.activation);
  });
  const kept = dropResidual(residual, seeds, { name: `${name}.drop`, rate: dropRate });
  const sum = layers.add({ name: `${name}.add` }).apply([kept, shortcut(x, seeds, { name, outputs, stride })]);
  return activate(sum as SymbolicTensor, `${name}.relu`, config.activation);
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
