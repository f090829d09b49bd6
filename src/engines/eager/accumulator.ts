import { add, dispose, keep, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { NamedArray } from '../engine.ts';
import { accumulatedStepsName, slotName } from '../weight-names.ts';
import type { TrainedWeight } from './trained.ts';
import { badState, readTensor } from './weights.ts';

/** Sums the gradients of several steps into those of one update. */
export class GradientAccumulator {
  readonly #weights: TrainedWeight[];
  readonly #steps: number;
  /** By the variables' own names. */
  #sums: Record<string, Tensor> = {};
  #count = 0;

  /** @param steps of one update, ≥ 1 */
  constructor(weights: TrainedWeight[], steps: number) {
    this.#weights = weights;
    this.#steps = steps;
  }

  /**
   * Takes over the gradients of a step.
   * @returns the sums, which are the caller's to dispose, or undefined before the last step of an update.
   */
  add(gradients: Record<string, Tensor>): Record<string, Tensor> | undefined {
    if (this.#steps === 1) return gradients;
    for (const [name, gradient] of Object.entries(gradients)) {
      const sum = this.#sums[name];
      this.#sums[name] = sum ? tidy(() => keep(add(sum, gradient))) : gradient;
      if (sum) dispose([sum, gradient]);
    }
    this.#count++;
    if (this.#count < this.#steps) return undefined;
    const sums = this.#sums;
    this.#sums = {};
    this.#count = 0;
    return sums;
  }

  /** Empty between updates. */
  async read(): Promise<NamedArray[]> {
    if (this.#count === 0) return [];
    const arrays = [{ name: accumulatedStepsName, shape: [], data: Float32Array.of(this.#count) } as NamedArray];
    for (const { name, variable } of this.#weights) {
      const sum = this.#sums[variable.name];
      if (sum) arrays.push(await readTensor(slotName(name, 'accumulated'), sum));
    }
    return arrays;
  }

  /**
   * @returns writes the sums
   * @throws EngineError `bad-state` when they don't fit; nothing is changed then.
   */
  prepareWrite(arrays: readonly NamedArray[]): () => void {
    const byName = new Map(arrays.map((array) => [array.name, array]));
    const count = byName.get(accumulatedStepsName)?.data[0] ?? 0;
    if (count >= this.#steps) throw badState(accumulatedStepsName);
    const sums = this.#weights.map(({ name, variable }) => {
      const data = byName.get(slotName(name, 'accumulated'))?.data;
      if (count > 0 && data?.length !== variable.size) throw badState(slotName(name, 'accumulated'));
      return data as Float32Array;
    });
    return () => {
      this.dispose();
      this.#count = count;
      if (count === 0) return;
      this.#weights.forEach(({ variable }, i) => {
        this.#sums[variable.name] = tensor((sums[i] as Float32Array).slice(), variable.shape);
      });
    };
  }

  /** Forgets the sums. */
  dispose(): void {
    dispose(this.#sums);
    this.#sums = {};
    this.#count = 0;
  }
}
