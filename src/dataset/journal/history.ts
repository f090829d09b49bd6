import { type ImageLine, isImageLine, type JournalLine } from '../../protocol/journal.ts';
import { distinctLines, effectiveIds } from './effective.ts';
import { imageClasses } from './same-image.ts';

export interface HistoryEntry {
  line: ImageLine;
  /** False: it was undone. */
  counts: boolean;
}

/** Everything that was ever decided about one image, also under paths it had before; oldest first. */
export function historyOf(
  lines: readonly JournalLine[],
  data: string | readonly string[],
  image: { path: string; hash: string },
): HistoryEntry[] {
  const names = typeof data === 'string' ? [data] : data;
  const all = distinctLines(lines);
  const effective = effectiveIds(all);
  const about = all.filter(isImageLine).filter((line) => names.includes(line.data) && line.hash === image.hash);
  const classOf = imageClasses(about);
  const wanted = classOf(image.path, image.hash);
  return about
    .filter((line) => classOf(line.path, line.hash) === wanted)
    .map((line) => ({ line, counts: effective.has(line.id) }));
}
