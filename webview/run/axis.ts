import type { RunPanelState } from '../../src/protocol/run-panel.ts';
import type { RunSummary } from '../../src/protocol/runs.ts';
import { compact, count, figure } from '../ui/format.ts';
import { lowerBound, type StepColumns } from './columns.ts';
import type { Epoch, RunView } from './model.ts';

export type XAxis = RunPanelState['xAxis'];

/** Of the plan where it is known, else of the first full epoch. */
export function stepsPerEpoch(summary: Pick<RunSummary, 'steps' | 'epochs'>, epochs: readonly Epoch[]): number | null {
  if (summary.steps && summary.epochs) return summary.steps / summary.epochs;
  const first = epochs[0];
  return first && first.epoch > 0 ? first.step / first.epoch : null;
}

/** Where the step at `index` stands on an axis: its number, epochs done after it, or seconds trained. */
export function xOfIndex(columns: StepColumns, index: number, axis: XAxis, perEpoch: number | null): number {
  if (axis === 'time') return columns.elapsed[index]!;
  const step = columns.step[index]!;
  if (axis === 'step') return step;
  return perEpoch ? step / perEpoch : columns.epoch[index]!;
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

/** Index of the step nearest to `x`; −1 where there are no steps. */
export function indexAtX(columns: StepColumns, x: number, axis: XAxis, perEpoch: number | null): number {
  if (columns.length === 0) return -1;
  let after: number;
  if (axis === 'time') after = lowerBound(columns.elapsed, columns.length, x);
  else if (axis === 'step') after = lowerBound(columns.step, columns.length, x);
  else if (perEpoch) after = lowerBound(columns.step, columns.length, x * perEpoch);
  else after = lowerBound(columns.epoch, columns.length, x);
  if (after >= columns.length) return columns.length - 1;
  if (after === 0) return 0;
  const left = x - xOfIndex(columns, after - 1, axis, perEpoch);
  return left < xOfIndex(columns, after, axis, perEpoch) - x ? after - 1 : after;
}

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Distance of the ticks on a time axis that spans `seconds`: a round number of seconds, minutes, hours or days. */
export function timeTickStep(seconds: number, ticks = 6): number {
  const wanted = seconds / ticks;
  return timeSteps.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
}

/** `45s`, `3:20`, `1:05:00`: short enough for a tick. */
export function clock(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))}s`;
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** @param end of the axis, which decides how all its ticks are written. */
export function xTick(value: number, axis: XAxis, end: number): string {
  if (axis === 'time') return clock(value);
  return axis === 'step' ? (end < 10_000 ? count(value) : compact(value)) : figure(value, 3);
}

/** Ticks of a logarithmic axis from `low` to `high` (both > 0): 1, 2 and 5 times the powers of ten, or only these if there are many. */
export function logTicks(low: number, high: number): number[] {
  if (!(low > 0 && high > low && Number.isFinite(high))) return [];
  const choose = (mantissas: readonly number[]) => {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
      for (const mantissa of mantissas) {
        const tick = Number(`${mantissa}e${power}`);
        if (tick >= low && tick <= high) ticks.push(tick);
      }
    }
    return ticks;
  };
  const fits = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 2, 3, 4, 5, 6, 7, 8, 9]].map(choose);
  return fits.findLast((ticks) => ticks.length <= 7) ?? fits[0]!;
}
