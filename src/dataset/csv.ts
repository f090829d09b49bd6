/** A row and the number of the line it starts on, counting from 1. */
export interface CsvRow {
  line: number;
  fields: string[];
}

const DELIMITERS = [',', ';', '\t'] as const;

/** The delimiter that occurs most often in the first line, outside quotes. */
export function sniffDelimiter(text: string): string {
  const firstLine = /^(?:"(?:[^"]|"")*"|[^"\r\n])*/.exec(text)?.[0] ?? '';
  const bare = firstLine.replace(/"(?:[^"]|"")*"/g, '');
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] as string;
}

/**
 * Splits delimited text as RFC 4180 describes: quoted fields may hold delimiters, line breaks and doubled quotes. Empty lines
 * are left out; a quote inside an unquoted field is a character like any other.
 */
export function parseCsv(text: string, delimiter: string): CsvRow[] {
  return [...csvRows([text], delimiter)];
}

/** As `parseCsv`, of text that comes in pieces: no more of it is held than a piece and a row. */
export function* csvRows(pieces: Iterable<string>, delimiter: string): Generator<CsvRow> {
  const source = pieces[Symbol.iterator]();
  let text = '';
  let at = 0;
  let line = 1;
  let isWhole = false;
  for (;;) {
    const row = readRow(text, at, delimiter, isWhole);
    if (row) {
      if (row.fields.length > 1 || row.fields[0]?.trim()) yield { line, fields: row.fields };
      at = row.end;
      line += row.breaks;
    } else if (isWhole) return;
    else {
      const rest = text.slice(at);
      const next = takeText(source, Math.max(1, rest.length));
      isWhole = next.isLast;
      text = rest + next.text;
      at = 0;
    }
  }
}

/** So much text, or all there is. To ask for as much as is there already keeps a row of any length cheap. */
function takeText(source: Iterator<string>, atLeast: number): { text: string; isLast: boolean } {
  const taken: string[] = [];
  for (let length = 0; length < atLeast; ) {
    const { value, done } = source.next();
    if (done) return { text: taken.join(''), isLast: true };
    taken.push(value);
    length += value.length;
  }
  return { text: taken.join(''), isLast: false };
}

/** The row that begins at `start`; null where its end is not there yet, or nothing is left. */
function readRow(
  text: string,
  start: number,
  delimiter: string,
  isWhole: boolean,
): { fields: string[]; end: number; breaks: number } | null {
  if (start === text.length) return null;
  const fields: string[] = [];
  let breaks = 0;
  for (let at = start; ; ) {
    let value = '';
    if (text[at] === '"') {
      const quoted = readQuoted(text, at + 1);
      value = quoted.value;
      at = quoted.end;
      breaks += countBreaks(value);
    }
    const from = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
    fields.push(value + text.slice(from, at));
    const stop = text[at++];
    if (stop === delimiter) continue;
    if (stop === '\r' && text[at] === '\n') at++;
    // What follows the last character may belong to it: a second quote, the other half of a line break.
    if (at >= text.length && !isWhole) return null;
    return stop === undefined ? { fields, end: text.length, breaks } : { fields, end: at, breaks: breaks + 1 };
  }
}

/** Reads up to the closing quote, or to the end where there is none. */
function readQuoted(text: string, start: number): { value: string; end: number } {
  let value = '';
  for (let at = start; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { value: value + text.slice(at), end: text.length };
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    at = quote + 2;
  }
}

function countBreaks(text: string): number {
  return text.split(/\r\n|\r|\n/).length - 1;
}
