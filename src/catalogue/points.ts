import { Problem } from '../problem.ts';
import type { CatalogueAnswers, CatalogueField, CatalogueQuery } from '../protocol/catalogue.ts';
import type { Catalogue } from './catalogue.ts';
import { fieldColumns, fromOf } from './fields.ts';
import { firstIssue, orderOf, sampleOf } from './order.ts';
import { kindsOfImages } from './query-sql.ts';
import { type Sql, sql } from './sql.ts';

type Points = CatalogueAnswers['scatter'];

const MOST_POINTS = 200_000;

/** Two numbers of each image, coloured by class; images without one of them are left out. @throws Problem `bad-query` */
export function scatterOf(
  catalogue: Catalogue,
  query: CatalogueQuery,
  { x, y, limit }: { x: CatalogueField; y: CatalogueField; limit: number },
): Points {
  return pointsOf(catalogue, query, { x: numberColumn(x), y: numberColumn(y), color: sql('i.class'), limit });
}

/** The points of the map. @throws Problem `bad-query` */
export function mapPoints(
  catalogue: Catalogue,
  query: CatalogueQuery,
  { color, limit }: { color: 'class' | 'predicted' | 'issue' | 'split'; limit: number },
): Points {
  const column = color === 'issue' ? firstIssue(catalogue, 'few') : sql(fieldColumns[color].column);
  const points = pointsOf(catalogue, query, { x: 'm.x', y: 'm.y', color: column, limit });
  if (color !== 'issue') return points;
  return { ...points, names: points.names.map((name) => (name === '' ? '' : (kindsOfImages[Number(name)] ?? ''))) };
}

function numberColumn(field: CatalogueField): string {
  if (field !== 'issue' && fieldColumns[field].type === 'number') return fieldColumns[field].column;
  throw new Problem('bad-field', `"${field}" is no number and can't be an axis.`, 'Choose a size or a measure.');
}

/** An even sample of the query's order: 8 bytes an image at most are ever held beside the answer. */
function pointsOf(
  catalogue: Catalogue,
  query: CatalogueQuery,
  { x, y, color, limit }: { x: string; y: string; color: Sql; limit: number },
): Points {
  const order = orderOf(catalogue, query);
  const sample = sampleOf(order, Math.min(Math.max(1, limit), MOST_POINTS));
  const statement = catalogue.db.prepare(
    `SELECT i.id, ${x}, ${y}, coalesce(${color.text}, '') FROM json_each(?) each
     CROSS JOIN ${fromOf(x, y, color.text)} WHERE i.id = each.value AND ${x} IS NOT NULL AND ${y} IS NOT NULL`,
  );
  statement.setReturnArrays(true);
  const points: Points = { total: order.total, ids: [], x: [], y: [], color: [], names: [] };
  const places = new Map<string, number>();
  const rows = statement.iterate(...color.values, JSON.stringify(sample));
  for (const [id, px, py, name] of rows as unknown as Iterable<[number, number, number, string | number]>) {
    const word = String(name);
    const place = places.get(word) ?? places.size;
    places.set(word, place);
    points.ids.push(id);
    points.x.push(px);
    points.y.push(py);
    points.color.push(place);
  }
  return withSortedNames(points, [...places.keys()]);
}

/** Names in their own order, none last, whatever order the images came in: colours stay the same from query to query. */
function withSortedNames(points: Points, names: string[]): Points {
  const asNumbers = names.every((name) => name === '' || /^\d+$/.test(name));
  const sorted = [...names].sort((a, b) => {
    if (a === '' || b === '') return Number(a === '') - Number(b === '');
    return asNumbers ? Number(a) - Number(b) : a < b ? -1 : 1;
  });
  const target = names.map((name) => sorted.indexOf(name));
  return { ...points, names: sorted, color: points.color.map((place) => target[place] as number) };
}
