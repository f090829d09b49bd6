import { count, duration, figure } from '../ui/format.ts';
import type { XAxis } from '../ui/ticks.ts';
import { stepsPerEpoch, xOfEpoch, xOfIndex } from './axis.ts';
import type { Epoch, RunView } from './model.ts';

/** What the figures at one step are, for every chart at once. */
export interface Readout {
  x: number;
  /** `Step 1,234 · epoch 3.21 · 2 min 03 s`. */
  heading: string;
  loss: number;
  accuracy: number;
  learningRate: number;
  /** The measured epoch nearest to the step. */
  epoch: Epoch | null;
  epochX: number | null;
}

/** @param index of a step in `view.columns`; the caller has checked that it is there. */
export function readAt(view: RunView, index: number, axis: XAxis): Readout {
  const { columns } = view;
  const perEpoch = stepsPerEpoch(view.summary, view.epochs);
  const x = xOfIndex(columns, index, axis, perEpoch);
  const step = columns.step[index]!;
  const epoch = nearestEpoch(view.epochs, step);
  const where = perEpoch ? figure(step / perEpoch, 3) : String(columns.epoch[index]!);
  return {
    x,
    heading: `Step ${count(step)} · epoch ${where} · ${duration(columns.elapsed[index]!)}`,
    loss: columns.loss[index]!,
    accuracy: columns.accuracy[index]!,
    learningRate: columns.learningRate[index]!,
    epoch,
    epochX: epoch && xOfEpoch(view, epoch, axis),
  };
}

function nearestEpoch(epochs: readonly Epoch[], step: number): Epoch | null {
  let low = 0;
  let high = epochs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (epochs[middle]!.step < step) low = middle + 1;
    else high = middle;
  }
  const after = epochs[low];
  const before = epochs[low - 1];
  if (!after || !before) return after ?? before ?? null;
  return step - before.step < after.step - step ? before : after;
}
