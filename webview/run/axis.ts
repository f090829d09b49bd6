import type { RunSummary } from '../../src/protocol/runs.ts';
import type { XAxis } from '../ui/ticks.ts';
import { lowerBound, type StepColumns } from './columns.ts';
import type { Epoch, RunView } from './model.ts';

/** Of the plan where it is known, else of the first full epoch; null: not known, or phases differ in it. */
export function stepsPerEpoch(summary: Pick<RunSummary, 'steps' | 'epochs'>, epochs: readonly Epoch[]): number | null {
  if (epochs.some(({ phase }) => phase !== undefined)) return null;
  if (summary.steps && summary.epochs) return summary.steps / summary.epochs;
  const first = epochs[0];
  return first && first.epoch > 0 ? first.step / first.epoch : null;
}

/** Where the step at `index` stands on an axis: its number, epochs done after it, or seconds trained. */
export function xOfIndex(columns: StepColumns, index: number, axis: XAxis, perEpoch: number | null): number {
  if (axis === 'time') return columns.elapsed[index]!;
  const step = columns.step[index]!;
  if (axis === 'step') return step;
  return perEpoch ? step / perEpoch : epochsDone(columns, index);
}

/** Epochs with their fractions, from the steps themselves; an epoch that has not ended is taken to be as long as the one before. */
function epochsDone({ epoch, length }: StepColumns, index: number): number {
  const now = epoch[index]!;
  const first = lowerBound(epoch, length, now);
  const end = lowerBound(epoch, length, now + 1);
  const before = first - lowerBound(epoch, length, now - 1);
  const steps = end < length ? end - first : Math.max(end - first, before);
  return now - 1 + (index - first + 1) / steps;
}

/** Where the figures measured at the end of an epoch stand. */
export function xOfEpoch(view: RunView, epoch: Epoch, axis: XAxis): number {
  if (axis === 'step') return epoch.step;
  if (axis === 'epoch') return epoch.epoch;
  const { columns } = view;
  const index = Math.min(columns.indexOfStep(epoch.step), columns.length - 1);
  if (index < 0) return epoch.seconds * epoch.epoch;
  return columns.elapsed[index]! + Math.max(0, epoch.t - columns.t[index]!) / 1000;
}

/** The first step that stands at `x` epochs or later. */
function firstAt(columns: StepColumns, x: number): number {
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (epochsDone(columns, middle) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the step nearest to `x`; −1 where there are no steps. */
export function indexAtX(columns: StepColumns, x: number, axis: XAxis, perEpoch: number | null): number {
  if (columns.length === 0) return -1;
  let after: number;
  if (axis === 'time') after = lowerBound(columns.elapsed, columns.length, x);
  else if (axis === 'step') after = lowerBound(columns.step, columns.length, x);
  else if (perEpoch) after = lowerBound(columns.step, columns.length, x * perEpoch);
  else after = firstAt(columns, x);
  if (after >= columns.length) return columns.length - 1;
  if (after === 0) return 0;
  const left = x - xOfIndex(columns, after - 1, axis, perEpoch);
  return left < xOfIndex(columns, after, axis, perEpoch) - x ? after - 1 : after;
}
