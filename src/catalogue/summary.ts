import type { CatalogueField } from '../protocol/catalogue.ts';
import { quantile } from '../quantile.ts';
import type { Catalogue } from './catalogue.ts';
import { fieldColumns } from './fields.ts';
import { pathOrder } from './order.ts';

/** How a field is spread over the images that have a value. */
export interface FieldSummary {
  field: CatalogueField;
  min: number;
  /** Percentiles, of an even sample of `SAMPLE` images where there are more. */
  p5: number;
  median: number;
  p95: number;
  max: number;
  /** Paths of an image with the smallest and one with the largest value. */
  lowest: string;
  highest: string;
}

/** Mean measures of a class. */
export interface ClassSummary {
  name: string;
  brightness: number | null;
  saturation: number | null;
  blur: number | null;
}

const SAMPLE = 200_000;

export const summarizedFields = [
  'width',
  'height',
  'aspect',
  'bytes',
  'brightness',
  'contrast',
  'saturation',
  'blur',
  'information',
] as const satisfies readonly CatalogueField[];

/** Fields of which no image has a value (nothing was measured) are left out. */
export function summarizeFields(catalogue: Catalogue): FieldSummary[] {
  return summarizedFields.map((field) => summarize(catalogue, field)).filter((summary) => summary !== null);
}

function summarize(catalogue: Catalogue, field: (typeof summarizedFields)[number]): FieldSummary | null {
  const { column } = fieldColumns[field];
  const every = Math.max(1, Math.ceil(catalogue.count / SAMPLE));
  const statement = catalogue.db.prepare(`SELECT ${column} FROM images i WHERE ${column} IS NOT NULL AND i.id % ? = 0`);
  statement.setReturnArrays(true);
  const values = new Float64Array(Math.ceil(catalogue.count / every));
  let count = 0;
  for (const [value] of statement.iterate(every) as unknown as Iterable<[number]>) values[count++] = value;
  const extreme = (direction: 'ASC' | 'DESC') =>
    catalogue.get(
      `SELECT i.path, ${column} AS value FROM images i WHERE ${column} IS NOT NULL ORDER BY ${column} ${direction}, ${pathOrder(catalogue)} LIMIT 1`,
    );
  const lowest = extreme('ASC');
  const highest = extreme('DESC');
  if (!lowest || !highest || count === 0) return null;
  const sorted = values.subarray(0, count).sort();
  return {
    field,
    min: Number(lowest.value),
    p5: quantile(sorted, 0.05),
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    max: Number(highest.value),
    lowest: String(lowest.path),
    highest: String(highest.path),
  };
}

/** In the order of the classes' names. */
export function summarizeClasses(catalogue: Catalogue): ClassSummary[] {
  const rows = catalogue.all(`
    SELECT class, avg(brightness) AS brightness, avg(saturation) AS saturation, avg(blur) AS blur
    FROM images WHERE class IS NOT NULL GROUP BY class`);
  const known = new Map(rows.map((row) => [String(row.class), row]));
  return catalogue.facts.classes.map((name) => {
    const mean = (field: string) => (known.get(name)?.[field] as number | null | undefined) ?? null;
    return { name, brightness: mean('brightness'), saturation: mean('saturation'), blur: mean('blur') };
  });
}

/** Images of each format, the most frequent first. */
export function formatCounts(catalogue: Catalogue): Record<string, number> {
  const rows = catalogue.all('SELECT format, count(*) AS n FROM images GROUP BY format ORDER BY n DESC, format');
  return Object.fromEntries(rows.map(({ format, n }) => [String(format), Number(n)]));
}
