import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { scramble } from '../../tensorflow/support.ts';

export const classes = 4;
const imageShape = [8, 7, 3];

type Values = SymbolicTensor | SymbolicTensor[];
/** What lies between a first convolution [batch, 8, 7, 6] and the pooling before the classifier. */
type Middle = (x: SymbolicTensor) => SymbolicTensor;

const through =
  (...all: layers.Layer[]): Middle =>
  (x) =>
    all.reduce((value, layer) => layer.apply(value) as SymbolicTensor, x);

/** Two branches of x, joined. */
const joined =
  (join: { apply(inputs: Values): Values | unknown }): Middle =>
  (x) => {
    const a = layers.conv2d({ filters: 6, kernelSize: 1 }).apply(x) as SymbolicTensor;
    const b = layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same' }).apply(x) as SymbolicTensor;
    return join.apply([a, b]) as SymbolicTensor;
  };

/** Scales channels by what a global mean says (Hu et al. 2018): a product that broadcasts. */
const squeezeAndExcite: Middle = (x) => {
  let gate = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  gate = layers.reshape({ targetShape: [1, 1, 6] }).apply(gate) as SymbolicTensor;
  gate = layers.conv2d({ filters: 3, kernelSize: 1, activation: 'swish' }).apply(gate) as SymbolicTensor;
  gate = layers.conv2d({ filters: 6, kernelSize: 1, activation: 'sigmoid' }).apply(gate) as SymbolicTensor;
  return layers.multiply().apply([x, gate]) as SymbolicTensor;
};

/** As ResNet has it: padding, strides and ReLUs that engines do together with their neighbours. */
const residual: Middle = (x) => {
  const norm = () => layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 });
  const relu = () => layers.activation({ activation: 'relu' });
  const open = through(norm(), relu())(x);
  const pad = layers.zeroPadding2d({ padding: 1 });
  const a = through(
    pad,
    layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, useBias: false }),
    norm(),
    relu(),
    layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', useBias: false }),
    norm(),
  )(open);
  const b = through(layers.conv2d({ filters: 8, kernelSize: 1, strides: 2, useBias: false }), norm())(open);
  return through(relu())(layers.add().apply([a, b]) as SymbolicTensor);
};

const activation = (name: string): Middle => through(layers.activation({ activation: name as 'relu' }));
const conv = (config: Partial<Parameters<typeof layers.conv2d>[0]>) =>
  through(layers.conv2d({ filters: 5, kernelSize: 3, ...config }));
const depthwise = (config: Partial<Parameters<typeof layers.depthwiseConv2d>[0]>) =>
  through(layers.depthwiseConv2d({ kernelSize: 3, ...config }));

/** Made anew each time: a layer keeps its weights. Every layer that a network offered or imported by Loupe is made of, in each of its settings. */
export const middles: Record<string, () => Middle> = {
  'Conv2D same': () => conv({ padding: 'same' }),
  'Conv2D valid, no bias': () => conv({ useBias: false }),
  'Conv2D stride 2 same': () => conv({ strides: 2, padding: 'same' }),
  'Conv2D stride 2 valid': () => conv({ strides: 2 }),
  'Conv2D strides 2 × 1, window 3 × 2': () => conv({ kernelSize: [3, 2], strides: [2, 1], padding: 'same' }),
  'Conv2D 1 × 1': () => conv({ kernelSize: 1 }),
  'Conv2D 5 × 5': () => conv({ kernelSize: 5, padding: 'same' }),
  'Conv2D with swish': () => conv({ activation: 'swish' }),
  'Conv2D with ReLU': () => conv({ activation: 'relu' }),
  'Conv2D dilated, same': () => conv({ dilationRate: 2, padding: 'same' }),
  'Conv2D dilated, valid': () => conv({ kernelSize: [2, 3], dilationRate: [3, 1], useBias: false }),
  DepthwiseConv2D: () => depthwise({ padding: 'same' }),
  'DepthwiseConv2D stride 2, multiplier 2': () => depthwise({ strides: 2, depthMultiplier: 2, padding: 'same' }),
  'DepthwiseConv2D valid, ReLU6': () => depthwise({ activation: 'relu6', useBias: false }),
  SeparableConv2D: () => through(layers.separableConv2d({ filters: 5, kernelSize: 3, padding: 'same' })),
  'BatchNormalization, ReLU': () => through(layers.batchNormalization({ momentum: 0.9 }), layers.reLU()),
  'BatchNormalization without scale': () => through(layers.batchNormalization({ scale: false, momentum: 0.8 })),
  LayerNormalization: () => through(layers.layerNormalization({ epsilon: 1e-4 })),
  'MaxPooling2D valid': () => through(layers.maxPooling2d({ poolSize: 2 })),
  'MaxPooling2D same, overlapping': () => through(layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  'MaxPooling2D of one pixel, stride 2': () => through(layers.maxPooling2d({ poolSize: 1, strides: 2 })),
  'AveragePooling2D valid': () => through(layers.averagePooling2d({ poolSize: 2 })),
  'AveragePooling2D same': () => through(layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  'AveragePooling2D same, stride 1': () =>
    through(layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' })),
  ZeroPadding2D: () =>
    through(
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
      layers.conv2d({ filters: 4, kernelSize: 3 }),
    ),
  Cropping2D: () =>
    through(
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 1],
        ],
      }),
    ),
  'UpSampling2D nearest': () =>
    through(layers.upSampling2d({ size: [2, 3] }), layers.conv2d({ filters: 4, kernelSize: 3 })),
  Reshape: () => through(layers.reshape({ targetShape: [7, 8, 6] }), layers.conv2d({ filters: 4, kernelSize: 3 })),
  Add: () => joined(layers.add()),
  Multiply: () => joined(layers.multiply()),
  Average: () => joined(layers.average()),
  Maximum: () => joined(layers.maximum()),
  Minimum: () => joined(layers.minimum()),
  Concatenate: () => joined(layers.concatenate()),
  'squeeze and excitation': () => squeezeAndExcite,
  'residual block': () => residual,
  relu: () => activation('relu'),
  relu6: () => activation('relu6'),
  elu: () => activation('elu'),
  selu: () => activation('selu'),
  gelu: () => activation('gelu'),
  swish: () => activation('swish'),
  sigmoid: () => activation('sigmoid'),
  hardSigmoid: () => activation('hardSigmoid'),
  tanh: () => activation('tanh'),
  softplus: () => activation('softplus'),
  softsign: () => activation('softsign'),
  LeakyReLU: () => through(layers.leakyReLU({ alpha: 0.2 })),
  'ReLU with a ceiling': () => through(layers.reLU({ maxValue: 0.7 })),
  ELU: () => through(layers.elu()),
  PReLU: () => through(layers.prelu({ sharedAxes: [1, 2] })),
  ThresholdedReLU: () => through(layers.thresholdedReLU({ theta: 0.1 })),
};

const ends: Record<string, () => layers.Layer> = {
  mean: () => layers.globalAveragePooling2d({}),
  maximum: () => layers.globalMaxPooling2d({}),
  flatten: () => layers.flatten(),
};

/** Image → convolution → middle → one number a channel → dense → softmax; the same weights in every process. */
export function network(middle: Middle, end: keyof typeof ends = 'mean'): LayersModel {
  const image = input({ shape: imageShape });
  let x = layers.conv2d({ name: 'first', filters: 6, kernelSize: 3, padding: 'same' }).apply(image) as SymbolicTensor;
  x = middle(x);
  x = (ends[end] as () => layers.Layer)().apply(x) as SymbolicTensor;
  x = layers.dense({ name: 'logits', units: classes }).apply(x) as SymbolicTensor;
  const outputs = layers.activation({ activation: 'softmax' }).apply(x) as SymbolicTensor;
  const made = model({ inputs: image, outputs });
  scramble(made, 21);
  return made;
}

/** Small, smooth, with a batch norm: for losses, optimizers and options. */
export function plainNetwork(): LayersModel {
  return network(
    through(
      layers.activation({ activation: 'tanh' }),
      layers.conv2d({ name: 'second', filters: 5, kernelSize: 3, strides: 2, activation: 'tanh' }),
      layers.batchNormalization({ name: 'norm', momentum: 0.8 }),
    ),
    'flatten',
  );
}
