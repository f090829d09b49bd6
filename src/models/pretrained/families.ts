import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convNeXtNorm, convNeXtTiny } from '../backbones/convnext.ts';
import { denseNet121 } from '../backbones/densenet.ts';
import { efficientNet } from '../backbones/efficientnet.ts';
import { inceptionV3 } from '../backbones/inception-v3.ts';
import { kerasResNet } from '../backbones/keras-resnet.ts';
import type { BackboneContext, Flavor } from '../backbones/layers.ts';
import { mobileNetV1 } from '../backbones/mobilenet-v1.ts';
import { mobileNetV2 } from '../backbones/mobilenet-v2.ts';
import { mobileNetV3 } from '../backbones/mobilenet-v3.ts';
import { resNetV2 } from '../backbones/resnet-v2.ts';
import { squeezeNet } from '../backbones/squeezenet.ts';
import { vgg } from '../backbones/vgg.ts';
import type { FirstWeights } from '../first-weights.ts';
import type { PretrainedInput } from './input.ts';

/** A network that others trained, without its classifier. */
export interface Family {
  /** [batch, height, width, 3] → [batch, height', width', channel]. */
  build(image: SymbolicTensor, context: BackboneContext, width: number): SymbolicTensor;
  /** Of its batch norms. */
  epsilon: number;
  /** Share of the moving statistics that a step keeps. */
  momentum: number;
  /** Whether its batch norms scale. */
  scale: boolean;
  /** How its convolutions begin where no weights are loaded. */
  first: FirstWeights;
  /** Smallest side of an image, in pixels. */
  least: number;
  /** Takes a width other than 1. */
  scalable: boolean;
  /** What the framework's own weights were trained on. */
  input: PretrainedInput;
  /** A norm between the averages and the classifier. */
  featureNorm?: (averages: SymbolicTensor, name: string) => SymbolicTensor;
}

/** PyTorch's defaults, and torchvision's input. */
const torch = {
  epsilon: 1e-5,
  momentum: 0.9,
  scale: true,
  first: 'he-fan-out' as FirstWeights,
  least: 32,
  scalable: false,
  input: 'imagenet' as const,
};
/** Keras' defaults. */
const keras = { ...torch, epsilon: 1e-3, momentum: 0.99 };

/** By the name that a config gives, as torchvision and timm have them. */
export const torchFamilies = {
  'mobilenet-v1': { ...torch, scalable: true, build: mobileNetV1 },
  'mobilenet-v2': { ...torch, scalable: true, build: mobileNetV2 },
  'mobilenet-v3-small': {
    ...torch,
    epsilon: 1e-3,
    build: (x, context) => mobileNetV3(x, context, 'mobilenet-v3-small'),
  },
  'mobilenet-v3-large': {
    ...torch,
    epsilon: 1e-3,
    build: (x, context) => mobileNetV3(x, context, 'mobilenet-v3-large'),
  },
  'mobilenet-v3-small-minimalistic': {
    ...torch,
    epsilon: 1e-3,
    build: (x, context) => mobileNetV3(x, context, 'mobilenet-v3-small-minimalistic'),
  },
  'mobilenet-v3-large-minimalistic': {
    ...torch,
    epsilon: 1e-3,
    build: (x, context) => mobileNetV3(x, context, 'mobilenet-v3-large-minimalistic'),
  },
  'efficientnet-b0': { ...torch, build: (x, context) => efficientNet(x, context, 'efficientnet-b0') },
  'efficientnet-b1': { ...torch, build: (x, context) => efficientNet(x, context, 'efficientnet-b1') },
  'efficientnet-b2': { ...torch, build: (x, context) => efficientNet(x, context, 'efficientnet-b2') },
  'efficientnet-b3': { ...torch, build: (x, context) => efficientNet(x, context, 'efficientnet-b3') },
  'convnext-tiny': { ...torch, first: { deviation: 0.02 }, build: convNeXtTiny, featureNorm: convNeXtNorm },
  densenet121: { ...torch, first: 'he-fan-in', build: denseNet121 },
  'inception-v3': { ...torch, first: { deviation: 0.1 }, epsilon: 1e-3, least: 75, build: inceptionV3 },
  resnet50v2: { ...torch, build: (x, context) => resNetV2(x, context, 'resnet50v2') },
  resnet101v2: { ...torch, build: (x, context) => resNetV2(x, context, 'resnet101v2') },
  squeezenet: { ...torch, first: 'he-uniform', build: squeezeNet },
  vgg16: { ...torch, build: (x, context) => vgg(x, context, 'vgg16') },
  vgg19: { ...torch, build: (x, context) => vgg(x, context, 'vgg19') },
} satisfies Record<string, Family>;

/** The same networks as Keras' applications have them. */
export const kerasFamilies = {
  'mobilenet-v1': { ...keras, scalable: true, input: 'minus-one-one', build: mobileNetV1 },
  'mobilenet-v2': { ...keras, scalable: true, input: 'minus-one-one', build: mobileNetV2 },
  'mobilenet-v3-small': { ...torchFamilies['mobilenet-v3-small'], ...keras, input: 'minus-one-one' },
  'mobilenet-v3-large': { ...torchFamilies['mobilenet-v3-large'], ...keras, input: 'minus-one-one' },
  'mobilenet-v3-small-minimalistic': {
    ...torchFamilies['mobilenet-v3-small-minimalistic'],
    ...keras,
    input: 'minus-one-one',
  },
  'mobilenet-v3-large-minimalistic': {
    ...torchFamilies['mobilenet-v3-large-minimalistic'],
    ...keras,
    input: 'minus-one-one',
  },
  'efficientnet-b0': { ...torchFamilies['efficientnet-b0'], ...keras },
  'efficientnet-b1': { ...torchFamilies['efficientnet-b1'], ...keras },
  'efficientnet-b2': { ...torchFamilies['efficientnet-b2'], ...keras },
  'efficientnet-b3': { ...torchFamilies['efficientnet-b3'], ...keras },
  'convnext-tiny': { ...torchFamilies['convnext-tiny'], ...keras },
  densenet121: { ...keras, epsilon: 1.001e-5, build: denseNet121 },
  'inception-v3': { ...keras, scale: false, least: 75, input: 'minus-one-one', build: inceptionV3 },
  resnet50: { ...keras, epsilon: 1.001e-5, input: 'caffe', build: (x, context) => kerasResNet(x, context, 'resnet50') },
  resnet101: {
    ...keras,
    epsilon: 1.001e-5,
    input: 'caffe',
    build: (x, context) => kerasResNet(x, context, 'resnet101'),
  },
  resnet50v2: { ...torchFamilies.resnet50v2, ...keras, epsilon: 1.001e-5, input: 'minus-one-one' },
  resnet101v2: { ...torchFamilies.resnet101v2, ...keras, epsilon: 1.001e-5, input: 'minus-one-one' },
  vgg16: { ...torchFamilies.vgg16, ...keras, input: 'caffe' },
  vgg19: { ...torchFamilies.vgg19, ...keras, input: 'caffe' },
} satisfies Record<string, Family>;

/** The network as that framework has it; undefined where it has none of the name. */
export function familyOf(name: string, flavor: Flavor): Family | undefined {
  const families: Readonly<Record<string, Family>> = flavor === 'keras' ? kerasFamilies : torchFamilies;
  return families[name];
}
