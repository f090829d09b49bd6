import type { ComparedRun, MetricColumn, ParamValue, Verdict } from '../../protocol/compare.ts';
import { differingParams, paramOf } from './differences.ts';
import { deltaOf, metricColumns } from './metrics.ts';

/** A comparison as rows of text, for files: one run a row, what differs first. */
export interface ComparisonTable {
  header: string[];
  rows: string[][];
}

export interface Comparison {
  runs: readonly ComparedRun[];
  baseline: ComparedRun | undefined;
  verdicts: readonly Verdict[];
}

export function comparisonTable({ runs, baseline, verdicts }: Comparison): ComparisonTable {
  const params = differingParams(runs);
  const metrics = metricColumns(runs);
  const verdictOf = new Map(verdicts.flatMap((verdict) => verdict.runs.map((id) => [id, verdict] as const)));
  return {
    header: ['run', ...params, ...metrics.flatMap(({ name }) => [name, `Δ ${name}`]), 'verdict', 'tags', 'note'],
    rows: runs.map((run) => [
      run === baseline ? `${run.name} (baseline)` : run.name,
      ...params.map((name) => paramText(paramOf(run, name))),
      ...metrics.flatMap(({ name }) => [numberText(run.metrics[name]), deltaText(run, baseline, name)]),
      verdictOf.get(run.id)?.text ?? '',
      run.tags.join(' '),
      run.note,
    ]),
  };
}

/** RFC 4180; opens in spreadsheets, which take a cell that begins like a formula for one: such text gets a quote before it. */
export function toCsv({ header, rows }: ComparisonTable): string {
  const cell = (text: string) => {
    const safe = /^[=+@\t\r]|^-(?!\d)/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `${[header, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** A table for a README or a pull request; empty columns are left out. */
export function toMarkdown(comparison: Comparison): string {
  const { header, rows } = comparisonTable(comparison);
  const kept = header.map((_, at) => at === 0 || rows.some((row) => row[at] !== ''));
  const line = (cells: readonly string[]) =>
    `| ${cells
      .filter((_, at) => kept[at])
      .map((text) => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' '))
      .join(' | ')} |`;
  const columns = metricColumns(comparison.runs);
  const shown = rows.map((row) => row.map((text, at) => roundedText(text, header[at] ?? '', columns)));
  return `${[line(header), line(header.map(() => '---')), ...shown.map(line)].join('\n')}\n`;
}

/** A difference of percentages is told in points, without the sign. */
function roundedText(text: string, heading: string, columns: readonly MetricColumn[]): string {
  const isDelta = heading.startsWith('Δ ');
  const column = columns.find(({ name }) => name === (isDelta ? heading.slice(2) : heading));
  if (!column || text === '') return text;
  const value = Number(text);
  const sign = isDelta && value > 0 ? '+' : '';
  if (column.unit === 'share') return `${sign}${(value * 100).toFixed(1)}${isDelta ? '' : '%'}`;
  return `${sign}${Number(value.toPrecision(4))}`;
}

export function paramText(value: ParamValue | undefined): string {
  return value === undefined ? '' : String(value);
}

function numberText(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toPrecision(7)));
}

function deltaText(run: ComparedRun, baseline: ComparedRun | undefined, name: string): string {
  const delta = run === baseline ? null : deltaOf(run, baseline, name);
  return delta === null ? '' : numberText(delta);
}
