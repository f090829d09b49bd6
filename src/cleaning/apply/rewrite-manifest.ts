import { type CsvRow, parseCsv, sniffDelimiter } from '../../dataset/csv.ts';
import { splitNamed } from '../../dataset/listing.ts';
import { columnsOf, delimitedColumns, parseManifest } from '../../dataset/manifest-rows.ts';
import type { SplitName } from '../../dataset/types.ts';

/** What is to become of one row. */
export interface RowChange {
  label?: string;
  split?: SplitName;
  remove?: true;
}

/**
 * A manifest with some rows changed or gone; every other byte stays as it was.
 * @param changeOf the change of the row that names this path, as it is written there
 * @throws Problem of `parseManifest`
 */
export function rewriteManifest(text: string, name: string, changeOf: (written: string) => RowChange | null): string {
  return isJsonLines(text) ? rewriteJsonLines(text, name, changeOf) : rewriteDelimited(text, name, changeOf);
}

/** True where the manifest has a place to write a split. */
export function hasSplitColumn(text: string, name: string): boolean {
  if (isJsonLines(text)) return true;
  return delimitedColumns(parseCsv(withoutMark(text), sniffDelimiter(withoutMark(text))), name).places.split >= 0;
}

function isJsonLines(text: string): boolean {
  return withoutMark(text).trimStart().startsWith('{');
}

function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, '');
}

function rewriteJsonLines(text: string, name: string, changeOf: (written: string) => RowChange | null): string {
  const words = wordsOf(text, name);
  const rows = new Map(parseManifest(text, name).map((row) => [row.line, row]));
  const keys = new Set<string>();
  for (const line of text.split(/\r\n|\n|\r/)) for (const key of keysOf(line)) keys.add(key);
  const columns = columnsOf([...keys]);
  return linesOf(text)
    .map((line, at) => {
      const row = rows.get(at + 1);
      const change = row?.path ? changeOf(row.path) : null;
      if (!change) return line;
      if (change.remove) return '';
      const [, body = '', end = ''] = /^([^\r\n]*)([\r\n]*)$/.exec(line) ?? [];
      const value = JSON.parse(withoutMark(body)) as Record<string, unknown>;
      if (change.label !== undefined) value[columns.label ?? 'label'] = change.label;
      if (change.split !== undefined) value[columns.split ?? 'split'] = words[change.split];
      return `${body.startsWith('\ufeff') ? '\ufeff' : ''}${JSON.stringify(value)}${end}`;
    })
    .join('');
}

function keysOf(line: string): string[] {
  try {
    const value: unknown = JSON.parse(withoutMark(line));
    return typeof value === 'object' && value !== null ? Object.keys(value) : [];
  } catch {
    return [];
  }
}

function rewriteDelimited(text: string, name: string, changeOf: (written: string) => RowChange | null): string {
  const bare = withoutMark(text);
  const mark = text.slice(0, text.length - bare.length);
  const delimiter = sniffDelimiter(bare);
  const rows = parseCsv(bare, delimiter);
  const { hasHeader, places } = delimitedColumns(rows, name);
  const words = wordsOf(text, name);
  const lines = linesOf(bare);
  const pieces = [lines.slice(0, (rows[0]?.line ?? 1) - 1).join('')];
  rows.forEach((row, at) => {
    const raw = lines.slice(row.line - 1, (rows[at + 1]?.line ?? lines.length + 1) - 1).join('');
    const change = hasHeader && at === 0 ? null : changeOf(row.fields[places.path]?.trim() ?? '');
    if (!change) pieces.push(raw);
    else if (!change.remove)
      pieces.push(changedRow(row, change, places, words, delimiter) + (/(\r\n|\r|\n)$/.exec(raw)?.[0] ?? ''));
  });
  return mark + pieces.join('');
}

function changedRow(
  { fields }: CsvRow,
  change: RowChange,
  places: { label: number; split: number },
  words: Record<SplitName, string>,
  delimiter: string,
): string {
  const cells = [...fields];
  while (cells.length <= Math.max(places.label, places.split)) cells.push('');
  if (change.label !== undefined) cells[places.label] = change.label;
  if (change.split !== undefined && places.split >= 0) cells[places.split] = words[change.split];
  return cells.map((cell) => quoted(cell, delimiter)).join(delimiter);
}

export function quoted(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** How this manifest calls the splits. */
function wordsOf(text: string, name: string): Record<SplitName, string> {
  const words: Record<SplitName, string> = { train: 'train', validation: 'validation', test: 'test' };
  for (const { split } of parseManifest(text, name)) {
    const named = split ? splitNamed(split) : undefined;
    if (named) words[named] = split as string;
  }
  return words;
}

/** Lines with their ends. */
function linesOf(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}
