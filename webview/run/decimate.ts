const bucketLimit = 512;

/** Points per bucket when `length` points are in. */
export function bucketSize(length: number, capacity = bucketLimit): number {
  let size = 1;
  while (size * capacity < length) size *= 2;
  return size;
}

/**
 * Keeps a curve of any length drawable: points fall into equal buckets of consecutive indices, and each bucket keeps its
 * lowest and highest point, so no spike is lost. When the buckets run out, neighbours merge and the bucket size doubles.
 * Appending costs O(1), memory O(buckets).
 */
export class MinMaxBuckets {
  readonly capacity: number;
  /** Points per bucket: a power of two. */
  size = 1;
  #count = 0;
  #inLast = 0;
  readonly #lowAt: Float64Array;
  readonly #highAt: Float64Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;

  /** @param capacity buckets at most; even. A curve gives at most twice as many points. */
  constructor(capacity = bucketLimit) {
    this.capacity = capacity;
    this.#lowAt = new Float64Array(capacity);
    this.#highAt = new Float64Array(capacity);
    this.#low = new Float64Array(capacity);
    this.#high = new Float64Array(capacity);
  }

  clear(): void {
    this.size = 1;
    this.#count = 0;
    this.#inLast = 0;
  }

  /** @param index increasing by one from call to call; `value` may be NaN, which only takes its place. */
  add(index: number, value: number): void {
    if (this.#count === 0 || this.#inLast === this.size) {
      if (this.#count === this.capacity) this.#merge();
      if (this.#count === 0 || this.#inLast === this.size) this.#open();
    }
    const at = this.#count - 1;
    this.#inLast++;
    if (!Number.isFinite(value)) return;
    if (!(this.#low[at]! <= value)) {
      this.#low[at] = value;
      this.#lowAt[at] = index;
    }
    if (!(this.#high[at]! >= value)) {
      this.#high[at] = value;
      this.#highAt[at] = index;
    }
  }

  /** Visits the kept points in the order of their indices. */
  forEach(visit: (index: number, value: number) => void): void {
    for (let at = 0; at < this.#count; at++) {
      const low = this.#low[at]!;
      const high = this.#high[at]!;
      if (Number.isNaN(low)) continue;
      const [lowAt, highAt] = [this.#lowAt[at]!, this.#highAt[at]!];
      if (lowAt === highAt) {
        visit(lowAt, low);
      } else if (lowAt < highAt) {
        visit(lowAt, low);
        visit(highAt, high);
      } else {
        visit(highAt, high);
        visit(lowAt, low);
      }
    }
  }

  #open(): void {
    this.#low[this.#count] = Number.NaN;
    this.#high[this.#count] = Number.NaN;
    this.#count++;
    this.#inLast = 0;
  }

  #merge(): void {
    const half = this.#count / 2;
    for (let at = 0; at < half; at++) {
      const [left, right] = [2 * at, 2 * at + 1];
      // A bucket of NaN loses every comparison.
      const low = this.#low[right]! < this.#low[left]! || Number.isNaN(this.#low[left]!) ? right : left;
      const high = this.#high[right]! > this.#high[left]! || Number.isNaN(this.#high[left]!) ? right : left;
      const kept = [this.#low[low]!, this.#lowAt[low]!, this.#high[high]!, this.#highAt[high]!] as const;
      [this.#low[at], this.#lowAt[at], this.#high[at], this.#highAt[at]] = kept;
    }
    this.#count = half;
    this.size *= 2;
    this.#inLast = this.size;
  }
}
