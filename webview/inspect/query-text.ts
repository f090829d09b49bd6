import { catalogueFields } from '../../src/protocol/catalogue.ts';
import { findingKinds } from '../../src/protocol/findings.ts';

/** A word of the query box: `rose`, `class:rose,tulip`, `-issue:blurry`. */
export interface Term {
  /** Place in the text. */
  from: number;
  to: number;
  text: string;
}

const states = ['wrong', 'labelled', 'edited', 'relabelled', 'excluded', 'deleted', 'kept', 'measured', 'greyscale'];
const edits = ['relabelled', 'moved', 'excluded', 'deleted', 'kept', 'none', 'any'];
const numeric = new Set<string>([
  ...['width', 'height', 'size', 'aspect', 'bytes', 'modified', 'brightness', 'dark', 'light', 'contrast'],
  ...['saturation', 'hue', 'blur', 'information', 'border', 'confidence', 'given-confidence', 'label-score', 'outlier'],
]);

/** The terms of a text: split at spaces outside of double quotes; an open quote reaches to the end. */
export function termsOf(text: string): Term[] {
  return [...text.matchAll(/(?:[^\s"]|"[^"]*(?:"|$))+/g)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
    text: match[0],
  }));
}

/** A value as it is written: in quotes where it has a space, a comma or a quote's meaning. */
export function quoted(value: string): string {
  return /[\s,":]/.test(value) || value === '' ? `"${value.replaceAll('"', '')}"` : value;
}

/** Values that the text asks for of a field by `field:a,b`. */
export function valuesOf(text: string, field: string): string[] {
  return termsOf(text).flatMap((term) => (term.text.startsWith(`${field}:`) ? valuesIn(term.text) : []));
}

/** The text with the value added to the field's, or taken away where it is asked for already. */
export function toggleValue(text: string, field: string, value: string): string {
  const before = valuesOf(text, field);
  const values = before.includes(value) ? before.filter((other) => other !== value) : [...before, value];
  const rest = withoutField(text, field);
  const term = values.length > 0 ? `${field}:${values.map(quoted).join(',')}` : '';
  return [rest, term].filter(Boolean).join(' ');
}

/** Whether all terms of the other text are among the text's. */
export function hasTerms(text: string, others: string): boolean {
  const terms = new Set(termsOf(text).map((term) => term.text));
  return termsOf(others).every((term) => terms.has(term.text));
}

/** The text with the terms of the other one added, or taken away where all of them are there already. */
export function toggleTerms(text: string, others: string): string {
  const [terms, toggled] = [text, others].map((one) => termsOf(one).map((term) => term.text)) as [string[], string[]];
  const rest = terms.filter((term) => !toggled.includes(term));
  return (hasTerms(text, others) ? rest : [...rest, ...toggled]).join(' ');
}

/** The text without the field's terms. */
export function withoutField(text: string, field: string): string {
  return termsOf(text)
    .filter((term) => !term.text.startsWith(`${field}:`))
    .map((term) => term.text)
    .join(' ');
}

export interface Completion {
  /** What is put in. */
  insert: string;
  label: string;
  detail: string;
}

export interface Completions {
  /** Part of the text that is replaced. */
  from: number;
  to: number;
  items: Completion[];
}

/** Values that can stand after a field. */
export interface Vocabulary {
  classes: readonly string[];
  splits: readonly string[];
  predicted: readonly string[];
}

const MOST = 12;

/** What can stand where the caret is: a field, or a value of the field that is being written. */
export function complete(text: string, caret: number, words: Vocabulary): Completions {
  const term = termsOf(text).find(({ from, to }) => caret > from && caret <= to);
  const written = term ? text.slice(term.from, caret) : '';
  const field = /^-?([a-z-]+):(.*)$/s.exec(written);
  if (!field) {
    const start = written.startsWith('-') ? 1 : 0;
    const from = (term?.from ?? caret) + start;
    return { from, to: term ? term.to : caret, items: fieldsLike(written.slice(start)) };
  }
  const lead = field[2]!.lastIndexOf(',') + 1;
  const begun = field[2]!.slice(lead).replaceAll('"', '').toLowerCase();
  const from = caret - (field[2]!.length - lead);
  const found = valuesFor(field[1]!, words).filter((value) => value.toLowerCase().includes(begun));
  found.sort((a, b) => Number(b.toLowerCase().startsWith(begun)) - Number(a.toLowerCase().startsWith(begun)));
  const items = found.slice(0, MOST).map((value) => ({ insert: quoted(value), label: value, detail: field[1]! }));
  return { from, to: term!.to, items };
}

function valuesFor(field: string, { classes, splits, predicted }: Vocabulary): readonly string[] {
  switch (field) {
    case 'class':
    case 'label':
      return [...classes, 'none'];
    case 'predicted':
      return predicted;
    case 'split':
      return splits;
    case 'issue':
      return [...findingKinds, 'any', 'none'];
    case 'edit':
      return edits;
    case 'is':
      return states;
    default:
      return [];
  }
}

function fieldsLike(begun: string): Completion[] {
  const lower = begun.toLowerCase();
  const all = ['is', ...catalogueFields].filter((field) => field.startsWith(lower));
  return all.slice(0, MOST).map((field) => ({
    insert: numeric.has(field) ? `${field}>` : `${field}:`,
    label: numeric.has(field) ? `${field}>  ${field}<  ${field}:a..b` : `${field}:`,
    detail: describeField(field),
  }));
}

function describeField(field: string): string {
  if (field === 'is') return 'wrong, edited, …';
  if (field === 'path' || field === 'folder') return 'words in it';
  return numeric.has(field) ? 'number' : 'one of …';
}

/** The text with a completion in it, and where the caret stands then. */
export function applyCompletion(
  text: string,
  { from, to }: Completions,
  { insert }: Completion,
): { text: string; caret: number } {
  const isOpen = /[:>]$/.test(insert);
  const space = isOpen || text[to] === ' ' ? '' : ' ';
  const next = text.slice(0, from) + insert + space + text.slice(to);
  return { text: next, caret: from + insert.length + (isOpen ? 0 : 1) };
}

/** Values of `field:a,"b c"`, without their quotes. */
function valuesIn(term: string): string[] {
  const list = term.slice(term.indexOf(':') + 1);
  return (list.match(/(?:[^,"]|"[^"]*"?)+/g) ?? []).map((value) => value.replaceAll('"', ''));
}
