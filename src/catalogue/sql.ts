import type { SQLInputValue } from 'node:sqlite';

/** A piece of SQL with a `?` for each of its values: what users type is bound, never written into the text. */
export interface Sql {
  text: string;
  values: SQLInputValue[];
}

export function sql(text: string, ...values: SQLInputValue[]): Sql {
  return { text, values };
}

/** @param none what no piece at all means */
export function joinSql(pieces: readonly Sql[], between: ' AND ' | ' OR ' | ', ', none = '1'): Sql {
  if (pieces.length === 0) return sql(none);
  const text = pieces.map((piece) => (between === ', ' ? piece.text : `(${piece.text})`)).join(between);
  return sql(text, ...pieces.flatMap(({ values }) => values));
}

/** A pattern for `LIKE … ESCAPE '\'` in which nothing has a special meaning. */
export function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
