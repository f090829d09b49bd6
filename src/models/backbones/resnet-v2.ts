import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type Bottleneck, bottlenecks, EXPANSION, STAGES } from './bottlenecks.ts';
import { activation, add, type BackboneContext, conv, maxPool, norm } from './layers.ts';

export type ResNetV2Variant = 'resnet50v2' | 'resnet101v2';

/**
 * ResNet whose blocks normalise before they convolve (He et al. 2016, “Identity mappings”), as Keras has it: the stride is on the last block of
 * a stage. [batch, height, width, 3] → [batch, height/32, width/32, 2048].
 */
export function resNetV2(image: SymbolicTensor, context: BackboneContext, variant: ResNetV2Variant): SymbolicTensor {
  let x = conv(image, context, { name: 'conv1', filters: 64, kernel: 7, stride: 2, padding: 3, bias: true });
  // The zeros that pad it can be larger than what they stand beside, in Keras too.
  x = maxPool(x, { name: 'maxpool', kernel: 3, stride: 2, padding: 1 });
  x = bottlenecks(
    x,
    variant === 'resnet50v2' ? 50 : 101,
    (input, options) => bottleneck(input, context, options),
    (stage, i, blocks) => stage < STAGES - 1 && i === blocks - 1,
  );
  return activation(norm(x, context, 'norm'), 'relu', 'relu');
}

function bottleneck(
  input: SymbolicTensor,
  context: BackboneContext,
  { name, channels, stride, project }: Bottleneck,
): SymbolicTensor {
  const filters = EXPANSION * channels;
  const ready = activation(norm(input, context, `${name}.preact`), 'relu', `${name}.relu`);
  let shortcut = input;
  if (project) shortcut = conv(ready, context, { name: `${name}.downsample.0`, filters, kernel: 1, bias: true });
  else if (stride > 1) shortcut = maxPool(input, { name: `${name}.downsample`, kernel: 1, stride });
  let x = conv(ready, context, { name: `${name}.conv1`, filters: channels, kernel: 1 });
  x = activation(norm(x, context, `${name}.bn1`), 'relu', `${name}.relu1`);
  x = conv(x, context, { name: `${name}.conv2`, filters: channels, kernel: 3, stride, padding: 1 });
  x = activation(norm(x, context, `${name}.bn2`), 'relu', `${name}.relu2`);
  x = conv(x, context, { name: `${name}.conv3`, filters, kernel: 1, bias: true });
  return add(shortcut, x, `${name}.add`);
}
