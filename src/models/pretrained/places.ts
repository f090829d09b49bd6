import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';

export type Layer = layers.Layer;

/** Where a weight of a network is in a file. */
export interface WeightPlace {
  /** As the file has it, or would have it. */
  name: string;
  /** Shapes that it may have there; the first is the usual one. */
  shapes: readonly (readonly number[])[];
  /** From the file's order of values to the network's. */
  arrange(values: Float32Array): Float32Array;
}

/** A place for each of a layer's weights, in their order; null for a weight that the file's framework has no word for. */
export type PlaceFinder = (layer: Layer) => (PlaceOf | null)[];

/** The place of a weight, if the weight had this shape: the first convolution may see other channels than the file's did. */
export type PlaceOf = (shape: readonly number[]) => WeightPlace;

/** Variances to which a batch norm of ours, which adds its own epsilon, adds what another one adds. */
export function withEpsilon(variances: Float32Array, more: number): Float32Array {
  return more === 0 ? variances : variances.map((value) => value + more);
}

/** The last word of a weight's name: `kernel`, `moving_mean` … */
export function roleOf(weight: LayerVariable): string {
  return weight.originalName.split('/').at(-1) ?? '';
}
