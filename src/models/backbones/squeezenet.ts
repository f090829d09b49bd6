import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { activation, type BackboneContext, concat, conv, maxPool } from './layers.ts';

/** Place in `features`, channels squeezed to, channels of each expansion; `pool`: 3 × 3 with stride 2 before it. */
const fires: readonly { index: number; squeeze: number; expand: number; pool?: number }[] = [
  { index: 3, squeeze: 16, expand: 64, pool: 2 },
  { index: 4, squeeze: 16, expand: 64 },
  { index: 6, squeeze: 32, expand: 128, pool: 5 },
  { index: 7, squeeze: 32, expand: 128 },
  { index: 9, squeeze: 48, expand: 192, pool: 8 },
  { index: 10, squeeze: 48, expand: 192 },
  { index: 11, squeeze: 64, expand: 256 },
  { index: 12, squeeze: 64, expand: 256 },
];

/** SqueezeNet 1.1 (Iandola et al. 2016) with torchvision's names: [batch, height, width, 3] → [batch, ≈ height/16, ≈ width/16, 512]. */
export function squeezeNet(image: SymbolicTensor, context: BackboneContext): SymbolicTensor {
  const stem = { name: 'features.0', filters: 64, kernel: 3, stride: 2, padding: 0, bias: true };
  let x = conv(image, context, stem);
  x = activation(x, 'relu', 'features.1');
  for (const { index, squeeze, expand, pool } of fires) {
    if (pool !== undefined) x = maxPool(x, { name: `features.${pool}`, kernel: 3, stride: 2, padding: 'ceil' });
    x = fire(x, context, { name: `features.${index}`, squeeze, expand });
  }
  return x;
}

function fire(
  input: SymbolicTensor,
  context: BackboneContext,
  { name, squeeze, expand }: { name: string; squeeze: number; expand: number },
): SymbolicTensor {
  const x = activation(
    conv(input, context, { name: `${name}.squeeze`, filters: squeeze, kernel: 1, bias: true }),
    'relu',
    `${name}.squeeze_activation`,
  );
  const expanded = ([1, 3] as const).map((kernel) => {
    const part = `${name}.expand${kernel}x${kernel}`;
    return activation(
      conv(x, context, { name: part, filters: expand, kernel, bias: true }),
      'relu',
      `${part}_activation`,
    );
  });
  return concat(expanded, `${name}.concat`);
}
