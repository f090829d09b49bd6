import { add, multiply, sum, unary } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../graph/types.ts';
import { type LayerConfig, Unsupported } from './layer-config.ts';
import type { Layer, Penalty } from './pass.ts';
import { findWeight } from './weights.ts';

const roles: Record<string, string> = {
  kernelRegularizer: 'kernel',
  biasRegularizer: 'bias',
  gammaRegularizer: 'gamma',
  betaRegularizer: 'beta',
  alphaRegularizer: 'alpha',
  depthwiseRegularizer: 'depthwise_kernel',
  pointwiseRegularizer: 'pointwise_kernel',
};

/** What the layer's regularisers add to the loss. @throws Unsupported for others than L1 and L2 of a weight */
export function penaltiesOf(layer: Layer, config: LayerConfig): Penalty[] {
  return config
    .keys()
    .filter((key) => key.endsWith('Regularizer') && config.isSet(key))
    .flatMap((key) => {
      const role = roles[key];
      if (!role) throw new Unsupported(`its ${key} is set`);
      const weight = findWeight(layer, role);
      // TensorFlow.js lets a layer have a regulariser of a weight it has not.
      return weight ? [{ weight, ...config.regularizer(key) }] : [];
    });
}

/** l1·Σ|w| + l2·Σw², a scalar. */
export function penaltyLoss(graph: Graph, weight: Tensor, { l1, l2 }: Penalty): Tensor {
  const axes = weight.shape.map((_, axis) => axis);
  const absolute = sum(graph, unary(graph, 'Abs', weight), axes, false);
  const square = sum(graph, multiply(graph, weight, weight), axes, false);
  return add(graph, multiply(graph, absolute, l1), multiply(graph, square, l2));
}

/** l1·sign(w) + 2·l2·w */
export function penaltyGradient(graph: Graph, weight: Tensor, { l1, l2 }: Penalty): Tensor {
  const slope = multiply(graph, weight, 2 * l2);
  return l1 === 0 ? slope : add(graph, slope, multiply(graph, unary(graph, 'Sign', weight), l1));
}
