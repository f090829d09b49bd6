import type { JournalLine } from '../../protocol/journal.ts';
import { byCodeUnit } from '../listing.ts';

/** The order in which lines count, whatever their order in the file. */
export function inOrder(a: JournalLine, b: JournalLine): number {
  return byCodeUnit(a.at, b.at) || byCodeUnit(a.id, b.id);
}

/**
 * The lines in the order in which they count, each once: a merge may bring a line twice. Of two different lines with one id, the same one
 * is chosen wherever they stand in the file.
 */
export function distinctLines(lines: readonly JournalLine[]): JournalLine[] {
  const byId = new Map<string, JournalLine>();
  for (const line of lines) {
    const other = byId.get(line.id);
    if (!other || JSON.stringify(line) < JSON.stringify(other)) byId.set(line.id, line);
  }
  return [...byId.values()].sort(inOrder);
}

/**
 * Which lines count: of the undo and redo lines that aim at a line and count themselves, the last one decides. So the undo of an undo
 * is a redo, and clocks that differ do no harm: an undo may seem older than what it takes back.
 * @param lines of `distinctLines`
 */
export function effectiveIds(lines: readonly JournalLine[]): Set<string> {
  const aims = new Map<string, JournalLine[]>();
  for (const line of lines) {
    if (line.edit !== 'undo' && line.edit !== 'redo') continue;
    aims.set(line.of, [...(aims.get(line.of) ?? []), line]);
  }
  const known = new Map<string, boolean>();
  const counts = (id: string): boolean => {
    const found = known.get(id);
    if (found !== undefined) return found;
    // In a circle of lines that undo each other, which only a hand can write, the first does not count.
    known.set(id, false);
    const last = aims.get(id)?.findLast((aim) => counts(aim.id));
    const result = last === undefined || last.edit === 'redo';
    known.set(id, result);
    return result;
  };
  return new Set(lines.filter(({ id }) => counts(id)).map(({ id }) => id));
}
