import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../training/config.ts';
import type { Fusions, Layer, Padding } from './plan.ts';

/** How one layer is called. */
export interface LayerCall {
  inputs: Tensor[];
  training: boolean;
  /** Its weights get gradients. */
  learns: boolean;
  /** Apply a ReLU to the result; only set for classes named in `EagerOps.fusions`. */
  relu: boolean;
  /** Zeros around the input; only for classes named in `EagerOps.fusions`. */
  padding?: Padding;
  /** Decides what a dropout layer drops. */
  seed: number;
}

/** Computes a layer's output with differentiable operations. */
export type LayerOp = (layer: Layer, call: LayerCall) => Tensor;

/** Calls a layer through TensorFlow.js. */
export function applyLayer(layer: Layer, { inputs, training }: LayerCall): Tensor {
  const result = layer.apply(inputs.length === 1 ? (inputs[0] as Tensor) : inputs, { training });
  return (Array.isArray(result) ? result[0] : result) as Tensor;
}

/** What happens to a gradient before the optimizer sees it: clamp(scale · g, ±limit) · factor. */
export interface GradientShaping {
  /** Makes a sum over accumulated batches their mean. */
  scale: number;
  /** Clipping by value; Infinity: none. */
  limit: number;
  /** Clipping by norm. */
  factor: number;
}

/** One weight with its gradient and slots, all of one shape. */
export interface WeightUpdate {
  weight: Variable;
  gradient: Tensor;
  shaping: GradientShaping;
  /** In the order of `slotsOf`. */
  slots: Variable[];
  /** λ, already 0 for weights that must not decay. */
  weightDecay: number;
  learningRate: number;
  /** 1 for the first update. */
  iteration: number;
}

/** What is done to weights outside of the gradient's computation. */
export interface UpdateOps {
  /** Writes the new weight and slots in place. */
  update(config: OptimizerConfig, update: WeightUpdate): void;
  /** average += (1 − decay) · (weight − average), in place. */
  average(average: Variable, weight: Variable, decay: number): void;
  /** Σ clamp(scale · g, ±limit)² over all elements of all gradients. */
  sumOfSquares(gradients: Tensor[], shaping: Omit<GradientShaping, 'factor'>): Promise<number>;
}

/** What an engine brings to the eager trainer beyond a registered TensorFlow.js backend. */
export interface EagerOps {
  /** Name of the TensorFlow.js backend. */
  backend: string;
  /** By class name; layers without an entry are called through TensorFlow.js. */
  layerOps: ReadonlyMap<string, LayerOp>;
  fusions: Fusions;
  updates: UpdateOps;
  /** Does work on the backend. @throws EngineError in place of what the backend throws, or does not throw, where it can. */
  guard<T>(work: () => Promise<T>): Promise<T>;
}
