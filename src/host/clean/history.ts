import { distinctLines, effectiveIds } from '../../dataset/journal/effective.ts';
import type { HistoryEntry } from '../../protocol/clean-panel.ts';
import { type ImageLine, isImageLine, type JournalLine } from '../../protocol/journal.ts';

/** Pictures that an entry shows at most. */
const MOST_IMAGES = 12;

/**
 * What was edited in a data set, one entry an action, the newest first. An entry's id is that of its first line.
 * @param pending lines that are not saved
 */
export function historyEntries(
  lines: readonly JournalLine[],
  data: string,
  pending: ReadonlySet<string>,
): HistoryEntry[] {
  const all = distinctLines(lines);
  const counting = effectiveIds(all);
  const about = all.filter(isImageLine).filter((line) => line.data === data);
  const actions = Map.groupBy(about, (line) => line.batch ?? line.id);
  return [...actions.values()]
    .map((group): HistoryEntry => {
      const first = group[0] as ImageLine;
      const images = new Map(group.map(({ path, hash }) => [`${hash}\0${path}`, { path, hash }]));
      return {
        id: first.id,
        at: first.at,
        by: first.by ?? null,
        text: sentence(group, images.size),
        images: [...images.values()].slice(0, MOST_IMAGES),
        count: images.size,
        counts: group.some(({ id }) => counting.has(id)),
        saved: !pending.has(first.id),
      };
    })
    .reverse();
}

/** The lines of the action that an entry is about, those that still count. */
export function linesOfEntry(lines: readonly JournalLine[], id: string): ImageLine[] {
  const all = distinctLines(lines);
  const counting = effectiveIds(all);
  const first = all.find((line) => line.id === id);
  if (!first) return [];
  const same = (line: JournalLine) => (first.batch ? line.batch === first.batch : line.id === first.id);
  return all.filter(isImageLine).filter((line) => same(line) && counting.has(line.id));
}

function sentence(group: readonly ImageLine[], images: number): string {
  const kinds = new Set(group.map(({ edit }) => edit));
  const [only] = kinds;
  const text =
    kinds.size === 1 && only ? wordsOf(group, only) : [...kinds].map((kind) => wordsOf(group, kind)).join(', ');
  return `${text}${images === 1 ? '' : `, ${images} images`}`;
}

function wordsOf(group: readonly ImageLine[], kind: ImageLine['edit']): string {
  const lines = group.filter(({ edit }) => edit === kind);
  const one = <T>(values: T[]) => (new Set(values).size === 1 ? values[0] : undefined);
  switch (kind) {
    case 'relabel': {
      const relabelled = lines.filter((line) => line.edit === 'relabel');
      const from = one(relabelled.map((line) => line.from));
      const to = one(relabelled.map((line) => line.to));
      return `Relabelled ${from ?? 'several'} → ${to ?? 'several'}`;
    }
    case 'label': {
      const to = one(lines.filter((line) => line.edit === 'label').map((line) => line.to));
      return to ? `Labelled ${to}` : 'Labelled';
    }
    case 'split': {
      const to = one(lines.filter((line) => line.edit === 'split').map((line) => line.to));
      return to ? `Moved to ${to}` : 'Moved to other splits';
    }
    case 'keep':
      return 'Label kept';
    case 'exclude':
      return 'Excluded';
    case 'delete':
      return 'Into the trash at apply';
    case 'restore':
      return 'Restored';
    case 'dismiss': {
      const issue = one(lines.filter((line) => line.edit === 'dismiss').map((line) => line.issue));
      return issue ? `Not an issue: ${issue.replaceAll('-', ' ')}` : 'Not an issue';
    }
    case 'applied':
      return 'Applied to the disk';
  }
}
