import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../training/config.ts';
import type { Fusions, Layer, Padding } from './plan.ts';

/** How one layer is called. */
export interface LayerCall {
  inputs: Tensor[];
  training: boolean;
  /** Apply a ReLU to the result; only set for classes named in `EagerOps.fusions`. */
  relu: boolean;
  /** Zeros around the input; only for classes named in `EagerOps.fusions`. */
  padding?: Padding;
  /** Decides what a dropout layer drops. */
  seed: number;
}

/** Computes a layer's output with differentiable operations. */
export type LayerOp = (layer: Layer, call: LayerCall) => Tensor;

/** One weight with its gradient and slots, all of one shape. */
export interface WeightUpdate {
  weight: Variable;
  gradient: Tensor;
  /** SGD: [momentum], or none; Adam: [m, v]. */
  slots: Variable[];
  /** λ, already 0 for weights that must not decay. */
  weightDecay: number;
  learningRate: number;
  /** 1 for the first update. */
  iteration: number;
}

/** Writes the new weight and slots in place. */
export type UpdateOp = (config: OptimizerConfig, update: WeightUpdate) => void;

/** What an engine brings to the eager trainer beyond a registered TensorFlow.js backend. */
export interface EagerOps {
  /** Name of the TensorFlow.js backend. */
  backend: string;
  /** By class name; layers without an entry are called through TensorFlow.js. */
  layerOps: ReadonlyMap<string, LayerOp>;
  fusions: Fusions;
  update: UpdateOp;
  /** Turns what the backend throws into an EngineError where it can. */
  explain(error: unknown): unknown;
}
