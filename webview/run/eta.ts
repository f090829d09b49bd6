import type { StepColumns } from './columns.ts';
import type { RunView } from './model.ts';

export interface Speed {
  imagesPerSecond: number;
  /** Share of the step time spent waiting for the loader, 0–1. */
  waitShare: number;
  /** Milliseconds a step. */
  stepMs: number;
}

/** Over the steps with index in [from, columns.length); null where there are none or they took no time. */
export function speed(columns: StepColumns, from: number): Speed | null {
  let ms = 0;
  let waitMs = 0;
  let images = 0;
  const start = Math.max(0, from);
  for (let at = start; at < columns.length; at++) {
    ms += columns.ms[at]!;
    waitMs += columns.waitMs[at]!;
    images += columns.images[at]!;
  }
  const steps = columns.length - start;
  if (steps <= 0 || ms <= 0) return null;
  return { imagesPerSecond: (images / ms) * 1000, waitShare: Math.min(1, waitMs / ms), stepMs: ms / steps };
}

/** Steps that say how fast a run is now. */
export const recentSteps = 200;

/**
 * Seconds to the end of the plan: remaining steps at the recent pace, and for each epoch still to be finished what the
 * last epochs took beyond their steps (validation, checkpoints). null: not known yet.
 */
export function secondsLeft(view: Pick<RunView, 'summary' | 'columns' | 'epochs'>): number | null {
  const { summary, columns, epochs } = view;
  const recent = speed(columns, columns.length - recentSteps);
  if (!recent || !summary.steps || summary.epochs <= 0) return null;
  const done = columns.lastStep();
  const stepsLeft = Math.max(0, summary.steps - done);
  const perEpoch = summary.steps / summary.epochs;
  const extra = epochs.slice(-3).map((epoch) => {
    const from = columns.indexOfStep(epoch.step - perEpoch + 1);
    const to = columns.indexOfStep(epoch.step + 1);
    let ms = 0;
    for (let at = from; at < to; at++) ms += columns.ms[at]!;
    return Math.max(0, epoch.seconds - ms / 1000);
  });
  const overhead = extra.length ? extra.reduce((sum, value) => sum + value, 0) / extra.length : 0;
  const epochsLeft = Math.max(0, summary.epochs - (epochs.at(-1)?.epoch ?? 0));
  return (stepsLeft * recent.stepMs) / 1000 + epochsLeft * overhead;
}

/** Share of the plan that is done, 0–1; null: the plan is not known yet. */
export function progressShare(view: Pick<RunView, 'summary'>): number | null {
  const { step, steps, epoch, epochs } = view.summary;
  if (steps) return Math.min(1, step / steps);
  return epochs > 0 && epoch > 0 ? Math.min(1, (epoch - 1) / epochs) : null;
}
