import {
  lowerActivation,
  lowerElu,
  lowerLeakyRelu,
  lowerPrelu,
  lowerRelu,
  lowerSoftmax,
  lowerThresholdedRelu,
} from './layers/activation.ts';
import {
  lowerConv2d,
  lowerConv2dTranspose,
  lowerDense,
  lowerDepthwiseConv2d,
  lowerSeparableConv2d,
} from './layers/convolution.ts';
import { only } from './layers/inputs.ts';
import {
  lowerAdd,
  lowerAverage,
  lowerConcatenate,
  lowerMaximum,
  lowerMinimum,
  lowerMultiply,
  lowerSubtract,
} from './layers/merging.ts';
import {
  lowerAlphaDropout,
  lowerDropout,
  lowerGaussianDropout,
  lowerGaussianNoise,
  lowerSpatialDropout,
} from './layers/noise.ts';
import { lowerBatchNormalization, lowerLayerNormalization } from './layers/normalization.ts';
import {
  lowerAveragePooling2d,
  lowerGlobalAveragePooling2d,
  lowerGlobalMaxPooling2d,
  lowerMaxPooling2d,
} from './layers/pooling.ts';
import {
  lowerCropping2d,
  lowerFlatten,
  lowerPermute,
  lowerRescaling,
  lowerReshape,
  lowerUpSampling2d,
  lowerZeroPadding2d,
} from './layers/shape.ts';
import type { LayerLowering } from './pass.ts';

/** How each TensorFlow.js layer becomes TensorFlow operations, by class name. */
export const lowerings: Record<string, LayerLowering> = {
  Activation: lowerActivation,
  Add: lowerAdd,
  AlphaDropout: lowerAlphaDropout,
  Average: lowerAverage,
  AveragePooling2D: lowerAveragePooling2d,
  BatchNormalization: lowerBatchNormalization,
  Concatenate: lowerConcatenate,
  Conv2D: lowerConv2d,
  Conv2DTranspose: lowerConv2dTranspose,
  Cropping2D: lowerCropping2d,
  Dense: lowerDense,
  DepthwiseConv2D: lowerDepthwiseConv2d,
  Dropout: lowerDropout,
  ELU: lowerElu,
  Flatten: lowerFlatten,
  GaussianDropout: lowerGaussianDropout,
  GaussianNoise: lowerGaussianNoise,
  GlobalAveragePooling2D: lowerGlobalAveragePooling2d,
  GlobalMaxPooling2D: lowerGlobalMaxPooling2d,
  InputLayer: (_, inputs) => only(inputs),
  LayerNormalization: lowerLayerNormalization,
  LeakyReLU: lowerLeakyRelu,
  Maximum: lowerMaximum,
  MaxPooling2D: lowerMaxPooling2d,
  Minimum: lowerMinimum,
  Multiply: lowerMultiply,
  PReLU: lowerPrelu,
  Permute: lowerPermute,
  ReLU: lowerRelu,
  Rescaling: lowerRescaling,
  Reshape: lowerReshape,
  SeparableConv2D: lowerSeparableConv2d,
  Softmax: lowerSoftmax,
  SpatialDropout1D: lowerSpatialDropout,
  SpatialDropout2D: lowerSpatialDropout,
  Subtract: lowerSubtract,
  ThresholdedReLU: lowerThresholdedRelu,
  UpSampling2D: lowerUpSampling2d,
  ZeroPadding2D: lowerZeroPadding2d,
};
