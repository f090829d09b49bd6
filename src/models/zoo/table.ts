import type { Architecture } from '../../training/config.ts';
import { sha256Sums } from './sums.ts';

/** Weights that others trained and published. */
export interface ZooEntry {
  /** What a config names. */
  name: string;
  architecture: Architecture;
  width: number;
  /** Side in pixels of the pictures they were trained on. */
  side: number;
  task: string;
  /** Top-1 on ImageNet's validation set as its publisher states it, percent. */
  top1: number;
  /** Of the download, MiB. */
  mebibytes: number;
  licence: string;
  url: string;
  /** Of the file: 64 hex digits. */
  sha256: string;
}

const torchvision = {
  width: 1,
  task: 'ImageNet, 1,000 classes',
  licence: 'BSD-3-Clause (torchvision); ImageNet’s terms for its pictures',
};
const files = 'https://download.pytorch.org/models';

/** torchvision 0.28's table. All want colours minus ImageNet's mean, divided by its standard deviation. */
export const zoo: readonly ZooEntry[] = [
  entry('mobilenet-v2', 'mobilenet-v2', 224, 71.878, 13.6, 'mobilenet_v2-b0353104.pth'),
  entry('mobilenet-v2-v2', 'mobilenet-v2', 224, 72.154, 13.6, 'mobilenet_v2-7ebf99e0.pth'),
  entry('mobilenet-v3-small', 'mobilenet-v3-small', 224, 67.668, 9.8, 'mobilenet_v3_small-047dcff4.pth'),
  entry('mobilenet-v3-large', 'mobilenet-v3-large', 224, 74.042, 21.1, 'mobilenet_v3_large-8738ca79.pth'),
  entry('mobilenet-v3-large-v2', 'mobilenet-v3-large', 224, 75.274, 21.1, 'mobilenet_v3_large-5c1a4163.pth'),
  entry('squeezenet', 'squeezenet', 224, 58.178, 4.7, 'squeezenet1_1-b8a52dc0.pth'),
  entry('efficientnet-b0', 'efficientnet-b0', 224, 77.692, 20.5, 'efficientnet_b0_rwightman-7f5810bc.pth'),
  entry('efficientnet-b1', 'efficientnet-b1', 240, 79.838, 30.1, 'efficientnet_b1-c27df63c.pth'),
  entry('efficientnet-b2', 'efficientnet-b2', 288, 80.608, 35.2, 'efficientnet_b2_rwightman-c35c1473.pth'),
  entry('efficientnet-b3', 'efficientnet-b3', 300, 82.008, 47.2, 'efficientnet_b3_rwightman-b3899882.pth'),
  entry('resnet18', 'resnet18', 224, 69.758, 44.7, 'resnet18-f37072fd.pth'),
  entry('resnet34', 'resnet34', 224, 73.314, 83.3, 'resnet34-b627a593.pth'),
  entry('resnet50', 'resnet50', 224, 76.13, 97.8, 'resnet50-0676ba61.pth'),
  entry('resnet50-v2', 'resnet50', 224, 80.858, 97.8, 'resnet50-11ad3fa6.pth'),
  entry('resnet101', 'resnet101', 224, 77.374, 170.5, 'resnet101-63fe2227.pth'),
  entry('convnext-tiny', 'convnext-tiny', 224, 82.52, 109.1, 'convnext_tiny-983f1562.pth'),
  entry('densenet121', 'densenet121', 224, 74.434, 30.8, 'densenet121-a639ec97.pth'),
  entry('inception-v3', 'inception-v3', 299, 77.294, 103.9, 'inception_v3_google-0cc3c7bd.pth'),
  entry('vgg16', 'vgg16', 224, 71.592, 527.8, 'vgg16-397923af.pth'),
  entry('vgg19', 'vgg19', 224, 72.376, 548.1, 'vgg19-dcbb9e9d.pth'),
];

export function findInZoo(name: string): ZooEntry | undefined {
  return zoo.find((one) => one.name === name);
}

function entry(
  name: string,
  architecture: Architecture,
  side: number,
  top1: number,
  mebibytes: number,
  file: keyof typeof sha256Sums,
): ZooEntry {
  return {
    ...torchvision,
    name,
    architecture,
    side,
    top1,
    mebibytes,
    url: `${files}/${file}`,
    sha256: sha256Sums[file],
  };
}
