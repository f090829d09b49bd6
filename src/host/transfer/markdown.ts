/** Text as it reads, whatever characters of Markdown or HTML it holds. */
export function escaped(text: string): string {
  return text
    .replace(/[\\`*_{}[\]<>()#+!|~-]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('\n', ' ');
}

/** A table; the cells are Markdown already. @param aligns of the columns, e.g. `lrr` */
export function table(titles: readonly string[], aligns: string, rows: readonly (readonly string[])[]): string {
  const rule = [...aligns].map((align) => (align === 'r' ? '--:' : ':--'));
  return [titles, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
