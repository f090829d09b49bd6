import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { activation, add, type BackboneContext, channelsOf, conv, depthwise, layerNorm, layerScale } from './layers.ts';

/** Blocks and channels of each stage of the tiny variant (Liu et al. 2022). */
const stages: readonly (readonly [blocks: number, channels: number])[] = [
  [3, 96],
  [3, 192],
  [9, 384],
  [3, 768],
];
/** Of the channels, inside a block. */
const EXPANSION = 4;
const SCALE_AT_START = 1e-6;
const EPSILON = 1e-6;

/**
 * ConvNeXt-tiny with torchvision's names (`features.1.0.block.0` …): [batch, height, width, 3] → [batch, height/32, width/32, 768], without the
 * norm behind the averages.
 */
export function convNeXtTiny(image: SymbolicTensor, context: BackboneContext): SymbolicTensor {
  let x = image;
  stages.forEach(([blocks, channels], stage) => {
    x = stage === 0 ? stem(x, context, channels) : downsample(x, context, `features.${2 * stage}`, channels);
    for (let i = 0; i < blocks; i++) x = block(x, context, `features.${2 * stage + 1}.${i}`);
  });
  return x;
}

/** The norm between the averages and the classifier. */
export function convNeXtNorm(averages: SymbolicTensor, name: string): SymbolicTensor {
  return layerNorm(averages, name, EPSILON);
}

function stem(x: SymbolicTensor, context: BackboneContext, filters: number): SymbolicTensor {
  const patches = conv(x, context, { name: 'features.0.0', filters, kernel: 4, stride: 4, padding: 0, bias: true });
  return layerNorm(patches, 'features.0.1', EPSILON);
}

function downsample(x: SymbolicTensor, context: BackboneContext, name: string, filters: number): SymbolicTensor {
  const normed = layerNorm(x, `${name}.0`, EPSILON);
  return conv(normed, context, { name: `${name}.1`, filters, kernel: 2, stride: 2, padding: 0, bias: true });
}

/** 7 × 7 for every channel, norm, two layers on every position, scale. */
function block(input: SymbolicTensor, context: BackboneContext, name: string): SymbolicTensor {
  const channels = channelsOf(input);
  let x = depthwise(input, context, { name: `${name}.block.0`, kernel: 7, bias: true });
  x = layerNorm(x, `${name}.block.2`, EPSILON);
  x = conv(x, context, { name: `${name}.block.3`, filters: EXPANSION * channels, kernel: 1, bias: true });
  x = activation(x, 'gelu', `${name}.block.4`);
  x = conv(x, context, { name: `${name}.block.5`, filters: channels, kernel: 1, bias: true });
  return add(input, layerScale(x, `${name}.layer_scale`, SCALE_AT_START), `${name}.add`);
}
