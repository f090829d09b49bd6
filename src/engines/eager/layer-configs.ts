import type { Layer } from './plan.ts';

export interface ConvolutionConfig {
  useBias: boolean;
  activation: string;
  strides: [number, number];
  padding: 'same' | 'valid';
  dilationRate: [number, number];
  dataFormat: string;
}

export interface BatchNormConfig {
  axis: number;
  epsilon: number;
  momentum: number;
  scale: boolean;
  center: boolean;
}

/** Of a `Conv2D` or `DepthwiseConv2D`. */
export function convolutionConfig(layer: Layer): ConvolutionConfig {
  return layer.getConfig() as unknown as ConvolutionConfig;
}

/** Of a `BatchNormalization`. */
export function batchNormConfig(layer: Layer): BatchNormConfig {
  return layer.getConfig() as unknown as BatchNormConfig;
}
