import type { Catalogue } from './catalogue.ts';
import type { SetStatistics } from './issue-sql.ts';
import { rememberedValue } from './remember.ts';
import { borderStyle, informationScale, type SetStyle } from './set-style.ts';

/** The style of more images is that of an even sample of so many. */
const SAMPLE = 200_000;

/** Computed once for the same images; quartiles as numpy's `linear`. */
export function statisticsOf(catalogue: Catalogue): SetStatistics {
  return rememberedValue(catalogue, 'statistics-and-style', () => ({
    size: quartiles(catalogue, 'SELECT size FROM images', 'SELECT count(*) AS n FROM images'),
    outlier: quartiles(catalogue, 'SELECT distance FROM outliers', 'SELECT count(*) AS n FROM outliers'),
    style: styleOf(catalogue),
  }));
}

function styleOf(catalogue: Catalogue): SetStyle {
  const every = Math.max(1, Math.ceil(catalogue.count / SAMPLE));
  const sample = `FROM images WHERE brightness IS NOT NULL AND id % ${every} = 0`;
  const images = Number(catalogue.get(`SELECT count(*) AS n ${sample}`)?.n);
  const colors = catalogue
    .all(`SELECT border_color AS color, count(*) AS n ${sample} AND border > 0 GROUP BY 1`)
    .map(({ color, n }) => ({ color: String(color), images: Number(n) }));
  const information = sorted(catalogue, `SELECT information ${sample}`, images);
  const middle = information && { median: quantile(information, 0.5), q3: quantile(information, 0.75) };
  return {
    images,
    greyShare: Number(catalogue.get(`SELECT avg(greyscale) AS share ${sample}`)?.share ?? 0),
    border: borderStyle(colors, images),
    informationScale: informationScale(middle, images),
  };
}

function quartiles(catalogue: Catalogue, select: string, count: string): { q1: number; q3: number } | null {
  const values = sorted(catalogue, select, Number(catalogue.get(count)?.n));
  return values && { q1: quantile(values, 0.25), q3: quantile(values, 0.75) };
}

/** The values of a column, ascending; null: there are none. */
function sorted({ db }: Catalogue, select: string, count: number): Float64Array | null {
  const values = new Float64Array(count);
  const query = db.prepare(select);
  query.setReturnArrays(true);
  let at = 0;
  for (const [value] of query.iterate() as unknown as Iterable<[number]>) values[at++] = value;
  return at === 0 ? null : values.sort();
}

/** @param values ascending, not empty */
export function quantile(values: ArrayLike<number>, share: number): number {
  const place = share * (values.length - 1);
  const below = values[Math.floor(place)] as number;
  const above = values[Math.ceil(place)] as number;
  return below + (above - below) * (place - Math.floor(place));
}
