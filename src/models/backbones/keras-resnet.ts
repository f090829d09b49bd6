import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Bottleneck, bottlenecks, EXPANSION } from './bottlenecks.ts';
import { activation, add, type BackboneContext, conv, maxPool, norm } from './layers.ts';

export type KerasResNetVariant = 'resnet50' | 'resnet101';

/**
 * ResNet as Keras has it, with torchvision's names: biases beside the batch norms, and the stride on the first 1 × 1 convolution of a
 * stage (He et al. 2016) where torchvision has it on the 3 × 3. [batch, height, width, 3] → [batch, height/32, width/32, 2048].
 */
export function kerasResNet(
  image: SymbolicTensor,
  context: BackboneContext,
  variant: KerasResNetVariant,
): SymbolicTensor {
  let x = conv(image, context, { name: 'conv1', filters: 64, kernel: 7, stride: 2, padding: 3, bias: true });
  x = activation(norm(x, context, 'bn1'), 'relu', 'relu');
  x = maxPool(x, { name: 'maxpool', kernel: 3, stride: 2, padding: 1 });
  return bottlenecks(
    x,
    variant === 'resnet50' ? 50 : 101,
    (input, options) => bottleneck(input, context, options),
    (stage, i) => stage > 0 && i === 0,
  );
}

function bottleneck(
  input: SymbolicTensor,
  context: BackboneContext,
  { name, channels, stride, project }: Bottleneck,
): SymbolicTensor {
  const filters = EXPANSION * channels;
  let shortcut = input;
  if (project) {
    shortcut = conv(input, context, { name: `${name}.downsample.0`, filters, kernel: 1, stride, bias: true });
    shortcut = norm(shortcut, context, `${name}.downsample.1`);
  }
  let x = conv(input, context, { name: `${name}.conv1`, filters: channels, kernel: 1, stride, bias: true });
  x = activation(norm(x, context, `${name}.bn1`), 'relu', `${name}.relu1`);
  x = conv(x, context, { name: `${name}.conv2`, filters: channels, kernel: 3, bias: true });
  x = activation(norm(x, context, `${name}.bn2`), 'relu', `${name}.relu2`);
  x = conv(x, context, { name: `${name}.conv3`, filters, kernel: 1, bias: true });
  x = norm(x, context, `${name}.bn3`);
  return activation(add(shortcut, x, `${name}.add`), 'relu', `${name}.relu`);
}
