import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { denseNet121 } from '../backbones/densenet.ts';
import { efficientNet } from '../backbones/efficientnet.ts';
import { inceptionV3 } from '../backbones/inception-v3.ts';
import type { BackboneContext } from '../backbones/layers.ts';
import { mobileNetV1 } from '../backbones/mobilenet-v1.ts';
import { mobileNetV2 } from '../backbones/mobilenet-v2.ts';
import { squeezeNet } from '../backbones/squeezenet.ts';
import { vgg } from '../backbones/vgg.ts';

/** A network that others trained, without its classifier. */
export interface Family {
  /** [batch, height, width, 3] → [batch, height', width', channel]. */
  build(image: SymbolicTensor, context: BackboneContext, width: number): SymbolicTensor;
  /** Of PyTorch's batch norms. */
  epsilon: number;
  /** Smallest side of an image, in pixels. */
  least: number;
  /** Takes a width other than 1. */
  scalable: boolean;
}

const plain = { epsilon: 1e-5, least: 32, scalable: false };

/** By the name that a config gives. */
export const families = {
  'mobilenet-v1': { ...plain, scalable: true, build: mobileNetV1 },
  'mobilenet-v2': { ...plain, scalable: true, build: mobileNetV2 },
  'efficientnet-b0': { ...plain, build: (x, context) => efficientNet(x, context, 'efficientnet-b0') },
  'efficientnet-b1': { ...plain, build: (x, context) => efficientNet(x, context, 'efficientnet-b1') },
  'efficientnet-b2': { ...plain, build: (x, context) => efficientNet(x, context, 'efficientnet-b2') },
  'efficientnet-b3': { ...plain, build: (x, context) => efficientNet(x, context, 'efficientnet-b3') },
  densenet121: { ...plain, build: denseNet121 },
  'inception-v3': { ...plain, epsilon: 1e-3, least: 75, build: inceptionV3 },
  squeezenet: { ...plain, build: squeezeNet },
  vgg16: { ...plain, build: (x, context) => vgg(x, context, 'vgg16') },
  vgg19: { ...plain, build: (x, context) => vgg(x, context, 'vgg19') },
} satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
