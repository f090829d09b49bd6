/**
 * Exponential moving average with bias correction (Adam's, Kingma & Ba 2015, §3): m ← βm + (1−β)x, shown m / (1 − βᵗ), so
 * that the first points are not drawn towards zero. Values that are not finite are passed over.
 */
export class MovingAverage {
  readonly beta: number;
  #mean = 0;
  #weight = 0;

  /** @param beta weight of the past, 0 (no smoothing) … < 1. */
  constructor(beta: number) {
    this.beta = beta;
  }

  /** Returns the average with `value` in it; NaN before the first finite value. */
  add(value: number): number {
    if (Number.isFinite(value)) {
      this.#mean = this.beta * this.#mean + (1 - this.beta) * value;
      this.#weight = this.beta * this.#weight + (1 - this.beta);
    }
    return this.#weight > 0 ? this.#mean / this.#weight : Number.NaN;
  }
}

export function smooth(values: ArrayLike<number>, beta: number): number[] {
  const average = new MovingAverage(beta);
  return Array.from(values, (value) => average.add(value));
}
