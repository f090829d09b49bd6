import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import type { Graph } from '../graph/graph.ts';
import type { FloatType, Tensor, Variable } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';
import type { LayerConfig } from './layer-config.ts';

export type Layer = layers.Layer;

/** Which types a pass computes in. Weights, sums, statistics and all layers not named here are float32. */
export interface Precision {
  /** Convolutions, and what lies between them. */
  readonly products: FloatType;
  /** Depthwise convolutions, which no CPU does faster in bfloat16. */
  readonly depthwise: FloatType;
}

export const fullPrecision: Precision = { products: dataType.float, depthwise: dataType.float };

/** Where a pass gets its weights from, as float32. */
export interface WeightSource {
  value(source: LayerVariable): Tensor;
  /** @throws Error where the weights are constants. */
  variable(source: LayerVariable): Variable;
}

/** Kernel and bias of a convolution that does the batch norm behind it too. */
export interface FoldedWeights {
  kernel: Tensor;
  /** [filter] */
  bias: Tensor;
}

/**
 * One lowering of a model's layers into a graph. Training and inference are separate passes, each with reads of its own:
 * a training step must not run what belongs to inference.
 */
export interface Pass {
  readonly graph: Graph;
  readonly mode: 'training' | 'inference';
  readonly precision: Precision;
  readonly weights: WeightSource;
  /** int32 scalar that changes with every step; what dropout drops follows from it. */
  readonly stepSeed: Tensor | null;
  /** Whether a batch norm of this layer normalises by its moving statistics though the pass trains. */
  keepsStatistics(layer: Layer, path: string): boolean;
  /** By the convolution; its batch norm maps to null. */
  readonly folded: ReadonlyMap<Layer, FoldedWeights | null>;
  /** Filled while lowering in training mode: the moving statistics' next values. */
  readonly statistics: StatisticUpdate[];
  /** Filled while lowering in training mode: what layers' regularisers add to the loss. */
  readonly penalties: Penalty[];
  /** Sees each layer's output and may put another tensor in its place. */
  seen(layer: Layer, path: string, output: Tensor, inputs: readonly Tensor[]): Tensor;
}

export interface StatisticUpdate {
  variable: Variable;
  value: Tensor;
}

/** l1·Σ|w| + l2·Σw² */
export interface Penalty {
  weight: LayerVariable;
  l1: number;
  l2: number;
}

/** What the lowering of one layer can ask for. */
export interface LayerContext {
  readonly pass: Pass;
  readonly graph: Graph;
  readonly layer: Layer;
  readonly name: string;
  readonly config: LayerConfig;
  /** The layer's place in the model, counted from 0. */
  readonly position: number;
  /** Whether this layer's batch norm uses the batch's statistics and moves its own. */
  readonly movesStatistics: boolean;
  /** The value of the weight with this role (`kernel`, `bias`, `gamma` …), null where the layer has none. */
  weight(role: string): Tensor | null;
  variable(role: string): Variable;
}

export type LayerLowering = (context: LayerContext, inputs: readonly Tensor[]) => Tensor;

export function plainPass(pass: Pick<Pass, 'graph' | 'mode' | 'weights'> & Partial<Pass>): Pass {
  return {
    precision: fullPrecision,
    stepSeed: null,
    keepsStatistics: () => false,
    folded: new Map(),
    statistics: [],
    penalties: [],
    seen: (_layer, _path, output) => output,
    ...pass,
  };
}
