import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import {
  activation,
  add,
  type BackboneContext,
  channelsOf,
  conv,
  depthwise,
  divisibleBy8,
  norm,
  squeezeExcite,
} from './layers.ts';

export type EfficientNetVariant = 'efficientnet-b0' | 'efficientnet-b1' | 'efficientnet-b2' | 'efficientnet-b3';

/** What the channels and the blocks of each stage are multiplied by (Tan & Le 2019). */
const scales: Record<EfficientNetVariant, readonly [width: number, depth: number]> = {
  'efficientnet-b0': [1, 1],
  'efficientnet-b1': [1, 1.1],
  'efficientnet-b2': [1.1, 1.2],
  'efficientnet-b3': [1.2, 1.4],
};

const stages: readonly (readonly [
  expansion: number,
  kernel: number,
  stride: number,
  channels: number,
  blocks: number,
])[] = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
];

/** EfficientNet with torchvision's names (`features.2.0.block.1.0` …): [batch, height, width, 3] → [batch, height/32, width/32, 1280 × width]. */
export function efficientNet(
  image: SymbolicTensor,
  context: BackboneContext,
  variant: EfficientNetVariant,
): SymbolicTensor {
  const [width, depth] = scales[variant];
  const stem = { name: 'features.0.0', filters: divisibleBy8(32 * width), kernel: 3, stride: 2 };
  let x = activation(norm(conv(image, context, stem), context, 'features.0.1'), 'swish', 'features.0.2');
  stages.forEach(([expansion, kernel, stride, channels, blocks], stage) => {
    for (let i = 0; i < Math.ceil(blocks * depth); i++) {
      const options = { expansion, kernel, stride: i === 0 ? stride : 1, channels: divisibleBy8(channels * width) };
      x = mbConv(x, context, `features.${stage + 1}.${i}`, options);
    }
  });
  const last = `features.${stages.length + 1}`;
  x = conv(x, context, { name: `${last}.0`, filters: 4 * channelsOf(x), kernel: 1 });
  return activation(norm(x, context, `${last}.1`), 'swish', `${last}.2`);
}

interface BlockOptions {
  expansion: number;
  kernel: number;
  stride: number;
  channels: number;
}

function mbConv(
  input: SymbolicTensor,
  context: BackboneContext,
  name: string,
  { expansion, kernel, stride, channels }: BlockOptions,
): SymbolicTensor {
  const entered = channelsOf(input);
  let x = input;
  let part = 0;
  if (expansion !== 1) {
    x = conv(x, context, { name: `${name}.block.0.0`, filters: divisibleBy8(entered * expansion), kernel: 1 });
    x = activation(norm(x, context, `${name}.block.0.1`), 'swish', `${name}.block.0.2`);
    part++;
  }
  x = depthwise(x, context, { name: `${name}.block.${part}.0`, kernel, stride });
  x = activation(norm(x, context, `${name}.block.${part}.1`), 'swish', `${name}.block.${part}.2`);
  const squeezed = Math.max(1, Math.floor(entered / 4));
  const gate = { name: `${name}.block.${part + 1}`, squeezed, reduce: 'fc1', expand: 'fc2', inner: 'swish' as const };
  x = squeezeExcite(x, context, gate);
  x = conv(x, context, { name: `${name}.block.${part + 2}.0`, filters: channels, kernel: 1 });
  x = norm(x, context, `${name}.block.${part + 2}.1`);
  return stride === 1 && entered === channels ? add(input, x, `${name}.add`) : x;
}
