import type { SweepEnd, SweepSettings } from '../../protocol/lr-finder.ts';

/** fastai's: weight of the past in the smoothed loss, and the multiple of the best at which a sweep ends. */
export const SMOOTHING = 0.98;
const DIVERGED = 4;

/** Learning rate of an iteration (counted from 0): start · (end/start)^(i/n), fastai's `SchedExp`. The last is just below `end`. */
export function sweepRate(
  iteration: number,
  { start, end, steps }: Pick<SweepSettings, 'start' | 'end' | 'steps'>,
): number {
  return start * (end / start) ** (iteration / steps);
}

/**
 * The loss of one sweep as it comes: v ← βv + (1−β)·loss, smoothed = v/(1−βᵗ). A loss that is not a number makes all that
 * follow none.
 */
export class SweepCurve {
  readonly losses: number[] = [];
  readonly smoothed: number[] = [];
  #value = 0;
  #best = Number.POSITIVE_INFINITY;

  /** Returns the smoothed loss. */
  add(loss: number): number {
    this.losses.push(loss);
    this.#value = SMOOTHING * this.#value + (1 - SMOOTHING) * loss;
    const smoothed = this.#value / (1 - SMOOTHING ** this.losses.length);
    this.smoothed.push(smoothed);
    if (smoothed < this.#best) this.#best = smoothed;
    return smoothed;
  }

  /** Why nothing useful can follow; null: go on. */
  get ended(): Exclude<SweepEnd, 'completed' | 'stopped'> | null {
    const last = this.smoothed.at(-1);
    if (last === undefined) return null;
    if (!Number.isFinite(last)) return 'not-finite';
    return last > DIVERGED * this.#best ? 'diverged' : null;
  }
}
