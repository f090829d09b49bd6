import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { activation, type BackboneContext, conv, maxPool } from './layers.ts';

export type VggVariant = 'vgg16' | 'vgg19';

/** Convolutions of each stage (Simonyan & Zisserman 2015, D and E). */
const stages: Record<VggVariant, readonly number[]> = { vgg16: [2, 2, 3, 3, 3], vgg19: [2, 2, 4, 4, 4] };
const channels = [64, 128, 256, 512, 512];

/** The convolutional part of VGG with torchvision's names: [batch, height, width, 3] → [batch, height/32, width/32, 512]. */
export function vgg(image: SymbolicTensor, context: BackboneContext, variant: VggVariant): SymbolicTensor {
  let x = image;
  let index = 0;
  stages[variant].forEach((convolutions, stage) => {
    for (let i = 0; i < convolutions; i++, index += 2) {
      const filters = channels[stage] as number;
      x = conv(x, context, { name: `features.${index}`, filters, kernel: 3, bias: true });
      x = activation(x, 'relu', `features.${index + 1}`);
    }
    x = maxPool(x, { name: `features.${index}`, kernel: 2, stride: 2 });
    index++;
  });
  return x;
}
