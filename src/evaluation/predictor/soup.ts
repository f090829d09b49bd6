import type { NamedArray } from '../../engines/engine.ts';

/** Mean of several networks' weights (Wortsman et al. 2022), in the order of the first. @param all of equal shapes */
export function averageWeights(all: readonly NamedArray[][]): NamedArray[] {
  const [first] = all;
  if (!first) throw new RangeError('No weights to average.');
  return first.map(({ name, shape, data }, at) => ({
    name,
    shape,
    data: data.map((_, i) => {
      let sum = 0;
      for (const weights of all) sum += weights[at]?.data[i] as number;
      return sum / all.length;
    }),
  }));
}

/** Adds batch-norm statistics of several batches up: their plain means. */
export class StatisticsMean {
  readonly #sums: Float64Array[];
  #batches = 0;

  /** @param lengths of each array of statistics */
  constructor(lengths: readonly number[]) {
    this.#sums = lengths.map((length) => new Float64Array(length));
  }

  add(arrays: readonly Float32Array[]): void {
    arrays.forEach((values, at) => {
      const sums = this.#sums[at] as Float64Array;
      values.forEach((value, i) => {
        sums[i] = (sums[i] as number) + value;
      });
    });
    this.#batches++;
  }

  result(): Float32Array[] {
    return this.#sums.map((sums) => Float32Array.from(sums, (sum) => sum / this.#batches));
  }
}
