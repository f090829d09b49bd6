import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { scramble } from './support.ts';

/** The blocks that known families of networks are made of, small; spelled as TensorFlow.js reads a Keras model. */
export const families: Record<string, () => LayersModel> = {
  VGG: () =>
    network((x) => {
      let y = conv(x, 4, 3, { activation: 'relu' });
      y = pool(conv(y, 4, 3, { activation: 'relu' }));
      y = apply(layers.flatten(), y);
      y = apply(layers.dense({ units: 8, activation: 'relu' }), y);
      return apply(layers.dropout({ rate: 0.5 }), y);
    }),
  ResNet: () =>
    network((x) => {
      let y = relu(norm(conv(pad(x, 3), 8, 7, { strides: 2, padding: 'valid', useBias: false })));
      y = apply(layers.maxPooling2d({ poolSize: 3, strides: 2 }), pad(y, 1));
      let branch = relu(norm(conv(y, 4, 1)));
      branch = relu(norm(conv(branch, 4, 3)));
      return average(relu(merge(layers.add(), [norm(conv(branch, 16, 1)), norm(conv(y, 16, 1))])));
    }),
  'MobileNet v1': () =>
    network((x) => {
      let y = relu6(norm(conv(x, 8, 3, { strides: 2, useBias: false })));
      y = relu6(norm(depthwise(pad(y, 1), 3, { strides: 2, padding: 'valid' })));
      y = apply(layers.globalAveragePooling2d({}), relu6(norm(conv(y, 12, 1))));
      y = apply(layers.dropout({ rate: 0.1 }), apply(layers.reshape({ targetShape: [1, 1, 12] }), y));
      return apply(layers.reshape({ targetShape: [6] }), conv(y, 6, 1));
    }),
  'MobileNet v2': () =>
    network((x) => {
      const y = relu6(norm(conv(x, 8, 3, { strides: 2, useBias: false })));
      const wide = relu6(norm(depthwise(relu6(norm(conv(y, 24, 1))), 3)));
      return average(merge(layers.add(), [y, norm(conv(wide, 8, 1))]));
    }),
  'MobileNet v3': () =>
    network((x) => {
      const y = hardSwish(norm(conv(x, 8, 3, { strides: 2, useBias: false })));
      const filtered = hardSwish(norm(depthwise(y, 5)));
      let gate = apply(layers.reshape({ targetShape: [1, 1, 8] }), average(filtered));
      gate = hardSigmoid(conv(conv(gate, 4, 1, { activation: 'relu' }), 8, 1));
      return average(merge(layers.add(), [y, conv(merge(layers.multiply(), [filtered, gate]), 8, 1)]));
    }),
  EfficientNet: () =>
    network((x) => {
      const scaled = apply(layers.rescaling({ scale: 0.5, offset: 0.1 }), x);
      const y = swish(norm(conv(scaled, 8, 3, { strides: 2, useBias: false })));
      const filtered = swish(norm(depthwise(swish(norm(conv(y, 16, 1))), 5)));
      let gate = apply(layers.reshape({ targetShape: [1, 1, 16] }), average(filtered));
      gate = conv(conv(gate, 2, 1, { activation: 'swish' }), 16, 1, { activation: 'sigmoid' });
      const narrow = norm(conv(merge(layers.multiply(), [filtered, gate]), 8, 1));
      return average(merge(layers.add(), [apply(layers.dropout({ rate: 0.2 }), narrow), y]));
    }),
  Inception: () =>
    network((x) => {
      const unscaled = (y: SymbolicTensor) => apply(layers.batchNormalization({ scale: false }), y);
      const branches = [
        relu(unscaled(conv(x, 3, 1))),
        relu(unscaled(conv(relu(unscaled(conv(x, 2, 1))), 4, 5))),
        relu(unscaled(convolve(relu(unscaled(convolve(x, 3, [1, 7]))), 3, [7, 1]))),
        conv(apply(layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }), x), 2, 1),
      ];
      return average(merge(layers.concatenate({ axis: 3 }), branches));
    }),
  Xception: () =>
    network((x) => {
      const separable = (y: SymbolicTensor) =>
        norm(apply(layers.separableConv2d({ filters: 8, kernelSize: 3, padding: 'same', useBias: false }), y));
      const y = apply(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }), separable(relu(separable(x))));
      return average(merge(layers.add(), [y, norm(conv(x, 8, 1, { strides: 2 }))]));
    }),
  SqueezeNet: () =>
    network((x) => {
      const squeezed = conv(x, 3, 1, { activation: 'relu' });
      const sides = [conv(squeezed, 4, 1, { activation: 'relu' }), conv(squeezed, 4, 3, { activation: 'relu' })];
      const fire = apply(layers.dropout({ rate: 0.5 }), merge(layers.concatenate(), sides));
      return average(conv(fire, 6, 1, { activation: 'relu' }));
    }),
  DenseNet: () =>
    network((x) => {
      let y = conv(x, 6, 3, { useBias: false });
      for (let i = 0; i < 2; i++) {
        const grown = conv(relu(norm(conv(relu(norm(y)), 8, 1, { useBias: false }))), 4, 3, { useBias: false });
        y = merge(layers.concatenate(), [y, grown]);
      }
      y = apply(layers.averagePooling2d({ poolSize: 2, strides: 2 }), conv(relu(norm(y)), 6, 1, { useBias: false }));
      return average(relu(norm(y)));
    }),
  ConvNeXt: () =>
    network((x) => {
      const patches = layers.conv2d({ filters: 8, kernelSize: 4, strides: 4 });
      const y = apply(layers.layerNormalization({ epsilon: 1e-6 }), apply(patches, x));
      let inner = apply(
        layers.layerNormalization({ epsilon: 1e-6 }),
        apply(layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }), y),
      );
      inner = apply(layers.dense({ units: 16, activation: 'gelu' }), inner);
      inner = apply(layers.dense({ units: 8 }), inner);
      return apply(layers.layerNormalization({ epsilon: 1e-6 }), average(merge(layers.add(), [y, inner])));
    }),
};

function network(features: (image: SymbolicTensor) => SymbolicTensor): LayersModel {
  const image = input({ shape: [16, 16, 3] });
  const logits = apply(layers.dense({ units: 3 }), features(image));
  const one = model({ inputs: image, outputs: apply(layers.activation({ activation: 'softmax' }), logits) });
  scramble(one, 17);
  return one;
}

type ConvolutionConfig = Partial<Parameters<typeof layers.conv2d>[0]>;

function conv(x: SymbolicTensor, filters: number, size: number, config: ConvolutionConfig = {}): SymbolicTensor {
  return apply(layers.conv2d({ filters, kernelSize: size, padding: 'same', ...config }), x);
}

function convolve(x: SymbolicTensor, filters: number, kernelSize: [number, number]): SymbolicTensor {
  return apply(layers.conv2d({ filters, kernelSize, padding: 'same' }), x);
}

function depthwise(
  x: SymbolicTensor,
  size: number,
  config: { strides?: number; padding?: 'same' | 'valid' } = {},
): SymbolicTensor {
  return apply(layers.depthwiseConv2d({ kernelSize: size, padding: 'same', useBias: false, ...config }), x);
}

const norm = (x: SymbolicTensor) => apply(layers.batchNormalization({ epsilon: 1e-3, momentum: 0.9 }), x);
const relu = (x: SymbolicTensor) => apply(layers.activation({ activation: 'relu' }), x);
const relu6 = (x: SymbolicTensor) => apply(layers.reLU({ maxValue: 6 }), x);
const swish = (x: SymbolicTensor) => apply(layers.activation({ activation: 'swish' }), x);
const average = (x: SymbolicTensor) => apply(layers.globalAveragePooling2d({}), x);
const pool = (x: SymbolicTensor) => apply(layers.maxPooling2d({ poolSize: 2, strides: 2 }), x);
const pad = (x: SymbolicTensor, size: number) => apply(layers.zeroPadding2d({ padding: size }), x);

/** relu6(x + 3) / 6, as Keras writes it. */
function hardSigmoid(x: SymbolicTensor): SymbolicTensor {
  const shifted = relu6(apply(layers.rescaling({ scale: 1, offset: 3 }), x));
  return apply(layers.rescaling({ scale: 1 / 6, offset: 0 }), shifted);
}

function hardSwish(x: SymbolicTensor): SymbolicTensor {
  return merge(layers.multiply(), [x, hardSigmoid(x)]);
}

function apply(layer: layers.Layer, x: SymbolicTensor): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}

function merge(layer: layers.Layer, inputs: SymbolicTensor[]): SymbolicTensor {
  return layer.apply(inputs) as SymbolicTensor;
}
