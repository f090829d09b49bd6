import { differingParams, paramOf } from '../jobs/compare/differences.ts';
import { bestOf, deltaOf, metricColumns } from '../jobs/compare/metrics.ts';
import { type Comparison, paramText } from '../jobs/compare/table.ts';
import type { ComparedRun, MetricColumn, PairDetail, Verdict } from '../protocol/compare.ts';
import { count, duration, figure, percent, plural } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** Up to so many runs stand side by side; more of them below each other. */
const SIDE_BY_SIDE = 5;

/** What differs, the figures, and what they mean. */
export function describeComparison(comparison: Comparison, detail: PairDetail | null, colors: Style): string {
  const { runs, verdicts } = comparison;
  const params = differingParams(runs);
  return [
    colors.bold('What differs'),
    params.length === 0 ? 'Nothing: the runs have one configuration.' : differenceTable(comparison, params),
    '',
    colors.bold('Figures'),
    figureTable(comparison, colors),
    '',
    colors.bold('Verdict'),
    ...verdicts.map((verdict) => verdictLine(verdict, colors)),
    ...(detail ? ['', ...detailLines(detail, comparison, colors)] : []),
  ].join('\n');
}

function differenceTable({ runs, baseline }: Comparison, params: readonly string[]): string {
  const text = (run: ComparedRun, name: string) => paramText(paramOf(run, name)) || '–';
  const names = runs.map((run) => nameOf(run, baseline));
  if (runs.length > SIDE_BY_SIDE) {
    const rows = runs.map((run, at) => [names[at] as string, ...params.map((name) => text(run, name))]);
    return renderTable([{ title: 'RUN' }, ...params.map((title) => ({ title }))], rows);
  }
  const rows = params.map((name) => [name, ...runs.map((run) => text(run, name))]);
  return renderTable([{ title: 'SETTING' }, ...names.map((title) => ({ title }))], rows);
}

function figureTable({ runs, baseline }: Comparison, colors: Style): string {
  const metrics = metricColumns(runs);
  const best = new Map(metrics.map((column) => [column.name, new Set(bestOf(runs, column))]));
  const cell = (run: ComparedRun, column: MetricColumn) => {
    const value = run.metrics[column.name];
    if (value === undefined) return '–';
    const delta = run === baseline ? null : deltaOf(run, baseline, column.name);
    const text = `${valueText(value, column)}${delta === null ? '' : ` (${deltaText(delta, column)})`}`;
    return best.get(column.name)?.has(run.id) ? colors.bold(text) : text;
  };
  const names = runs.map((run) => nameOf(run, baseline));
  if (runs.length > SIDE_BY_SIDE) {
    const rows = runs.map((run, at) => [names[at] as string, ...metrics.map((column) => cell(run, column))]);
    return renderTable(
      [{ title: 'RUN' }, ...metrics.map(({ name }) => ({ title: name, align: 'right' as const }))],
      rows,
    );
  }
  const rows = metrics.map((column) => [column.label, ...runs.map((run) => cell(run, column))]);
  return renderTable([{ title: 'METRIC' }, ...names.map((title) => ({ title, align: 'right' as const }))], rows);
}

function nameOf(run: ComparedRun, baseline: ComparedRun | undefined): string {
  const mark = run === baseline ? ' (baseline)' : '';
  return `${run.name}${run.foreign ? ` [${run.foreign}]` : ''}${mark}`;
}

function valueText(value: number, { unit }: MetricColumn): string {
  if (unit === 'share') return percent(value);
  if (unit === 'seconds') return duration(value);
  return unit === 'count' ? count(value) : figure(value);
}

function deltaText(delta: number, { unit }: MetricColumn): string {
  const sign = delta > 0 ? '+' : delta < 0 ? '−' : '±';
  const size = Math.abs(delta);
  if (unit === 'share') return `${sign}${(size * 100).toFixed(1)}`;
  if (unit === 'seconds') return `${sign}${duration(size)}`;
  return `${sign}${unit === 'count' ? count(size) : figure(size)}`;
}

function verdictLine({ verdict, text }: Verdict, colors: Style): string {
  if (verdict === 'better') return colors.green(text);
  if (verdict === 'worse') return colors.red(text);
  return verdict === 'none' ? colors.dim(text) : text;
}

function detailLines(detail: PairDetail, { runs }: Comparison, colors: Style): string[] {
  const other = runs.find(({ id }) => id === detail.b)?.name ?? '';
  const list = (title: string, images: PairDetail['won'], total: number) => [
    colors.bold(`${title}: ${plural(total, 'image')}`),
    ...images.map(({ name, label, predictedA, predictedB }) => `  ${name}  ${label}: ${predictedA} → ${predictedB}`),
  ];
  return [
    ...list(`${other} has won`, detail.won, detail.wonCount),
    ...list(`${other} has lost`, detail.lost, detail.lostCount),
  ];
}
