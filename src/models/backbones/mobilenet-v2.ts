import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { activation, add, type BackboneContext, channelsOf, conv, depthwise, divisibleBy8, norm } from './layers.ts';

/** Expansion, channels, blocks, stride of the first (Sandler et al. 2018, table 2). */
const stages: readonly (readonly [expansion: number, channels: number, blocks: number, stride: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];
const LAST_CHANNELS = 1280;

/**
 * MobileNetV2 with torchvision's names (`features.4.conv.1.0` …): [batch, height, width, 3] → [batch, height/32, width/32, 1280].
 * @param width multiplies the channels, e.g. 0.35
 */
export function mobileNetV2(image: SymbolicTensor, context: BackboneContext, width: number): SymbolicTensor {
  const stem = { name: 'features.0.0', filters: divisibleBy8(32 * width), kernel: 3, stride: 2 };
  let x = conv(image, context, stem);
  x = activation(norm(x, context, 'features.0.1'), 'relu6', 'features.0.2');
  let index = 1;
  for (const [expansion, channels, blocks, stride] of stages) {
    for (let i = 0; i < blocks; i++, index++) {
      const options = { expansion, channels: divisibleBy8(channels * width), stride: i === 0 ? stride : 1 };
      x = invertedResidual(x, context, `features.${index}`, options);
    }
  }
  const filters = Math.max(LAST_CHANNELS, divisibleBy8(LAST_CHANNELS * width));
  x = conv(x, context, { name: `features.${index}.0`, filters, kernel: 1 });
  return activation(norm(x, context, `features.${index}.1`), 'relu6', `features.${index}.2`);
}

interface BlockOptions {
  expansion: number;
  channels: number;
  stride: number;
}

function invertedResidual(
  input: SymbolicTensor,
  context: BackboneContext,
  name: string,
  { expansion, channels, stride }: BlockOptions,
): SymbolicTensor {
  const entered = channelsOf(input);
  let x = input;
  let part = 0;
  if (expansion !== 1) {
    x = conv(x, context, { name: `${name}.conv.${part}.0`, filters: entered * expansion, kernel: 1 });
    x = activation(norm(x, context, `${name}.conv.${part}.1`), 'relu6', `${name}.conv.${part}.2`);
    part++;
  }
  x = depthwise(x, context, { name: `${name}.conv.${part}.0`, kernel: 3, stride });
  x = activation(norm(x, context, `${name}.conv.${part}.1`), 'relu6', `${name}.conv.${part}.2`);
  x = conv(x, context, { name: `${name}.conv.${part + 1}`, filters: channels, kernel: 1 });
  x = norm(x, context, `${name}.conv.${part + 2}`);
  return stride === 1 && entered === channels ? add(input, x, `${name}.add`) : x;
}
