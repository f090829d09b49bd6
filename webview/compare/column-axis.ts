import type { ComparedRun, ParamValue } from '../../src/protocol/compare.ts';
import { valueText } from './cells.ts';
import type { Column } from './run-line.ts';
import { linearScale, logScale, type Scale, spansDecades } from './scale.ts';

/** The values of a column along an axis: numbers by size (over decades: by their logarithm), anything else by name. */
export interface ColumnAxis {
  column: Column;
  /** null: by name. */
  numeric: boolean;
  /** In units of the axis: the number itself, or the position of the name. undefined: the run has no value. */
  place(run: ComparedRun): number | undefined;
  scale(from: number, to: number): Scale;
  text(place: number): string;
  /** Units from one step of the keyboard to the next. */
  step(place: number, direction: 1 | -1): number;
}

/** Up to so many values of a setting are the ticks themselves. */
const few = 5;

export function columnAxis(column: Column, runs: readonly ComparedRun[]): ColumnAxis {
  const values = [...new Set(runs.map((run) => column.read(run)).filter((value) => value !== undefined))];
  return values.length > 0 && values.every((value) => typeof value === 'number')
    ? numericAxis(column, values)
    : namedAxis(column, values);
}

function numericAxis(column: Column, values: readonly number[]): ColumnAxis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const log = spansDecades(values);
  const sorted = [...values].sort((a, b) => a - b);
  return {
    column,
    numeric: true,
    place: (run) => column.read(run) as number | undefined,
    scale: (from, to) => {
      const scale = log ? logScale(low, high, from, to) : linearScale(low, high, from, to, 4);
      return column.metric === null && sorted.length <= few ? { ...scale, ticks: sorted } : scale;
    },
    text: (place) => valueText(place, column),
    step: (place, direction) =>
      (direction > 0 ? sorted.find((value) => value > place) : sorted.findLast((value) => value < place)) ?? place,
  };
}

function namedAxis(column: Column, values: readonly ParamValue[]): ColumnAxis {
  const names = values.map(String).sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  const last = Math.max(0, names.length - 1);
  return {
    column,
    numeric: false,
    place: (run) => {
      const value = column.read(run);
      return value === undefined ? undefined : names.indexOf(String(value));
    },
    scale: (from, to) => {
      const scale = linearScale(-0.5, last + 0.5, from, to, 1);
      return { ...scale, ticks: names.map((_, at) => at) };
    },
    text: (place) => names[Math.round(place)] ?? '',
    step: (place, direction) => Math.min(last, Math.max(0, Math.round(place) + direction)),
  };
}

/** Whether a run is within every brush; a run without a value is in none. */
export function isBrushedIn(
  run: ComparedRun,
  axes: readonly ColumnAxis[],
  brushes: Readonly<Record<string, readonly [number, number]>>,
): boolean {
  return axes.every((axis) => {
    const brush = brushes[axis.column.key];
    if (!brush) return true;
    const place = axis.place(run);
    return place !== undefined && place >= brush[0] && place <= brush[1];
  });
}
