import { clone, dispose, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NamedArray } from '../engine.ts';
import { weightNames } from '../weight-names.ts';
import type { UpdateOps } from './ops.ts';
import { expectWeights, readTensor, setVariable, variableOf } from './weights.ts';

/** An exponential moving average of all weights of a model, batch-norm statistics included. */
export class WeightAverage {
  readonly #model: LayersModel;
  readonly #decay: number;
  readonly #updates: UpdateOps;
  /** In the order of `model.weights`; empty before the first update. */
  #averages: Variable[] = [];

  constructor(model: LayersModel, decay: number, updates: UpdateOps) {
    this.#model = model;
    this.#decay = decay;
    this.#updates = updates;
  }

  /** To be called after each update of the weights. */
  async update(): Promise<void> {
    if (this.#averages.length === 0) {
      this.#start(await Promise.all(this.#weights().map(async (weight) => (await weight.data()) as Float32Array)));
      return;
    }
    for (const [i, weight] of this.#weights().entries()) {
      this.#updates.average(this.#averages[i] as Variable, weight, this.#decay);
    }
  }

  /** Does something while the model holds the averages, or its own weights before the first update. */
  async during<T>(use: () => Promise<T>): Promise<T> {
    if (this.#averages.length === 0) return use();
    const weights = this.#weights();
    const own = tidy(() => weights.map((weight) => clone(weight)));
    weights.forEach((weight, i) => {
      tidy(() => weight.assign(clone(this.#averages[i] as Variable)));
    });
    try {
      return await use();
    } finally {
      weights.forEach((weight, i) => {
        weight.assign(own[i] as Variable);
      });
      dispose(own);
    }
  }

  /** Named and ordered as the model's weights; empty before the first update. */
  async read(): Promise<NamedArray[]> {
    const names = weightNames(this.#model);
    return Promise.all(this.#averages.map((average, i) => readTensor(names[i] as string, average)));
  }

  /**
   * @returns writes the averages
   * @throws EngineError `bad-state` when they don't fit the model; nothing is changed then.
   */
  prepareWrite(arrays: readonly NamedArray[]): () => void {
    if (arrays.length > 0) expectWeights(this.#model, arrays);
    return () => {
      this.dispose();
      this.#start(arrays.map(({ data }) => data));
    };
  }

  /** Forgets the averages. */
  dispose(): void {
    dispose(this.#averages);
    this.#averages = [];
  }

  #start(values: Float32Array[]): void {
    const weights = this.#weights();
    this.#averages = values.map((data, i) => {
      const average = tidy(() => variable(clone(weights[i] as Variable), false));
      setVariable(average, data);
      return average;
    });
  }

  #weights(): Variable[] {
    return this.#model.weights.map(variableOf);
  }
}
