import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { activation, type BackboneContext, conv, depthwise, norm } from './layers.ts';

/** Channels and stride of each depthwise-separable block (Howard et al. 2017, table 1). */
const blocks: readonly (readonly [channels: number, stride: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
];

/**
 * MobileNet (V1) with Keras' names (`conv_dw_1` …): [batch, height, width, 3] → [batch, height/32, width/32, 1024 × width]. torchvision has no
 * network of this family, timm has. @param width multiplies the channels, e.g. 0.25
 */
export function mobileNetV1(image: SymbolicTensor, context: BackboneContext, width: number): SymbolicTensor {
  let x = conv(image, context, { name: 'conv1', filters: Math.floor(32 * width), kernel: 3, stride: 2 });
  x = activation(norm(x, context, 'conv1_bn'), 'relu6', 'conv1_relu');
  blocks.forEach(([channels, stride], i) => {
    const id = i + 1;
    x = strided(x, context, { name: `conv_dw_${id}`, stride });
    x = activation(norm(x, context, `conv_dw_${id}_bn`), 'relu6', `conv_dw_${id}_relu`);
    x = conv(x, context, { name: `conv_pw_${id}`, filters: Math.floor(channels * width), kernel: 1 });
    x = activation(norm(x, context, `conv_pw_${id}_bn`), 'relu6', `conv_pw_${id}_relu`);
  });
  return x;
}

function strided(x: SymbolicTensor, context: BackboneContext, { name, stride }: { name: string; stride: number }) {
  if (stride === 1 || context.flavor === 'torch') return depthwise(x, context, { name, kernel: 3, stride });
  // Keras pads the end only, also where the side is odd.
  const padding: [[number, number], [number, number]] = [
    [0, 1],
    [0, 1],
  ];
  const padded = layers.zeroPadding2d({ name: `${name}.pad`, padding }).apply(x) as SymbolicTensor;
  return depthwise(padded, context, { name, kernel: 3, stride, padding: 0 });
}
