import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import type { StoredTensor, WeightFile } from '../weights/weight-file.ts';
import { fromTorch, torchShape, torchSources } from './torch-layout.ts';

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

/**
 * Puts the tensors of a PyTorch file into the layers of their names. Layers that `wanted` leaves out keep their weights, and their
 * tensors count as extra.
 * @param rename a layer's name → its name in the file
 * @throws WeightFileError where a tensor is cut off
 */
export function loadByName(
  model: LayersModel,
  file: Pick<WeightFile, 'tensors'>,
  rename: (layer: string) => string,
  wanted: (layer: string) => boolean = () => true,
): WeightMatch {
  const match: WeightMatch = { matched: 0, missing: [], extra: [], wrongShape: [] };
  const used = new Set<string>();
  for (const layer of model.layers) {
    if (layer.weights.length === 0 || !wanted(layer.name)) continue;
    for (const [index, source] of torchSources(layer).entries()) {
      const weight = layer.weights[index];
      if (!weight || !source) continue;
      const name = `${rename(layer.name)}.${source.suffix}`;
      const stored = file.tensors.get(name);
      const shape = weight.shape as number[];
      const expected = torchShape(shape, source.layout);
      used.add(name);
      if (!stored) match.missing.push(name);
      else if (isColorFor(stored, expected)) {
        write(weight, fromTorch(sumColors(stored.read(), expected), shape, source.layout));
        match.matched++;
      } else if (!isSame(stored, expected)) match.wrongShape.push({ name, expected, found: [...stored.shape] });
      else {
        write(weight, fromTorch(stored.read(), shape, source.layout));
        match.matched++;
      }
    }
  }
  match.extra = [...file.tensors.keys()].filter((name) => !used.has(name) && !ignored.test(name));
  return match;
}

function write(weight: LayerVariable, values: Float32Array): void {
  tidy(() => {
    weight.write(tensor(values, weight.shape as number[]));
  });
}

/** The first convolution of a network that saw colours, for one that sees grey only. */
function isColorFor(stored: StoredTensor, expected: readonly number[]): boolean {
  const [filters, channels, ...rest] = expected;
  return channels === 1 && rest.length === 2 && isSame(stored, [filters ?? 0, 3, ...rest]);
}

/** A grey image is a coloured one of three equal channels: its kernel is the sum of theirs, as in fastai. */
function sumColors(values: Float32Array, [filters = 0, , height = 1, width = 1]: readonly number[]): Float32Array {
  const area = height * width;
  return Float32Array.from({ length: filters * area }, (_, i) => {
    const first = Math.floor(i / area) * 3 * area + (i % area);
    return (values[first] as number) + (values[first + area] as number) + (values[first + 2 * area] as number);
  });
}

function isSame(stored: StoredTensor, expected: readonly number[]): boolean {
  return stored.shape.length === expected.length && stored.shape.every((length, i) => length === expected[i]);
}
