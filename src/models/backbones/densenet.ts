import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { activation, type BackboneContext, channelsOf, concat, conv, maxPool, norm } from './layers.ts';

const blocks = [6, 12, 24, 16];
const GROWTH = 32;
/** Channels of the 1 × 1 convolution in a layer, in units of the growth. */
const BOTTLENECK = 4;

/** DenseNet-121 (Huang et al. 2017) with torchvision's names: [batch, height, width, 3] → [batch, height/32, width/32, 1024]. */
export function denseNet121(image: SymbolicTensor, context: BackboneContext): SymbolicTensor {
  let x = conv(image, context, { name: 'features.conv0', filters: 64, kernel: 7, stride: 2, padding: 3 });
  x = activation(norm(x, context, 'features.norm0'), 'relu', 'features.relu0');
  x = maxPool(x, { name: 'features.pool0', kernel: 3, stride: 2, padding: 1 });
  blocks.forEach((count, i) => {
    for (let k = 1; k <= count; k++) x = denseLayer(x, context, `features.denseblock${i + 1}.denselayer${k}`);
    if (i < blocks.length - 1) x = transition(x, context, `features.transition${i + 1}`);
  });
  return activation(norm(x, context, 'features.norm5'), 'relu', 'features.relu5');
}

function denseLayer(input: SymbolicTensor, context: BackboneContext, name: string): SymbolicTensor {
  let x = activation(norm(input, context, `${name}.norm1`), 'relu', `${name}.relu1`);
  x = conv(x, context, { name: `${name}.conv1`, filters: BOTTLENECK * GROWTH, kernel: 1 });
  x = activation(norm(x, context, `${name}.norm2`), 'relu', `${name}.relu2`);
  x = conv(x, context, { name: `${name}.conv2`, filters: GROWTH, kernel: 3 });
  return concat([input, x], `${name}.concat`);
}

/** Halves channels and picture. */
function transition(input: SymbolicTensor, context: BackboneContext, name: string): SymbolicTensor {
  let x = activation(norm(input, context, `${name}.norm`), 'relu', `${name}.relu`);
  x = conv(x, context, { name: `${name}.conv`, filters: Math.floor(channelsOf(x) / 2), kernel: 1 });
  const pool = layers.averagePooling2d({ name: `${name}.pool`, poolSize: 2, strides: 2, padding: 'valid' });
  return pool.apply(x) as SymbolicTensor;
}
