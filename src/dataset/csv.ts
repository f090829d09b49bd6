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
  const rows: CsvRow[] = [];
  let fields: string[] = [];
  let line = 1;
  let startLine = 1;
  let at = 0;
  const endRow = () => {
    if (fields.length > 1 || fields[0]?.trim()) rows.push({ line: startLine, fields });
    fields = [];
    startLine = line;
  };
  while (at < text.length) {
    let value = '';
    if (text[at] === '"') {
      const quoted = readQuoted(text, at + 1);
      value = quoted.value;
      at = quoted.end;
      line += countBreaks(value);
    }
    const start = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++;
    fields.push(value + text.slice(start, at));
    const stop = text[at];
    at++;
    if (stop === delimiter) {
      if (at === text.length) fields.push('');
      continue;
    }
    if (stop === '\r' && text[at] === '\n') at++;
    if (stop !== undefined) line++;
    endRow();
  }
  if (fields.length) endRow();
  return rows;
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
