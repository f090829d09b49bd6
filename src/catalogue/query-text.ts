import { didYouMean } from '../jobs/closest.ts';
import { Problem } from '../problem.ts';
import { type CatalogueField, catalogueFields } from '../protocol/catalogue.ts';
import { findingKinds } from '../protocol/findings.ts';
import { fieldColumns } from './fields.ts';

/** One of several values that a field may have. */
export interface QueryValue {
  text: string;
  /** In double quotes: then `none`, `any` and `*` mean nothing special. */
  isQuoted: boolean;
}

export interface Bound {
  value: number;
  isOpen: boolean;
}

export type QueryTerm = { isNegated: boolean } & (
  | { type: 'word'; text: string }
  | { type: 'values'; field: CatalogueField; values: QueryValue[] }
  | { type: 'range'; field: Exclude<CatalogueField, 'issue'>; from: Bound | null; to: Bound | null }
  | { type: 'is'; state: QueryState }
);

export const queryStates = [
  'wrong',
  'labelled',
  'edited',
  'relabelled',
  'excluded',
  'deleted',
  'kept',
  'measured',
  'greyscale',
] as const;
export type QueryState = (typeof queryStates)[number];

export const editStates = ['relabelled', 'moved', 'excluded', 'deleted', 'kept'] as const;

const FIELD = /^([a-z][a-z-]*)(:|<=|>=|<|>|=)/i;

/**
 * Reads the text of a query box (`CatalogueQuery.text`).
 * @throws Problem `bad-query`: what is wrong and where
 */
export function parseQuery(text: string): QueryTerm[] {
  return wordsOf(text).map(({ source, at }) => parseTerm(source, at));
}

interface Word {
  source: string;
  /** Position in the text, from 0. */
  at: number;
}

/** Splits at spaces outside of double quotes. */
function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let start = -1;
  let quote = -1;
  for (let i = 0; i <= text.length; i++) {
    const letter = text[i];
    if (letter === '"') quote = quote < 0 ? i : -1;
    if (letter === undefined && quote >= 0)
      throw bad('A quotation mark is not closed', quote, 'Close it with another ".');
    const isSpace = letter === undefined || (quote < 0 && /\s/.test(letter));
    if (isSpace && start >= 0) words.push({ source: text.slice(start, i), at: start });
    if (isSpace) start = -1;
    else if (start < 0) start = i;
  }
  return words;
}

function parseTerm(word: string, at: number): QueryTerm {
  const isNegated = word.startsWith('-') && word.length > 1;
  const source = isNegated ? word.slice(1) : word;
  const start = isNegated ? at + 1 : at;
  const match = FIELD.exec(source);
  if (!match) return { isNegated, type: 'word', text: unquoted(source) };
  const [lead, name = '', operator = ''] = match;
  const rest = source.slice(lead.length);
  const restAt = start + lead.length;
  if (rest === '') throw bad(`Nothing stands behind "${lead}"`, restAt, `Write a value: ${lead}${exampleOf(name)}`);
  if (name.toLowerCase() === 'is') return { isNegated, type: 'is', state: stateOf(rest, restAt) };
  const field = fieldOf(name, start);
  if (operator === ':') return { isNegated, ...parseValues(field, rest, restAt) };
  if (field === 'issue' || fieldColumns[field].type === 'text') {
    if (operator === '=') return { isNegated, ...parseValues(field, rest, restAt) };
    throw bad(`"${field}" is no number, so it can't be compared with "${operator}"`, start, `Write ${field}:${rest}`);
  }
  const value = numberOf(field, rest, restAt);
  const bound = { value, isOpen: operator === '<' || operator === '>' };
  const from = operator.startsWith('<') ? null : bound;
  const to = operator.startsWith('>') ? null : bound;
  return { isNegated, type: 'range', field, from, to };
}

type FieldTerm =
  Extract<QueryTerm, { type: 'values' | 'range' }> extends infer T
    ? T extends unknown
      ? Omit<T, 'isNegated'>
      : never
    : never;

function parseValues(field: CatalogueField, source: string, at: number): FieldTerm {
  const values = listOf(source);
  const empty = values.find(({ text, isQuoted }) => text === '' && !isQuoted);
  if (empty) throw bad('A value is missing between commas', at, 'Take the comma away, or write the value.');
  if (field === 'issue') checkKnown(values, [...findingKinds, 'none', 'any'], 'kind of issue', at);
  else if (field === 'edit') checkKnown(values, [...editStates, 'none', 'any'], 'edit', at);
  else if (fieldColumns[field].type === 'number') return parseNumbers(field, values, at);
  return { type: 'values', field, values };
}

function parseNumbers(field: Exclude<CatalogueField, 'issue'>, values: QueryValue[], at: number): FieldTerm {
  const [only] = values;
  if (!only || values.length > 1) {
    throw bad(`"${field}" is a number and takes one value or a range`, at, `Write ${field}:0.2..0.4`);
  }
  if (only.text === 'none' || only.text === 'any') return { type: 'values', field, values };
  const [first = '', last] = only.text.split('..');
  const closed = (text: string, place: number) => ({ value: numberOf(field, text, place), isOpen: false });
  if (last === undefined) return { type: 'range', field, from: closed(first, at), to: closed(first, at) };
  if (first === '' && last === '') throw bad('A range has at least one end', at, `Write ${field}:0.2..0.4`);
  const from = first === '' ? null : closed(first, at);
  const to = last === '' ? null : closed(last, at + first.length + 2);
  if (from && to && from.value > to.value) {
    throw bad(`The range ${only.text} is empty`, at, `Write the smaller end first: ${field}:${last}..${first}`);
  }
  return { type: 'range', field, from, to };
}

/** Splits at commas outside of double quotes. */
function listOf(source: string): QueryValue[] {
  const parts = source.match(/(?:[^,"]|"[^"]*")+|(?<=^|,)(?=,|$)/g) ?? [];
  return parts.map((part) => ({ text: unquoted(part), isQuoted: part.includes('"') }));
}

function unquoted(text: string): string {
  return text.replaceAll('"', '');
}

function fieldOf(name: string, at: number): CatalogueField {
  const lower = name.toLowerCase();
  const field = catalogueFields.find((known) => known === lower) ?? (lower === 'label' ? 'class' : undefined);
  if (field) return field;
  throw bad(
    `There is no field "${name}"`,
    at,
    `${didYouMean(lower, [...catalogueFields, 'is']).trim() || 'To find it in a path, put it in double quotes.'} Fields: is, ${catalogueFields.join(', ')}.`,
  );
}

function stateOf(text: string, at: number): QueryState {
  const state = queryStates.find((known) => known === text.toLowerCase());
  if (state) return state;
  throw bad(`An image can't be "${text}"`, at, `After "is:" stands one of ${queryStates.join(', ')}.`);
}

function checkKnown(values: QueryValue[], known: readonly string[], what: string, at: number): void {
  for (const { text } of values) {
    if (known.includes(text)) continue;
    throw bad(`There is no ${what} "${text}"`, at, `${didYouMean(text, known).trim()} Use ${known.join(', ')}.`.trim());
  }
}

const BYTES: Record<string, number> = { '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9 };

/** `0.3`, `30%` of shares, `20kB` of bytes, `2025-03-01` of times. */
function numberOf(field: Exclude<CatalogueField, 'issue'>, source: string, at: number): number {
  const { unit } = fieldColumns[field];
  const text = unquoted(source);
  if (unit === 'time') {
    const time = /^\d{4}(-\d\d){0,2}$/.test(text) ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(time)) return time;
    throw bad(`"${text}" is no date`, at, `Write it as ${field}>2025-03-01`);
  }
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([a-z%]*)$/i.exec(text);
  const value = Number(match?.[1] ?? Number.NaN);
  const suffix = match?.[2]?.toLowerCase() ?? '';
  const factor =
    unit === 'bytes' ? BYTES[suffix] : suffix === '' ? 1 : unit === 'share' && suffix === '%' ? 0.01 : undefined;
  if (!Number.isNaN(value) && factor !== undefined) return value * factor;
  throw bad(`"${text}" is no number`, at, `Write ${field}<${exampleOf(field)} or ${field}:${exampleOf(field)}..`);
}

function exampleOf(name: string): string {
  const field = catalogueFields.find((known) => known === name.toLowerCase());
  if (name.toLowerCase() === 'is') return 'wrong';
  if (field === 'issue') return 'blurry';
  if (field === undefined || fieldColumns[field].type === 'text') return 'rose';
  const { unit } = fieldColumns[field];
  return unit === 'bytes' ? '20kB' : unit === 'time' ? '2025-03-01' : unit === 'share' ? '0.3' : '100';
}

function bad(message: string, at: number, advice: string): Problem {
  return new Problem('bad-query', `${message} (character ${at + 1} of the query).`, advice);
}
