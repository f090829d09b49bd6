import type { LossConfig } from '../../../training/config.ts';
import {
  add,
  bound,
  cast,
  compare,
  divide,
  multiply,
  negate,
  power,
  subtract,
  sum,
  unary,
} from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import { logSoftmax, sigmoid, softplus } from '../graph/nonlinear.ts';
import { sizeOf } from '../graph/reductions.ts';
import { reshape } from '../graph/reshaping.ts';
import { knownSize } from '../graph/shapes.ts';
import type { Tensor } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';

/** Keeps (1 − p)^(γ − 1) finite where γ < 1; its factor log p is 0 there. */
const LEAST_DOUBT = 1e-20;

export interface LoweredLoss {
  /** Scalar: the weighted sum over images divided by their number. */
  mean: Tensor;
  /** [batch, class]: its gradient by the logits. */
  byLogits: Tensor;
  /** int32 scalar: images whose most likely class has the largest target. */
  correct: Tensor;
}

/**
 * The loss as `TrainerOptions` defines it. Its gradient is written out: the derivative of a sum over classes f(p) by the logits
 * is a − p·Σ a with a = p·f′(p).
 * @param logits float32 [batch, class]
 * @param targets float32 [batch, class], before label smoothing
 * @param weights float32 [batch]
 */
export function lowerLoss(
  graph: Graph,
  config: LossConfig,
  classWeights: readonly number[] | null,
  logits: Tensor,
  targets: Tensor,
  weights: Tensor,
): LoweredLoss {
  const classes = knownSize(logits.shape, 1);
  const smooth = smoothed(graph, targets, config.labelSmoothing, classes);
  const factors = classWeights && graph.floats(classWeights);
  const { terms, slope } =
    config.name === 'binary'
      ? binary(graph, logits, smooth, factors)
      : overClasses(graph, config, logits, factors ? multiply(graph, smooth, factors) : smooth);
  const count = cast(graph, sizeOf(graph, weights), dataType.float);
  const shares = divide(graph, weights, count);
  const perImage = sum(graph, terms, [1], false);
  return {
    mean: sum(graph, multiply(graph, perImage, shares), [0], false),
    byLogits: multiply(graph, slope, reshape(graph, shares, [null, 1])),
    correct: countCorrect(graph, logits, targets),
  };
}

interface Terms {
  /** [batch, class]; their sum over the classes is the image's loss. */
  terms: Tensor;
  /** [batch, class]: the derivative of that sum by the logits. */
  slope: Tensor;
}

/** Cross-entropy −Σ t·log p, or focal −Σ t·(1 − p)^γ·log p, with p the softmax. */
function overClasses(graph: Graph, { name, focalGamma }: LossConfig, logits: Tensor, targets: Tensor): Terms {
  const logP = logSoftmax(graph, logits);
  const p = unary(graph, 'Exp', logP);
  const plain = multiply(graph, targets, logP);
  if (name !== 'focal') {
    return { terms: negate(graph, plain), slope: throughSoftmax(graph, p, negate(graph, targets)) };
  }
  const doubt = bound(graph, 'Maximum', negate(graph, unary(graph, 'Expm1', logP)), LEAST_DOUBT);
  const factor = power(graph, doubt, focalGamma);
  const rising = multiply(graph, multiply(graph, p, power(graph, doubt, focalGamma - 1)), logP);
  const slope = multiply(graph, targets, subtract(graph, multiply(graph, rising, focalGamma), factor));
  return { terms: negate(graph, multiply(graph, plain, factor)), slope: throughSoftmax(graph, p, slope) };
}

/** Σ w·(softplus(z) − t·z): one sigmoid a class. */
function binary(graph: Graph, logits: Tensor, targets: Tensor, factors: Tensor | null): Terms {
  const weighted = (x: Tensor) => (factors ? multiply(graph, x, factors) : x);
  return {
    terms: weighted(subtract(graph, softplus(graph, logits), multiply(graph, targets, logits))),
    slope: weighted(subtract(graph, sigmoid(graph, logits), targets)),
  };
}

/** a − p·Σ a */
function throughSoftmax(graph: Graph, p: Tensor, a: Tensor): Tensor {
  return subtract(graph, a, multiply(graph, p, sum(graph, a, [1], true)));
}

/** (1 − ε)·y + ε/K */
function smoothed(graph: Graph, targets: Tensor, share: number, classes: number): Tensor {
  return share === 0 ? targets : add(graph, multiply(graph, targets, 1 - share), share / classes);
}

function countCorrect(graph: Graph, logits: Tensor, targets: Tensor): Tensor {
  const hits = compare(graph, 'Equal', argMax(graph, logits), argMax(graph, targets));
  return sum(graph, cast(graph, hits, dataType.int32), [0], false);
}

/** int32 [batch] */
function argMax(graph: Graph, x: Tensor): Tensor {
  const attributes = { T: { type: x.type }, Tidx: { type: dataType.int32 }, output_type: { type: dataType.int32 } };
  return graph.tensor('ArgMax', [x, graph.integers(1)], attributes, {
    type: dataType.int32,
    shape: [x.shape[0] ?? null],
  });
}
