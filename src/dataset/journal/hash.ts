import { createHash } from 'node:crypto';
import type { JournalLine } from '../../protocol/journal.ts';
import { foldJournal } from './fold.ts';

/** SHA-256 of what the journal decides about a data set: equal however it came to be decided. Hex. */
export function journalHash(lines: readonly JournalLine[], data: string | readonly string[]): string {
  const hash = createHash('sha256');
  for (const { lines: _, dismissed, ...decision } of foldJournal(lines, data)) {
    const pairs = dismissed.map(({ issue, with: other }) => [issue, other]).sort();
    hash.update(`${JSON.stringify([decision, pairs])}\n`);
  }
  return hash.digest('hex');
}
