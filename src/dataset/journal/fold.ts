import { type Decision, type ImageLine, isImageLine, type JournalLine } from '../../protocol/journal.ts';
import { byCodeUnit } from '../listing.ts';
import { distinctLines, effectiveIds } from './effective.ts';
import { imageClasses } from './same-image.ts';

/**
 * What the journal says of every image of a data set: the lines' effect in the order of their times and ids, so that their order in the
 * file, and lines that occur twice, do not matter. Images about which nothing is decided (any more) are left out.
 * @param data the data set's name in the lines; several where it is known by more than one
 * @returns by path, then hash
 */
export function foldJournal(lines: readonly JournalLine[], data: string | readonly string[]): Decision[] {
  const names = typeof data === 'string' ? [data] : data;
  const all = distinctLines(lines);
  const effective = effectiveIds(all);
  const about = all.filter(isImageLine).filter((line) => names.includes(line.data));
  const imageOf = imageClasses(about);
  const decisions = new Map<string, Decision>();
  for (const line of about) {
    if (!effective.has(line.id)) continue;
    const image = imageOf(line.path, line.hash);
    const decision = decisions.get(image) ?? undecided(line);
    decisions.set(image, decision);
    applyLine(decision, line);
  }
  return [...decisions.values()]
    .filter(isDecided)
    .sort((a, b) => byCodeUnit(a.path, b.path) || byCodeUnit(a.hash, b.hash));
}

function undecided({ path, hash }: ImageLine): Decision {
  return {
    path,
    hash,
    label: null,
    excluded: false,
    deleted: false,
    kept: false,
    split: null,
    dismissed: [],
    lines: [],
  };
}

function isDecided({ label, excluded, deleted, kept, split, dismissed }: Decision): boolean {
  return label !== null || excluded || deleted || kept || split !== null || dismissed.length > 0;
}

function applyLine(decision: Decision, line: ImageLine): void {
  decision.path = line.path;
  decision.lines.push(line.id);
  switch (line.edit) {
    case 'relabel':
    case 'label':
      decision.label = line.to;
      decision.kept = false;
      break;
    case 'keep':
      decision.label = null;
      decision.kept = true;
      break;
    case 'exclude':
      decision.excluded = true;
      break;
    case 'delete':
      decision.deleted = true;
      break;
    case 'restore':
      decision.excluded = false;
      decision.deleted = false;
      break;
    case 'split':
      decision.split = line.to;
      break;
    case 'dismiss':
      dismiss(decision, line.issue, line.with ?? null);
      break;
    case 'applied':
      settle(decision, line.to, line.splitStays === true);
      break;
  }
}

function dismiss(decision: Decision, issue: string, other: string | null): void {
  if (decision.dismissed.some((entry) => entry.issue === issue && entry.with === other)) return;
  decision.dismissed.push({ issue, with: other });
}

/** The disk now says what was decided. A label that a person gave stays one that a person has confirmed. */
function settle(decision: Decision, to: string | null, splitStays: boolean): void {
  decision.kept ||= decision.label !== null;
  decision.label = null;
  if (!splitStays) decision.split = null;
  decision.deleted = false;
  if (to !== null) decision.path = to;
  else Object.assign(decision, { kept: false, excluded: false, split: null, dismissed: [] });
}
