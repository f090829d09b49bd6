import { type LayerConfig, Unsupported } from '../../engines/tensorflow/lower/layer-config.ts';
import type { Shape, Weight } from '../flat-model.ts';
import type { Attribute } from './graph.ts';

type Pair = readonly [number, number];

/**
 * Attributes of a convolution or pooling window that places it exactly as TensorFlow.js does. ONNX's own `auto_pad` is
 * deprecated and unclear where a stride is larger than the window, so the padding is written out.
 * @param shape of the input, [batch, height, width, channel]
 */
export function windowAttributes(
  config: LayerConfig,
  window: Pair,
  shape: Shape,
  missingStrides: Pair = [1, 1],
): Record<string, Attribute> {
  const strides = config.pair('strides', missingStrides);
  const dilations = config.pair('dilationRate');
  const padding = config.string('padding', 'valid');
  if (padding !== 'same' && padding !== 'valid') throw new Unsupported(`its padding is ${padding}`);
  const [top, bottom] = padding === 'same' ? samePadding(shape[1], window[0], strides[0], dilations[0]) : [0, 0];
  const [left, right] = padding === 'same' ? samePadding(shape[2], window[1], strides[1], dilations[1]) : [0, 0];
  return {
    kernel_shape: { integers: window },
    strides: { integers: strides },
    pads: { integers: [top, left, bottom, right] },
    ...(dilations[0] === 1 && dilations[1] === 1 ? {} : { dilations: { integers: dilations } }),
  };
}

/** [before, after] of one axis; what is odd goes behind, as in TensorFlow. */
export function samePadding(size: number | null | undefined, window: number, stride: number, dilation = 1): Pair {
  if (size === null || size === undefined) throw new Unsupported('the size of its input is not fixed');
  const reach = (window - 1) * dilation + 1;
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** [height, width, channel, filter] → [filter, channel, height, width] */
export function kernelFirst({ shape, data }: Weight): [shape: number[], data: Float32Array] {
  const [height, width, channels, filters] = shape as [number, number, number, number];
  const turned = new Float32Array(data.length);
  let at = 0;
  for (let place = 0; place < height * width; place++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let filter = 0; filter < filters; filter++) {
        turned[(filter * channels + channel) * height * width + place] = data[at++] as number;
      }
    }
  }
  return [[filters, channels, height, width], turned];
}
