import type { Architecture } from '../training/config.ts';

/** Networks that pretrained weights can be of. */
export type BackboneName = Exclude<Architecture, 'small-cnn' | 'row-lstm' | 'row-gru' | 'layers-model'>;

export interface BackboneCost {
  /** Multiplications of a picture of 224 × 224 pixels, in 10⁹, as torchvision's table and Keras' papers state them. */
  work: number;
  /** Top-1 on ImageNet, percent, of the first published weights: how good a start it is. */
  top1: number;
}

/** By architecture, at width 1. */
export const backboneCosts: Record<BackboneName, BackboneCost> = {
  squeezenet: { work: 0.35, top1: 58.2 },
  'mobilenet-v1': { work: 0.57, top1: 70.6 },
  'mobilenet-v2': { work: 0.3, top1: 71.9 },
  'mobilenet-v3-small': { work: 0.06, top1: 67.7 },
  'mobilenet-v3-large': { work: 0.22, top1: 74.0 },
  'mobilenet-v3-small-minimalistic': { work: 0.07, top1: 61.9 },
  'mobilenet-v3-large-minimalistic': { work: 0.21, top1: 72.3 },
  'efficientnet-b0': { work: 0.39, top1: 77.7 },
  'efficientnet-b1': { work: 0.69, top1: 78.6 },
  'efficientnet-b2': { work: 1.09, top1: 80.6 },
  'efficientnet-b3': { work: 1.83, top1: 82.0 },
  resnet18: { work: 1.81, top1: 69.8 },
  resnet34: { work: 3.66, top1: 73.3 },
  resnet50: { work: 4.09, top1: 76.1 },
  resnet101: { work: 7.8, top1: 77.4 },
  resnet50v2: { work: 3.48, top1: 76.0 },
  resnet101v2: { work: 7.19, top1: 77.2 },
  densenet121: { work: 2.83, top1: 74.4 },
  'inception-v3': { work: 5.71, top1: 77.3 },
  'convnext-tiny': { work: 4.46, top1: 82.5 },
  vgg16: { work: 15.47, top1: 71.6 },
  vgg19: { work: 19.63, top1: 72.4 },
};

/** Points of top-1 that half the width costs, roughly, as MobileNetV2's paper has them. */
const POINTS_PER_HALVING = 8;

/** Of a network of some width: the work grows with its square. */
export function costOf(architecture: BackboneName, width: number): BackboneCost {
  const cost = backboneCosts[architecture];
  return { work: cost.work * width ** 2, top1: cost.top1 + POINTS_PER_HALVING * Math.log2(width) };
}
