import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** [expansion, channels, blocks, stride] of each stage (Sandler et al. 2018, table 2). */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 of width 1 on square RGB pictures of `side` pixels. */
export function buildMobileNetV2(side: number, classes: number): LayersModel {
  const image = input({ name: 'image', shape: [side, side, 3] });
  let x = cut(convolution(image, 'stem', 32, 3, 2), 'stem');
  stages.forEach(([expansion, channels, blocks, stride], stage) => {
    for (let i = 0; i < blocks; i++) {
      x = invertedResidual(x, `block${stage}.${i}`, expansion, channels, i === 0 ? stride : 1);
    }
  });
  x = cut(convolution(x, 'head', 1280, 1, 1), 'head');
  x = apply(layers.globalAveragePooling2d({ name: 'features' }), x);
  x = apply(layers.dense({ name: 'logits', units: classes }), x);
  const outputs = apply(layers.activation({ name: 'probabilities', activation: 'softmax' }), x);
  return model({ name: 'mobilenet-v2', inputs: image, outputs });
}

function invertedResidual(
  x: SymbolicTensor,
  name: string,
  expansion: number,
  channels: number,
  stride: number,
): SymbolicTensor {
  const before = x.shape.at(-1) ?? 0;
  const wide = expansion === 1 ? x : cut(convolution(x, `${name}.expand`, before * expansion, 1, 1), `${name}.expand`);
  const filtered = apply(
    layers.depthwiseConv2d({
      name: `${name}.depthwise`,
      kernelSize: 3,
      strides: stride,
      padding: 'same',
      useBias: false,
    }),
    wide,
  );
  const y = convolution(
    cut(norm(filtered, `${name}.depthwise`), `${name}.depthwise`),
    `${name}.project`,
    channels,
    1,
    1,
  );
  if (stride > 1 || before !== channels) return y;
  return layers.add({ name: `${name}.add` }).apply([x, y]) as SymbolicTensor;
}

function convolution(x: SymbolicTensor, name: string, filters: number, size: number, stride: number): SymbolicTensor {
  const layer = layers.conv2d({
    name,
    filters,
    kernelSize: size,
    strides: stride,
    padding: 'same',
    useBias: false,
  });
  return norm(apply(layer, x), name);
}

function norm(x: SymbolicTensor, name: string): SymbolicTensor {
  return apply(layers.batchNormalization({ name: `${name}.bn`, epsilon: 1e-5, momentum: 0.9 }), x);
}

/** ReLU6 */
function cut(x: SymbolicTensor, name: string): SymbolicTensor {
  return apply(layers.reLU({ name: `${name}.relu`, maxValue: 6 }), x);
}

function apply(layer: layers.Layer, x: SymbolicTensor): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}
