import { compact, count, figure } from './format.ts';

/** What stands on the x axis of a curve. */
export type XAxis = 'step' | 'epoch' | 'time';

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
