import type { CatalogueField, CatalogueQuery } from '../protocol/catalogue.ts';
import { defaultThresholds, type FindingKind, findingKinds } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { fieldColumns } from './fields.ts';
import { anyIssue, issueCondition, type SetStatistics } from './issue-sql.ts';
import { parseQuery, type QueryState, type QueryTerm, type QueryValue } from './query-text.ts';
import { keptValue } from './remember.ts';
import { joinSql, likeLiteral, type Sql, sql } from './sql.ts';
import { statisticsOf } from './statistics.ts';

/** Kinds that images are shown with; the others are about classes or the whole set. */
export const kindsOfImages = findingKinds.filter(
  (kind) => !['unreadable', 'rare-class', 'class-imbalance', 'spurious-correlation'].includes(kind),
);

/**
 * Which images a query means, as a condition over `i`, `l`, `o`, `e` of `fields.ts`.
 * @throws Problem `bad-query`
 */
export function conditionOf(catalogue: Catalogue, { text, ids, ranges }: CatalogueQuery): Sql {
  const terms = parseQuery(text);
  const statistics = terms.some((term) => 'field' in term && term.field === 'issue') ? statisticsOf(catalogue) : null;
  const pieces = terms.map((term) => {
    const piece = termSql(term, statistics);
    return term.isNegated ? sql(`coalesce(${piece.text}, 0) = 0`, ...piece.values) : piece;
  });
  for (const { field, from, to } of ranges ?? []) {
    if (field !== 'issue') pieces.push(rangeSql(catalogue, field, from, to));
  }
  if (ids) pieces.push(sql('i.id IN (SELECT value FROM json_each(?))', JSON.stringify(ids)));
  return joinSql(pieces, ' AND ');
}

function termSql(term: QueryTerm, statistics: SetStatistics | null): Sql {
  switch (term.type) {
    case 'word':
      return sql(`i.path LIKE ? ESCAPE '\\'`, `%${likeLiteral(term.text)}%`);
    case 'is':
      return stateSql(term.state);
    case 'range': {
      const { column } = fieldColumns[term.field];
      const ends = [
        term.from && sql(`${column} ${term.from.isOpen ? '>' : '>='} ?`, term.from.value),
        term.to && sql(`${column} ${term.to.isOpen ? '<' : '<='} ?`, term.to.value),
      ];
      return joinSql(
        ends.filter((end) => end !== null),
        ' AND ',
      );
    }
    case 'values':
      return joinSql(
        term.values.map((value) => valueSql(term.field, value, statistics)),
        ' OR ',
      );
  }
}

function valueSql(field: CatalogueField, value: QueryValue, statistics: SetStatistics | null): Sql {
  if (field === 'issue') return issueSql(value.text, statistics);
  const { column } = fieldColumns[field];
  if (!value.isQuoted && value.text === 'none') return sql(`${column} IS NULL`);
  if (!value.isQuoted && value.text === 'any') return sql(`${column} IS NOT NULL`);
  if (field === 'edit') return editSql(value.text);
  if (!value.isQuoted && value.text.includes('*')) {
    return sql(`${column} LIKE ? ESCAPE '\\'`, likeLiteral(value.text).replaceAll('*', '%'));
  }
  return sql(`${column} = ? COLLATE NOCASE`, value.text);
}

function issueSql(kind: string, statistics: SetStatistics | null): Sql {
  if (!statistics) throw new Error('The statistics of the set are needed');
  if (kind === 'any') return anyIssue(kindsOfImages, defaultThresholds, statistics);
  if (kind === 'none') {
    const any = anyIssue(kindsOfImages, defaultThresholds, statistics);
    return sql(`coalesce(${any.text}, 0) = 0`, ...any.values);
  }
  return issueCondition(kind as FindingKind, defaultThresholds, statistics);
}

/** An image may be relabelled and left out: each is found. */
function editSql(state: string): Sql {
  const conditions: Record<string, string> = {
    relabelled: 'e.class IS NOT NULL',
    moved: 'e.split IS NOT NULL',
    excluded: 'e.excluded = 1',
    deleted: 'e.deleted = 1',
    kept: 'e.kept = 1',
  };
  return sql(conditions[state] ?? '0');
}

function stateSql(state: QueryState): Sql {
  switch (state) {
    case 'wrong':
      return sql('l.predicted <> coalesce(e.class, i.class)');
    case 'labelled':
      return sql('coalesce(e.class, i.class) IS NOT NULL');
    case 'edited':
      return sql('e.image IS NOT NULL');
    case 'measured':
      return sql('i.brightness IS NOT NULL');
    case 'greyscale':
      return sql('i.greyscale = 1');
    default:
      return editSql(state);
  }
}

/** A range of a plot: half open, but for its last bar and for a single value. */
function rangeSql(catalogue: Catalogue, field: Exclude<CatalogueField, 'issue'>, from: number, to: number): Sql {
  const { column } = fieldColumns[field];
  const isLast = from === to || to >= extremesOf(catalogue, field).max;
  return sql(`${column} >= ? AND ${column} ${isLast ? '<=' : '<'} ?`, from, to);
}

/** Smallest and largest value among all images of the catalogue; 0 and 0 where there is none. */
export function extremesOf(
  catalogue: Catalogue,
  field: Exclude<CatalogueField, 'issue'>,
): { min: number; max: number } {
  return keptValue(catalogue, `extremes:${field}`, () => {
    const { column } = fieldColumns[field];
    const table = column.startsWith('l.') ? 'labels l' : column.startsWith('o.') ? 'outliers o' : 'images i';
    const row = catalogue.get(`SELECT min(${column}) AS min, max(${column}) AS max FROM ${table}`);
    return { min: Number(row?.min ?? 0), max: Number(row?.max ?? 0) };
  });
}
