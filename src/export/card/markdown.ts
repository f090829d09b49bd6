/** Text that Markdown shows as it is, also inside a table. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#~]/g, '\\$&');
}

/** Text in a fixed-width font, whatever it holds. */
export function code(text: string): string {
  const fence = '`'.repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)));
  const padded = text.startsWith('`') || text.endsWith('`') ? ` ${text} ` : text;
  return `${fence}${padded.replace(/\s+/g, ' ').replaceAll('|', '\\|')}${fence}`;
}

/** The cells are Markdown already. @param align one letter a column: `l` or `r`. */
export function table(align: string, titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = `|${[...align].map((side) => (side === 'r' ? '--:' : ':--')).join('|')}|`;
  return [line(titles), rule, ...rows.map(line)].join('\n');
}
