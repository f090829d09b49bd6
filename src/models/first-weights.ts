import { initializers } from '@tensorflow/tfjs-layers';

/**
 * How the kernels of convolutions begin, as torchvision has it for each of its networks: normal by He et al. 2015 with what leaves (`he-fan-out`)
 * or enters (`he-fan-in`) a kernel, evenly by He (`he-uniform`), or normal with the same spread everywhere.
 */
export type FirstWeights = 'he-fan-out' | 'he-fan-in' | 'he-uniform' | { deviation: number };

export interface Kernel {
  /** Height × width. */
  area: number;
  /** Channels that one output sees; 1 in a depthwise convolution. */
  entering: number;
  /** Channels that come out. PyTorch counts all of them in a depthwise convolution too. */
  leaving: number;
  seed: number;
}

/** TensorFlow.js' own scaling draws from a cut normal distribution without making up for it, and counts one channel in a depthwise convolution. */
export function firstWeights(kind: FirstWeights, { area, entering, leaving, seed }: Kernel) {
  if (typeof kind === 'object') return initializers.randomNormal({ mean: 0, stddev: kind.deviation, seed });
  const deviation = Math.sqrt(2 / (area * (kind === 'he-fan-out' ? leaving : entering)));
  if (kind !== 'he-uniform') return initializers.randomNormal({ mean: 0, stddev: deviation, seed });
  const bound = Math.sqrt(3) * deviation;
  return initializers.randomUniform({ minval: -bound, maxval: bound, seed });
}
