import { tensor, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
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
      else if (!isSame(stored, expected)) match.wrongShape.push({ name, expected, found: [...stored.shape] });
      else {
        const values = fromTorch(stored.read(), shape, source.layout);
        tidy(() => {
          weight.write(tensor(values, shape));
        });
        match.matched++;
      }
    }
  }
  match.extra = [...file.tensors.keys()].filter((name) => !used.has(name) && !ignored.test(name));
  return match;
}

function isSame(stored: StoredTensor, expected: readonly number[]): boolean {
  return stored.shape.length === expected.length && stored.shape.every((length, i) => length === expected[i]);
}
