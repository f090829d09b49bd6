import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import type { StoredTensor, WeightFile } from '../weights/weight-file.ts';
import type { PlaceFinder, PlaceOf } from './places.ts';

/** How the tensors of a file fit a network. */
export interface WeightMatch {
  /** Weights of the network that the file has, in the right shape. */
  matched: number;
  /** Names, as the file would have them. */
  missing: string[];
  /** Tensors of the file that the network has no place for. */
  extra: string[];
  wrongShape: { name: string; expected: number[]; found: number[] }[];
}

/** Counters that PyTorch keeps beside its batch norms. */
const ignored = /(^|\.)num_batches_tracked$/;
const COLORS = 3;

/**
 * Puts the tensors of a file into the layers they belong to. Layers that `wanted` leaves out keep their weights, and their
 * tensors count as extra.
 * @throws WeightFileError where a tensor is cut off
 */
export function loadWeights(
  model: LayersModel,
  file: Pick<WeightFile, 'tensors'>,
  places: PlaceFinder,
  wanted: (layer: string) => boolean = () => true,
): WeightMatch {
  const match: WeightMatch = { matched: 0, missing: [], extra: [], wrongShape: [] };
  const used = new Set<string>();
  for (const layer of model.layers) {
    if (layer.weights.length === 0 || !wanted(layer.name)) continue;
    for (const [index, placeOf] of places(layer).entries()) {
      const weight = layer.weights[index];
      if (!weight || !placeOf) continue;
      const shape = weight.shape as number[];
      const place = placeOf(shape);
      const stored = file.tensors.get(place.name);
      used.add(place.name);
      if (!stored) {
        match.missing.push(place.name);
        continue;
      }
      const values = valuesFor(shape, stored, placeOf);
      if (values) {
        write(weight, values);
        match.matched++;
      } else {
        match.wrongShape.push({ name: place.name, expected: [...(place.shapes[0] ?? [])], found: [...stored.shape] });
      }
    }
  }
  match.extra = [...file.tensors.keys()].filter((name) => !used.has(name) && !ignored.test(name));
  return match;
}

/** In the order of the network; null where the shape fits neither as it is nor as a first convolution that saw colours. */
function valuesFor(shape: readonly number[], stored: StoredTensor, placeOf: PlaceOf): Float32Array | null {
  const place = placeOf(shape);
  if (place.shapes.some((one) => isSame(stored, one))) return place.arrange(stored.read());
  const [height = 0, width = 0, channels = 0, filters = 0] = shape;
  if (shape.length !== 4 || channels === COLORS) return null;
  const colored = placeOf([height, width, COLORS, filters]);
  if (!colored.shapes.some((one) => isSame(stored, one))) return null;
  return adaptChannels(colored.arrange(stored.read()), { from: COLORS, to: channels, filters });
}

function write(weight: LayerVariable, values: Float32Array): void {
  tidy(() => {
    weight.write(tensor(values, weight.shape as number[]));
  });
}

/**
 * The kernel [height, width, channel, filter] of a first convolution, for another number of channels, as timm adapts it: for one channel the sum
 * over those there were, so that a grey image gives what it gave in colours; else they are repeated in their order, times the share of
 * channels, so that outputs stay as large.
 */
export function adaptChannels(
  kernel: Float32Array,
  { from, to, filters }: { from: number; to: number; filters: number },
): Float32Array {
  const positions = kernel.length / (from * filters);
  const result = new Float32Array(positions * to * filters);
  for (let i = 0; i < positions; i++) {
    for (let filter = 0; filter < filters; filter++) {
      const at = (channel: number) => kernel[(i * from + channel) * filters + filter] as number;
      if (to === 1) {
        let sum = 0;
        for (let channel = 0; channel < from; channel++) sum += at(channel);
        result[i * filters + filter] = sum;
      } else {
        for (let channel = 0; channel < to; channel++)
          result[(i * to + channel) * filters + filter] = (at(channel % from) * from) / to;
      }
    }
  }
  return result;
}

function isSame(stored: StoredTensor, expected: readonly number[]): boolean {
  return stored.shape.length === expected.length && stored.shape.every((length, i) => length === expected[i]);
}
