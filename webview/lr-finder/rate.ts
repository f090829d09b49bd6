import { figure } from '../ui/format.ts';

/** Steps of the arrow keys in a decade; with Shift, ten of them at once. */
const STEPS_A_DECADE = 40;
export const COARSE = 10;

/** Two significant digits, which is what is shown and what is written: more would say more than the curve does. */
export function roundRate(rate: number): number {
  return Number(rate.toPrecision(2));
}

/** `0.0023`, `1.7e-5`. */
export function rateText(rate: number | null): string {
  return figure(rate, 2);
}

/** The rate some steps up or down, within the sweep. */
export function nudge(rate: number, steps: number, range: { min: number; max: number }): number {
  return within(rate * 10 ** (steps / STEPS_A_DECADE), range);
}

/** Rounded and inside of the sweep. */
export function within(rate: number, { min, max }: { min: number; max: number }): number {
  return Math.min(max, Math.max(min, roundRate(rate)));
}
