import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import {
  type ActivationName,
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

type FullVariant = 'mobilenet-v3-small' | 'mobilenet-v3-large';
export type MobileNetV3Variant = FullVariant | `${FullVariant}-minimalistic`;

interface Block {
  kernel: 3 | 5;
  expanded: number;
  channels: number;
  squeeze: boolean;
  inner: Extract<ActivationName, 'relu' | 'hard-swish'>;
  stride: 1 | 2;
}

/** Howard et al. 2019, tables 1 and 2. */
const full: Record<FullVariant, readonly Block[]> = {
  'mobilenet-v3-small': [
    block(3, 16, 16, true, 'relu', 2),
    block(3, 72, 24, false, 'relu', 2),
    block(3, 88, 24, false, 'relu', 1),
    block(5, 96, 40, true, 'hard-swish', 2),
    block(5, 240, 40, true, 'hard-swish', 1),
    block(5, 240, 40, true, 'hard-swish', 1),
    block(5, 120, 48, true, 'hard-swish', 1),
    block(5, 144, 48, true, 'hard-swish', 1),
    block(5, 288, 96, true, 'hard-swish', 2),
    block(5, 576, 96, true, 'hard-swish', 1),
    block(5, 576, 96, true, 'hard-swish', 1),
  ],
  'mobilenet-v3-large': [
    block(3, 16, 16, false, 'relu', 1),
    block(3, 64, 24, false, 'relu', 2),
    block(3, 72, 24, false, 'relu', 1),
    block(5, 72, 40, true, 'relu', 2),
    block(5, 120, 40, true, 'relu', 1),
    block(5, 120, 40, true, 'relu', 1),
    block(3, 240, 80, false, 'hard-swish', 2),
    block(3, 200, 80, false, 'hard-swish', 1),
    block(3, 184, 80, false, 'hard-swish', 1),
    block(3, 184, 80, false, 'hard-swish', 1),
    block(3, 480, 112, true, 'hard-swish', 1),
    block(3, 672, 112, true, 'hard-swish', 1),
    block(5, 672, 160, true, 'hard-swish', 2),
    block(5, 960, 160, true, 'hard-swish', 1),
    block(5, 960, 160, true, 'hard-swish', 1),
  ],
};

/** Howard's “minimalistic” ones, for hardware that is slow at anything else. */
const minimalistic = (blocks: readonly Block[]) =>
  blocks.map((one): Block => ({ ...one, kernel: 3, squeeze: false, inner: 'relu' }));

const variants: Record<MobileNetV3Variant, readonly Block[]> = {
  ...full,
  'mobilenet-v3-small-minimalistic': minimalistic(full['mobilenet-v3-small']),
  'mobilenet-v3-large-minimalistic': minimalistic(full['mobilenet-v3-large']),
};

const STEM_CHANNELS = 16;

/** MobileNetV3 with torchvision's names (`features.4.block.1.0` …): [batch, height, width, 3] → [batch, height/32, width/32, 576 or 960]. */
export function mobileNetV3(
  image: SymbolicTensor,
  context: BackboneContext,
  variant: MobileNetV3Variant,
): SymbolicTensor {
  let x = conv(image, context, { name: 'features.0.0', filters: STEM_CHANNELS, kernel: 3, stride: 2 });
  const blocks = variants[variant];
  const outer = blocks.at(-1)?.inner ?? 'relu';
  x = activation(norm(x, context, 'features.0.1'), outer, 'features.0.2');
  blocks.forEach((options, i) => {
    x = invertedResidual(x, context, `features.${i + 1}`, options);
  });
  const last = `features.${blocks.length + 1}`;
  x = conv(x, context, { name: `${last}.0`, filters: 6 * channelsOf(x), kernel: 1 });
  return activation(norm(x, context, `${last}.1`), outer, `${last}.2`);
}

function invertedResidual(
  input: SymbolicTensor,
  context: BackboneContext,
  name: string,
  { kernel, expanded, channels, squeeze, inner, stride }: Block,
): SymbolicTensor {
  const entered = channelsOf(input);
  let x = input;
  let part = 0;
  if (expanded !== entered) {
    x = conv(x, context, { name: `${name}.block.${part}.0`, filters: expanded, kernel: 1 });
    x = activation(norm(x, context, `${name}.block.${part}.1`), inner, `${name}.block.${part}.2`);
    part++;
  }
  x = depthwise(x, context, { name: `${name}.block.${part}.0`, kernel, stride });
  x = activation(norm(x, context, `${name}.block.${part}.1`), inner, `${name}.block.${part}.2`);
  part++;
  if (squeeze) {
    const squeezed = divisibleBy8(expanded / 4);
    const options = { name: `${name}.block.${part}`, squeezed, reduce: 'fc1', expand: 'fc2' } as const;
    x = squeezeExcite(x, context, { ...options, inner: 'relu', gate: 'hard-sigmoid' });
    part++;
  }
  x = conv(x, context, { name: `${name}.block.${part}.0`, filters: channels, kernel: 1 });
  x = norm(x, context, `${name}.block.${part}.1`);
  return stride === 1 && entered === channels ? add(input, x, `${name}.add`) : x;
}

function block(
  kernel: Block['kernel'],
  expanded: number,
  channels: number,
  squeeze: boolean,
  inner: Block['inner'],
  stride: Block['stride'],
): Block {
  return { kernel, expanded, channels, squeeze, inner, stride };
}
