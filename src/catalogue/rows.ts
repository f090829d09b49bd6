import type { SQLInputValue } from 'node:sqlite';
import type { CatalogueField, CatalogueQuery, CatalogueRow } from '../protocol/catalogue.ts';
import { defaultThresholds, type FindingKind } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { fieldColumns, fromOf } from './fields.ts';
import { issueCondition } from './issue-sql.ts';
import { idsOf, orderOf } from './order.ts';
import { kindsOfImages } from './query-sql.ts';
import { joinSql, sql } from './sql.ts';
import { statisticsOf } from './statistics.ts';

/** @throws Problem `bad-query` */
export function pageOf(
  catalogue: Catalogue,
  query: CatalogueQuery,
  offset: number,
  limit: number,
): { total: number; rows: CatalogueRow[] } {
  const order = orderOf(catalogue, query);
  return { total: order.total, rows: rowsOf(catalogue, idsOf(order, offset, limit), query.sort?.field) };
}

/** The rows of these images, in this order; of ids that there are none of, none. */
export function rowsOf(catalogue: Catalogue, ids: readonly number[], sort?: CatalogueField): CatalogueRow[] {
  if (ids.length === 0) return [];
  const statistics = statisticsOf(catalogue);
  const issues = joinSql(
    kindsOfImages.map((kind) => issueCondition(kind, defaultThresholds, statistics, 'few')),
    ', ',
  );
  const value = sort && sort !== 'issue' && fieldColumns[sort].type === 'number' ? fieldColumns[sort].column : 'NULL';
  const columns = sql(
    `i.id, i.path, i.hash, i.class, i.split, i.width, i.height, i.bytes, l.predicted, l.confidence, l.given_confidence,
     e.image, e.class, e.split, e.excluded, e.deleted, e.kept, ${value}, ${issues.text}`,
    ...issues.values,
  );
  const statement = catalogue.db.prepare(
    `SELECT ${columns.text} FROM ${fromOf(columns.text)} WHERE i.id IN (SELECT value FROM json_each(?))`,
  );
  statement.setReturnArrays(true);
  const tuples = statement.all(...columns.values, JSON.stringify(ids)) as unknown as SQLInputValue[][];
  const byId = new Map(tuples.map((tuple) => [Number(tuple[0]), rowOf(tuple)]));
  return ids.map((id) => byId.get(id)).filter((row) => row !== undefined);
}

const FIRST_ISSUE = 18;

function rowOf(tuple: SQLInputValue[]): CatalogueRow {
  const text = (at: number) => tuple[at] as string | null;
  const number = (at: number) => tuple[at] as number | null;
  const issues: FindingKind[] = kindsOfImages.filter((_, at) => tuple[FIRST_ISSUE + at] === 1);
  return {
    id: Number(tuple[0]),
    path: String(tuple[1]),
    hash: String(tuple[2]),
    label: text(3),
    split: text(4),
    width: Number(tuple[5]),
    height: Number(tuple[6]),
    bytes: Number(tuple[7]),
    predicted: text(8),
    confidence: number(9),
    givenConfidence: number(10),
    issues,
    edit:
      tuple[11] === null
        ? null
        : {
            label: text(12),
            split: text(13),
            excluded: tuple[14] === 1,
            deleted: tuple[15] === 1,
            kept: tuple[16] === 1,
          },
    value: number(17),
  };
}
