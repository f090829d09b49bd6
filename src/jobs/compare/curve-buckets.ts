import type { CurveSeries } from '../../protocol/compare.ts';

/**
 * A curve of any length in a bounded number of buckets of consecutive points: each keeps lowest, highest and mean value, so that
 * no spike is lost, and where its last point stands. When the buckets run out, neighbours merge. Appending costs O(1).
 */
export class CurveBuckets {
  /** Points a bucket holds: a power of two. */
  private size = 1;
  private length = 0;
  private inLast = 0;
  private readonly capacity: number;
  private readonly step: Float32Array;
  private readonly epoch: Float32Array;
  private readonly time: Float32Array;
  private readonly low: Float32Array;
  private readonly high: Float32Array;
  private readonly sum: Float64Array;
  private readonly finite: Float64Array;

  /** @param capacity buckets at most; even. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.step = new Float32Array(capacity);
    this.epoch = new Float32Array(capacity);
    this.time = new Float32Array(capacity);
    this.low = new Float32Array(capacity);
    this.high = new Float32Array(capacity);
    this.sum = new Float64Array(capacity);
    this.finite = new Float64Array(capacity);
  }

  clear(): void {
    this.size = 1;
    this.length = 0;
    this.inLast = 0;
  }

  /** @param epoch epochs done; @param time seconds trained; @param value NaN only takes its place. */
  add(step: number, epoch: number, time: number, value: number): void {
    if (this.length === 0 || this.inLast === this.size) this.open();
    const at = this.length - 1;
    this.inLast++;
    this.step[at] = step;
    this.epoch[at] = epoch;
    this.time[at] = time;
    if (!Number.isFinite(value)) return;
    if (!(value >= (this.low[at] as number))) this.low[at] = value;
    if (!(value <= (this.high[at] as number))) this.high[at] = value;
    this.sum[at] = (this.sum[at] as number) + value;
    this.finite[at] = (this.finite[at] as number) + 1;
  }

  /** null where there is no point yet. */
  series(): CurveSeries | null {
    const { length, size } = this;
    if (length === 0) return null;
    const mean = Float32Array.from({ length }, (_, at) => (this.sum[at] as number) / (this.finite[at] as number));
    const part = (column: Float32Array) => column.slice(0, length);
    return {
      step: part(this.step),
      epoch: part(this.epoch),
      time: part(this.time),
      mean,
      ...(size > 1 ? { low: part(this.low), high: part(this.high) } : {}),
    };
  }

  private open(): void {
    if (this.length === this.capacity) this.merge();
    if (this.length > 0 && this.inLast < this.size) return;
    const at = this.length++;
    this.low[at] = Number.NaN;
    this.high[at] = Number.NaN;
    this.sum[at] = 0;
    this.finite[at] = 0;
    this.inLast = 0;
  }

  private merge(): void {
    const half = this.length / 2;
    for (let at = 0; at < half; at++) {
      const [left, right] = [2 * at, 2 * at + 1];
      this.step[at] = this.step[right] as number;
      this.epoch[at] = this.epoch[right] as number;
      this.time[at] = this.time[right] as number;
      this.low[at] = lesser(this.low[left] as number, this.low[right] as number);
      this.high[at] = -lesser(-(this.high[left] as number), -(this.high[right] as number));
      this.sum[at] = (this.sum[left] as number) + (this.sum[right] as number);
      this.finite[at] = (this.finite[left] as number) + (this.finite[right] as number);
    }
    this.length = half;
    this.size *= 2;
    this.inLast = this.size;
  }
}

/** NaN loses. */
function lesser(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return b < a ? b : a;
}
