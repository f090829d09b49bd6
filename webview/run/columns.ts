import type { StepEvent } from '../../src/protocol/events.ts';
import type { StepSeries } from '../../src/protocol/run-panel.ts';

export type Step = StepEvent & { t: number };

/**
 * The step curve as typed columns that grow by a quarter: 48 bytes a step, so a million steps take 48 to 60 MB.
 * Steps come in increasing order.
 */
export class StepColumns {
  length = 0;
  step = new Int32Array(0);
  /** Milliseconds since 1970. */
  t = new Float64Array(0);
  /** Seconds since the first step began, without the pauses before a resume. */
  elapsed = new Float64Array(0);
  epoch = new Int32Array(0);
  loss = new Float32Array(0);
  accuracy = new Float32Array(0);
  learningRate = new Float32Array(0);
  ms = new Float32Array(0);
  waitMs = new Float32Array(0);
  images = new Int32Array(0);
  readonly #resumedAt: readonly number[];

  /** @param resumedAt milliseconds since 1970, increasing. */
  constructor(resumedAt: readonly number[] = []) {
    this.#resumedAt = resumedAt;
  }

  static from(series: StepSeries, resumedAt: readonly number[] = []): StepColumns {
    const columns = new StepColumns(resumedAt);
    const length = series.step.length;
    columns.#reserve(length);
    for (let at = 0; at < length; at++) {
      columns.append({
        kind: 'step',
        step: series.step[at]!,
        t: series.t[at]!,
        epoch: series.epoch[at]!,
        loss: series.loss[at]!,
        accuracy: series.accuracy[at]!,
        learningRate: series.learningRate[at]!,
        ms: series.ms[at]!,
        waitMs: series.waitMs[at]!,
        images: series.images[at]!,
      });
    }
    return columns;
  }

  append(step: Step): void {
    if (this.length === this.step.length) this.#reserve(Math.max(256, Math.ceil(this.length * 1.25)));
    const at = this.length++;
    this.step[at] = step.step;
    this.t[at] = step.t;
    this.elapsed[at] = at === 0 ? step.ms / 1000 : this.elapsed[at - 1]! + this.#seconds(at - 1, step);
    this.epoch[at] = step.epoch;
    // JSON has no NaN: a value that is not a number arrives as null and leaves a gap.
    this.loss[at] = step.loss ?? Number.NaN;
    this.accuracy[at] = step.accuracy ?? Number.NaN;
    this.learningRate[at] = step.learningRate ?? Number.NaN;
    this.ms[at] = step.ms;
    this.waitMs[at] = step.waitMs;
    this.images[at] = step.images;
  }

  /** Drops the steps from index `length` on. */
  truncate(length: number): void {
    this.length = Math.min(this.length, length);
  }

  lastStep(): number {
    return this.length ? this.step[this.length - 1]! : 0;
  }

  /** Index of the first step whose number is ≥ `step`; `length` where there is none. */
  indexOfStep(step: number): number {
    return lowerBound(this.step, this.length, step);
  }

  #seconds(previous: number, step: Step): number {
    const before = this.t[previous]!;
    const paused = this.#resumedAt.some((t) => t > before && t <= step.t);
    return paused ? step.ms / 1000 : Math.max(0, step.t - before) / 1000;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.step.length) return;
    const wider = <T extends Int32Array | Float32Array | Float64Array>(old: T): T => {
      const Column = old.constructor as new (length: number) => T;
      const column = new Column(capacity);
      column.set(old);
      return column;
    };
    this.step = wider(this.step);
    this.t = wider(this.t);
    this.elapsed = wider(this.elapsed);
    this.epoch = wider(this.epoch);
    this.loss = wider(this.loss);
    this.accuracy = wider(this.accuracy);
    this.learningRate = wider(this.learningRate);
    this.ms = wider(this.ms);
    this.waitMs = wider(this.waitMs);
    this.images = wider(this.images);
  }
}

/** First index in `values[0…length)` (increasing) whose value is ≥ `wanted`. */
export function lowerBound(values: ArrayLike<number>, length: number, wanted: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
