import { Problem } from '../problem.ts';

export interface Token {
  kind: 'word' | 'string' | 'operator' | 'open' | 'close' | 'end';
  /** As it means: without quotes. */
  text: string;
  /** Offset in the query, from 0. */
  at: number;
}

/** A query that can't be understood; `at` is the offset (from 0) of what is wrong. */
export class QueryProblem extends Problem {
  readonly at: number;

  constructor(query: string, at: number, message: string, advice: string) {
    super('bad-query', `${message} (at character ${at + 1} of: ${query})`, advice);
    this.at = at;
  }
}

const patterns: [Token['kind'], RegExp][] = [
  ['operator', /(?:!=|<=|>=|==|=|<|>|~)/y],
  ['open', /\(/y],
  ['close', /\)/y],
  ['word', /[\p{L}\p{N}_.%+:/*-]+/uy],
];

const STRING = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y;

/** @throws QueryProblem for a string without an end or a character that has no meaning */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    if (/\s/.test(query[at] as string)) {
      at++;
      continue;
    }
    const token = stringAt(query, at) ?? tokenAt(query, at);
    tokens.push(token.token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', at: query.length });
  return tokens;
}

function stringAt(query: string, at: number): { token: Token; end: number } | null {
  if (query[at] !== '"' && query[at] !== "'") return null;
  STRING.lastIndex = at;
  const match = STRING.exec(query);
  if (!match) throw new QueryProblem(query, at, 'The text that begins here has no end', 'Close it with a quote.');
  const text = (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1');
  return { token: { kind: 'string', text, at }, end: at + match[0].length };
}

function tokenAt(query: string, at: number): { token: Token; end: number } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(query);
    if (match) return { token: { kind, text: match[0], at }, end: at + match[0].length };
  }
  throw new QueryProblem(
    query,
    at,
    `"${String.fromCodePoint(query.codePointAt(at) as number)}" has no meaning here`,
    'Write text with spaces or signs in quotes.',
  );
}
