import type { MetricColumn, ParamValue, Verdict } from '../../src/protocol/compare.ts';
import { count, duration, figure, none, percent } from '../ui/format.ts';
import type { Column } from './run-line.ts';

export function valueText(value: ParamValue | undefined, column: Column): string {
  if (value === undefined) return none;
  if (typeof value !== 'number') return String(value);
  return column.metric ? metricText(value, column.metric) : figure(value, 6);
}

export function metricText(value: number, { unit }: MetricColumn): string {
  if (unit === 'share') return percent(value, 1);
  if (unit === 'seconds') return duration(value);
  return unit === 'count' ? count(value) : figure(value);
}

/** `+1.3` (points), `−0.02`, empty where nothing is different. */
export function deltaText(delta: number, { unit }: MetricColumn): string {
  const size = Math.abs(delta);
  const text =
    unit === 'share'
      ? (size * 100).toFixed(1)
      : unit === 'seconds'
        ? duration(size)
        : unit === 'count'
          ? count(size)
          : figure(size, 3);
  if (delta === 0 || Number(text) === 0) return '±0';
  return `${delta > 0 ? '+' : '−'}${text}`;
}

/** Whether a change is for the better, as far as the metric says. */
export function toneOf(delta: number, { better }: MetricColumn): 'good' | 'bad' | null {
  if (delta === 0 || better === null) return null;
  return delta > 0 === (better === 'higher') ? 'good' : 'bad';
}

export interface VerdictMark {
  sign: string;
  text: string;
  tone: 'good' | 'bad' | 'quiet';
}

/** What a verdict looks like in a cell; the sign says it without colour. */
export function verdictMark(verdict: Verdict): VerdictMark {
  const p = verdict.figures ? probability(verdict.figures.correctedP) : '';
  switch (verdict.verdict) {
    case 'better':
      return { sign: '▲', text: `better · ${p}`, tone: 'good' };
    case 'worse':
      return { sign: '▼', text: `worse · ${p}`, tone: 'bad' };
    case 'unclear':
      return { sign: '≈', text: `can’t tell · ${p}`, tone: 'quiet' };
    case 'none':
      return { sign: '', text: none, tone: 'quiet' };
  }
}

/** `p = .004`, `p < .001`. */
export function probability(p: number): string {
  if (p < 0.001) return 'p < .001';
  if (p > 0.995) return 'p = 1';
  return `p = ${p.toFixed(p < 0.1 ? 3 : 2).slice(1)}`;
}

/** Order of a column's values: numbers by size, texts by the alphabet, missing ones last whatever the direction. */
export function compareCells(a: ParamValue | undefined, b: ParamValue | undefined, descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order =
    typeof a === 'number' && typeof b === 'number'
      ? a - b
      : String(a).localeCompare(String(b), undefined, { numeric: true, sensitivity: 'base' });
  return descending ? -order : order;
}
