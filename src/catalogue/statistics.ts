import { quantile } from '../quantile.ts';
import type { Catalogue } from './catalogue.ts';
import type { SetStatistics } from './issue-sql.ts';
import { rememberedValue } from './remember.ts';
import { borderStyle, contrastScale, informationScale, type SetStyle, type Spread } from './set-style.ts';

/** The style of more images is that of an even sample of so many. */
const SAMPLE = 200_000;

/** Computed once for the same images; quartiles as numpy's `linear`. */
export function statisticsOf(catalogue: Catalogue): SetStatistics {
  return rememberedValue(catalogue, 'statistics-and-style-with-contrast', () => ({
    size: quartiles(catalogue, 'SELECT size FROM images', 'SELECT count(*) AS n FROM images'),
    outlier: quartiles(catalogue, 'SELECT distance FROM outliers', 'SELECT count(*) AS n FROM outliers'),
    style: styleOf(catalogue),
  }));
}

/** One look at the images. */
function styleOf(catalogue: Catalogue): SetStyle {
  const every = Math.max(1, Math.ceil(catalogue.count / SAMPLE));
  const query = catalogue.db.prepare(
    'SELECT greyscale, information, contrast, border, border_color FROM images WHERE brightness IS NOT NULL AND id % ? = 0',
  );
  query.setReturnArrays(true);
  const most = Math.ceil(catalogue.count / every);
  const [information, contrast] = [new Float64Array(most), new Float64Array(most)];
  const colors = new Map<string, number>();
  let images = 0;
  let grey = 0;
  for (const row of query.iterate(every) as unknown as Iterable<StyleRow>) {
    const [isGrey, informationHere, contrastHere, border, color] = row;
    information[images] = informationHere;
    contrast[images++] = contrastHere;
    grey += isGrey;
    if (border > 0 && color !== null) colors.set(color, (colors.get(color) ?? 0) + 1);
  }
  const counts = Array.from(colors, ([color, count]) => ({ color, images: count }));
  const ofInformation = informationScale(spreadOf(information, images), images);
  return {
    images,
    greyShare: images > 0 ? grey / images : 0,
    border: borderStyle(counts, images),
    informationScale: ofInformation,
    contrastScale: contrastScale(spreadOf(contrast, images), images, ofInformation),
  };
}

type StyleRow = [greyscale: number, information: number, contrast: number, border: number, color: string | null];

/** @param values of which the first `count` are there; sorts them */
function spreadOf(values: Float64Array, count: number): Spread | null {
  if (count === 0) return null;
  const sorted = values.subarray(0, count).sort();
  return { median: quantile(sorted, 0.5), q3: quantile(sorted, 0.75) };
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
