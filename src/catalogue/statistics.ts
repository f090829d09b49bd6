import type { Catalogue } from './catalogue.ts';
import type { SetStatistics } from './issue-sql.ts';
import { rememberedValue } from './remember.ts';

/** Computed once for the same images; quartiles as numpy's `linear`. */
export function statisticsOf(catalogue: Catalogue): SetStatistics {
  return rememberedValue(catalogue, 'statistics', () => ({
    size: quartiles(catalogue, 'SELECT size FROM images', 'SELECT count(*) AS n FROM images'),
    outlier: quartiles(catalogue, 'SELECT distance FROM outliers', 'SELECT count(*) AS n FROM outliers'),
    greyShare: Number(catalogue.get('SELECT avg(greyscale) AS share FROM images')?.share ?? 0),
  }));
}

function quartiles({ db }: Catalogue, select: string, count: string): { q1: number; q3: number } | null {
  const values = new Float64Array(Number(db.prepare(count).get()?.n));
  const query = db.prepare(select);
  query.setReturnArrays(true);
  let at = 0;
  for (const [value] of query.iterate() as unknown as Iterable<[number]>) values[at++] = value;
  if (at === 0) return null;
  values.sort();
  return { q1: quantile(values, 0.25), q3: quantile(values, 0.75) };
}

/** @param sorted ascending, not empty */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] as number;
  const above = sorted[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}
