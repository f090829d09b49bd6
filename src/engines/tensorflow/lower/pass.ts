import type { Graph } from '../graph/graph.ts';
import type { Tensor, Variable } from '../graph/types.ts';
import type { LayerConfig } from './layer-config.ts';

/**
 * One lowering of a model's layers into a graph. Training and inference are separate passes, each with reads of its own:
 * a training step must not run what belongs to inference.
 */
export interface Pass {
  readonly graph: Graph;
  readonly mode: 'training' | 'inference';
  /** int32 scalar that changes with every step; what dropout drops follows from it. */
  readonly stepSeed: Tensor | null;
  /** Filled while lowering in training mode: the moving statistics' next values. */
  readonly statistics: StatisticUpdate[];
}

export interface StatisticUpdate {
  variable: Variable;
  value: Tensor;
}

/** What the lowering of one layer can ask for. */
export interface LayerContext {
  readonly pass: Pass;
  readonly graph: Graph;
  readonly name: string;
  readonly config: LayerConfig;
  /** The layer's place in the model, counted from 0. */
  readonly position: number;
  /** The value of the weight with this role (`kernel`, `bias`, `gamma` …), null where the layer has none. */
  weight(role: string): Tensor | null;
  variable(role: string): Variable;
}

export type LayerLowering = (context: LayerContext, inputs: readonly Tensor[]) => Tensor;
