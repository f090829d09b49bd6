import { MovingAverage } from '../ui/smoothing.ts';
import type { XAxis } from '../ui/ticks.ts';
import { stepsPerEpoch, xOfIndex } from './axis.ts';
import type { StepColumns } from './columns.ts';
import { bucketSize, MinMaxBuckets } from './decimate.ts';
import type { RunView } from './model.ts';

export interface Point {
  x: number;
  y: number;
}

/** Step numbers, both included. */
export type StepRange = readonly [first: number, last: number];

export interface CurveOptions {
  axis: XAxis;
  /**
   * Weight of the past from one drawn point to the next, 0–0.99. A curve that is drawn with `n` steps a point is smoothed
   * with the n-th root of it from step to step, so that a long run looks as smooth as a short one.
   */
  smoothing: number;
  /** What the charts are zoomed to; null: the whole run. */
  range: StepRange | null;
}

/** One drawn line: its buckets, and the points made of them, which are reused from frame to frame. */
class Curve {
  readonly points: Point[] = [];
  readonly buckets = new MinMaxBuckets();

  refresh(columns: StepColumns, axis: XAxis, perEpoch: number | null): void {
    let used = 0;
    this.buckets.forEach((index, y) => {
      const x = xOfIndex(columns, index, axis, perEpoch);
      const point = this.points[used];
      if (point) {
        point.x = x;
        point.y = y;
      } else {
        this.points[used] = { x, y };
      }
      used++;
    });
    this.points.length = used;
  }

  /** The value drawn nearest to `x`; null where nothing is drawn. */
  nearest(x: number): number | null {
    const { points } = this;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (points[middle]!.x < x) low = middle + 1;
      else high = middle;
    }
    const after = points[low];
    const before = points[low - 1];
    if (!after || !before) return (after ?? before)?.y ?? null;
    return x - before.x < after.x - x ? before.y : after.y;
  }
}

export type CurveName = 'loss' | 'lossSmooth' | 'accuracy' | 'accuracySmooth' | 'learningRate';

/** The step curves of a run as drawn. New steps are taken in as they come; only a changed view of old ones starts over. */
export class StepCurves {
  readonly curves: Record<CurveName, Curve> = {
    loss: new Curve(),
    lossSmooth: new Curve(),
    accuracy: new Curve(),
    accuracySmooth: new Curve(),
    learningRate: new Curve(),
  };
  #taken = 0;
  #key = '';
  #averages = { loss: new MovingAverage(0), accuracy: new MovingAverage(0) };

  sync(view: RunView, options: CurveOptions): void {
    const { columns } = view;
    // One step more on each side, so that lines run to the edge of a zoomed chart.
    const [low, high] = options.range ?? [0, Number.POSITIVE_INFINITY];
    const first = Math.max(0, columns.indexOfStep(low) - 1);
    const last = Math.min(columns.length - 1, columns.indexOfStep(high + 1));
    const size = bucketSize(last - first + 1);
    const key = [view.generation, options.smoothing, options.range, size].join();
    if (key !== this.#key) this.#restart(key, options.smoothing ** (1 / size));
    this.#take(columns, first, last);
    const perEpoch = stepsPerEpoch(view.summary, view.epochs);
    for (const curve of Object.values(this.curves)) curve.refresh(columns, options.axis, perEpoch);
  }

  #restart(key: string, beta: number): void {
    this.#key = key;
    this.#taken = 0;
    this.#averages = { loss: new MovingAverage(beta), accuracy: new MovingAverage(beta) };
    for (const curve of Object.values(this.curves)) curve.buckets.clear();
  }

  #take(columns: StepColumns, first: number, last: number): void {
    const { loss, lossSmooth, accuracy, accuracySmooth, learningRate } = this.curves;
    for (; this.#taken < columns.length; this.#taken++) {
      const at = this.#taken;
      const smoothLoss = this.#averages.loss.add(columns.loss[at]!);
      const smoothAccuracy = this.#averages.accuracy.add(columns.accuracy[at]!);
      if (at < first || at > last) continue;
      loss.buckets.add(at, columns.loss[at]!);
      accuracy.buckets.add(at, columns.accuracy[at]!);
      learningRate.buckets.add(at, columns.learningRate[at]!);
      lossSmooth.buckets.add(at, smoothLoss);
      accuracySmooth.buckets.add(at, smoothAccuracy);
    }
  }
}
