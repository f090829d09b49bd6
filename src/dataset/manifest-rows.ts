import { Problem } from '../problem.ts';
import { type CsvRow, csvRows, sniffDelimiter } from './csv.ts';

/** One line of a manifest; null where the row has no such value. */
export interface ManifestRow {
  line: number;
  path: string | null;
  label: string | null;
  split: string | null;
  group: string | null;
  /** Why the row can't be used at all. */
  fault: string | null;
}

export type Column = 'path' | 'label' | 'split' | 'group';

/** Best names first. */
const NAMES: Record<Column, string[]> = {
  path: [
    'path',
    'filepath',
    'file',
    'filename',
    'image',
    'imagepath',
    'imagefile',
    'imagename',
    'img',
    'imageid',
    'name',
  ],
  label: ['label', 'class', 'category', 'classname', 'labelname', 'target', 'y'],
  split: ['split', 'subset', 'set', 'partition'],
  group: ['group', 'groupid', 'patient', 'patientid', 'subject', 'subjectid'],
};

const IMAGE_NAME = /\.(jpe?g|png|gif|webp|tiff?|avif|bmp|svg)$/i;

const LONG_LINE = 2 ** 20;

/** Rows by whose values columns without a header are told apart. */
const SAMPLE_ROWS = 100;

/**
 * Reads a manifest: one JSON object a line, or delimited text with or without a header.
 * @param name for messages.
 * @throws Problem when no column can be told to be the path and one the label.
 */
export function parseManifest(content: string, name: string): ManifestRow[] {
  return [...manifestRows(() => [content], name)];
}

/**
 * As `parseManifest`, of text that comes in pieces.
 * @param read gives the text from its beginning: once, or twice where what its columns are has to be found out first
 */
export function* manifestRows(read: () => Iterable<string>, name: string): Generator<ManifestRow> {
  const start = startOf(read());
  if (!start.trim()) throw emptyManifest(name);
  const pieces = () => withoutMark(read());
  if (start.trimStart().startsWith('{')) yield* jsonRows(pieces, name);
  else yield* delimitedRows(pieces(), sniffDelimiter(start), name);
}

/** The text up to the end of its first line that is not empty, or as much of it as tells how it goes on. */
function startOf(pieces: Iterable<string>): string {
  let start = '';
  for (const piece of withoutMark(pieces)) {
    start += piece;
    if (/\S.*[\r\n]/.test(start) || (start.length > LONG_LINE && start.trim())) break;
  }
  return start;
}

function* withoutMark(pieces: Iterable<string>): Generator<string> {
  let isFirst = true;
  for (const piece of pieces) {
    yield isFirst ? piece.replace(/^\ufeff/, '') : piece;
    isFirst = false;
  }
}

function emptyManifest(name: string): Problem {
  return new Problem('empty-manifest', `${name} is empty.`, 'Write a line for each image: path,label');
}

function* jsonRows(pieces: () => Iterable<string>, name: string): Generator<ManifestRow> {
  const keys = new Set<string>();
  for (const { text } of linesOf(pieces())) for (const key of Object.keys(parseObject(text) ?? {})) keys.add(key);
  const columns = requireColumns(columnsOf([...keys]), [...keys], name);
  for (const { line, text } of linesOf(pieces())) {
    const value = parseObject(text);
    if (!value) {
      yield faulty(line, 'The line is no JSON object');
      continue;
    }
    const of = (column: Column) => wordOf(value[columns[column] ?? '']);
    yield { line, path: of('path'), label: of('label'), split: of('split'), group: of('group'), fault: null };
  }
}

/** Lines that are not empty, with their numbers. */
function* linesOf(pieces: Iterable<string>): Generator<{ line: number; text: string }> {
  let rest = '';
  let line = 0;
  const split = function* (text: string) {
    const lines = text.split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    for (const one of lines) {
      line++;
      if (one.trim()) yield { line, text: one };
    }
  };
  for (const piece of pieces) {
    const text = rest + piece;
    // The other half of a line break may be the first character of the next piece.
    const held = text.endsWith('\r') ? '\r' : '';
    yield* split(text.slice(0, text.length - held.length));
    rest += held;
  }
  yield* split(`${rest}\n`);
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function wordOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() || null;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function* delimitedRows(pieces: Iterable<string>, delimiter: string, name: string): Generator<ManifestRow> {
  const rows = csvRows(pieces, delimiter);
  const first: CsvRow[] = [];
  for (let row = rows.next(); !row.done; row = rows.next()) if (first.push(row.value) === SAMPLE_ROWS) break;
  if (first.length === 0) throw emptyManifest(name);
  const { hasHeader, places, width } = delimitedColumns(first, name);
  const rowOf = ({ line, fields }: CsvRow): ManifestRow => {
    if (fields.length > width) return faulty(line, `${fields.length} columns instead of ${width}`);
    const of = (column: Column) => fields[places[column]]?.trim() || null;
    return { line, path: of('path'), label: of('label'), split: of('split'), group: of('group'), fault: null };
  };
  for (const row of hasHeader ? first.slice(1) : first) yield rowOf(row);
  for (const row of rows) yield rowOf(row);
}

/** Position of each column, -1 where there is none, in the rows of delimited text that is not empty. @throws Problem `manifest-columns` */
export function delimitedColumns(
  rows: CsvRow[],
  name: string,
): { hasHeader: boolean; width: number; places: Record<Column, number> } {
  const [first] = rows as [CsvRow];
  const header = columnsOf(first.fields);
  const hasHeader = header.path !== undefined;
  const names = hasHeader ? first.fields : [];
  const columns = hasHeader ? requireColumns(header, first.fields, name) : obviousColumns(rows, name);
  const indexOf = (column: Column) => {
    const chosen = columns[column];
    return chosen === undefined ? -1 : hasHeader ? names.indexOf(chosen) : Number(chosen);
  };
  const places = { path: indexOf('path'), label: indexOf('label'), split: indexOf('split'), group: indexOf('group') };
  return { hasHeader, width: hasHeader ? names.length : first.fields.length, places };
}

function faulty(line: number, fault: string): ManifestRow {
  return { line, path: null, label: null, split: null, group: null, fault };
}

/** For each column the header's own word for it, by the first known name that occurs. */
export function columnsOf(header: string[]): Partial<Record<Column, string>> {
  const plain = new Map(header.map((word) => [word.toLowerCase().replace(/[^a-z]/g, ''), word]));
  const columns: Partial<Record<Column, string>> = {};
  for (const column of Object.keys(NAMES) as Column[]) {
    const found = NAMES[column].find((name) => plain.has(name));
    if (found) columns[column] = plain.get(found) as string;
  }
  return columns;
}

function requireColumns(columns: Partial<Record<Column, string>>, header: string[], name: string) {
  if (columns.path === undefined || columns.label === undefined) throw unknownColumns(name, header);
  return columns;
}

/** Without a header: the column whose values look like image files, and the one other column, or the first two of three. */
function obviousColumns(rows: CsvRow[], name: string): Partial<Record<Column, string>> {
  const sample = rows.slice(0, SAMPLE_ROWS);
  const width = sample[0]?.fields.length ?? 0;
  const path = Array.from({ length: width }, (_, i) => i).find((i) =>
    sample.every(({ fields }) => IMAGE_NAME.test(fields[i]?.trim() ?? '')),
  );
  if (path === undefined || width !== 2) throw unknownColumns(name, rows[0]?.fields ?? []);
  return { path: String(path), label: String(1 - path) };
}

function unknownColumns(name: string, header: string[]): Problem {
  const seen = header.length ? `; its first line says: ${header.slice(0, 8).join(', ').slice(0, 200)}` : '';
  return new Problem(
    'manifest-columns',
    `${name} has no column that says where an image is, or none that says its class${seen}.`,
    'Name the columns path and label (and, where you have them, split and group) in the first line.',
  );
}
