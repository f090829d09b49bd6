import type { CatalogueAnswers, CatalogueField, CatalogueQuery } from '../protocol/catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import { fieldColumns, fromOf } from './fields.ts';
import { firstIssue } from './order.ts';
import { conditionOf, extremesOf, kindsOfImages } from './query-sql.ts';
import { keptValue } from './remember.ts';
import { type Sql, sql } from './sql.ts';

type Histogram = CatalogueAnswers['histogram'];
type Numeric = Exclude<CatalogueField, 'issue'>;

/** Where the largest value is more than so many times the smallest, bins grow with the value. */
const WIDE_RANGE = 20;
/** Fields that range over sizes, which spread over orders of magnitude. */
const MAGNITUDES: readonly CatalogueField[] = ['width', 'height', 'size', 'bytes', 'aspect'];
const MOST_NAMES = 1000;

/**
 * Counts the images of a query by the value of a field. The edges are those of the whole set, so that bars of two queries can stand
 * side by side; images without a value are left out of numbers, and counted under the empty name of words.
 * @param by what makes a series of its own; without: one series with the empty name
 * @throws Problem `bad-query`
 */
export function histogramOf(
  catalogue: Catalogue,
  query: CatalogueQuery,
  field: CatalogueField,
  bins: number,
  by: 'split' | 'class' | null,
): Histogram {
  const key = JSON.stringify(['histogram', query.text, query.ids, query.ranges, field, bins, by]);
  return keptValue(catalogue, key, () => countBins(catalogue, query, field, bins, by));
}

function countBins(
  catalogue: Catalogue,
  query: CatalogueQuery,
  field: CatalogueField,
  bins: number,
  by: 'split' | 'class' | null,
): Histogram {
  const isNumber = field !== 'issue' && fieldColumns[field].type === 'number';
  const edges = isNumber ? edgesOf(catalogue, field, Math.min(Math.max(1, Math.round(bins)), 1000)) : [];
  const key = isNumber
    ? binOf(field, edges)
    : field === 'issue'
      ? firstIssue(catalogue)
      : sql(fieldColumns[field].column);
  const condition = conditionOf(catalogue, query);
  const series = by === null ? "''" : `coalesce(i.${by}, '')`;
  const found = catalogue.all(
    `SELECT ${key.text} AS key, ${series} AS series, count(*) AS n FROM ${fromOf(key.text, condition.text)}
     WHERE ${condition.text} GROUP BY 1, 2`,
    ...key.values,
    ...condition.values,
  ) as { key: string | number | null; series: string; n: number }[];
  const rows = isNumber ? found.filter((row) => row.key !== null) : found;
  const seriesNames = [...new Set(rows.map((row) => row.series))].sort();
  if (seriesNames.length === 0) seriesNames.push('');
  const names = isNumber ? null : namesOf(field, rows);
  const places = new Map(names?.map((name, at) => [name, at]));
  const counts = seriesNames.map(() => new Array<number>(names?.length ?? edges.length - 1).fill(0));
  for (const row of rows) {
    const at = isNumber ? row.key : places.get(nameOf(field, row.key));
    const line = counts[seriesNames.indexOf(row.series)];
    if (line && typeof at === 'number' && at < line.length) line[at] = (line[at] ?? 0) + row.n;
  }
  return { edges, names, series: seriesNames, counts };
}

function namesOf(field: CatalogueField, rows: readonly { key: string | number | null }[]): string[] {
  const names = [...new Set(rows.map(({ key }) => nameOf(field, key)))].sort();
  // Images without a value come last.
  return [...names.filter((name) => name !== ''), ...names.filter((name) => name === '')].slice(0, MOST_NAMES);
}

function nameOf(field: CatalogueField, key: string | number | null): string {
  if (key === null) return '';
  return field === 'issue' ? (kindsOfImages[Number(key)] ?? '') : String(key);
}

/** One more than bins. Shares and hues have the edges of their scale. */
function edgesOf(catalogue: Catalogue, field: Numeric, bins: number): number[] {
  const { min, max } = scaleOf(catalogue, field);
  if (MAGNITUDES.includes(field) && min > 0 && max / min > WIDE_RANGE) {
    return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min * (max / min) ** (i / bins)));
  }
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + ((max - min) * i) / bins));
}

function scaleOf(catalogue: Catalogue, field: Numeric): { min: number; max: number } {
  if (field === 'hue') return { min: 0, max: 360 };
  if (fieldColumns[field].unit === 'share') return { min: 0, max: 1 };
  const { min, max } = extremesOf(catalogue, field);
  return max > min ? { min, max } : { min, max: min + 1 };
}

/** Position of the bin that a value falls into; the last one holds its upper edge. */
function binOf(field: Numeric, edges: readonly number[]): Sql {
  const { column } = fieldColumns[field];
  const bins = edges.length - 1;
  const first = edges[0] as number;
  const last = edges[bins] as number;
  const step = (last - first) / bins;
  const isEven = bins === 1 || Math.abs((edges[1] as number) - first - step) < 1e-9 * Math.abs(step);
  if (isEven) return sql(`min(CAST((${column} - ?) / ? AS INTEGER), ?)`, first, step, bins - 1);
  const cases = edges.slice(1, -1).map((_, at) => `WHEN ${column} < ? THEN ${at}`);
  return sql(`CASE WHEN ${column} IS NULL THEN NULL ${cases.join(' ')} ELSE ${bins - 1} END`, ...edges.slice(1, -1));
}
