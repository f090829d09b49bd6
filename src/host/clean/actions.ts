import { type Edit, editOf, subject } from '../../dataset/journal/edits.ts';
import type { IssueRow } from '../../protocol/catalogue.ts';
import type { CleanAct } from '../../protocol/clean-panel.ts';
import type { Decisions } from './decisions.ts';
import { groupOf } from './kinds.ts';

/**
 * The edits by which an act on one image of a row is written down; none where it would change nothing.
 * @param at which image of the row
 */
export function editsFor(act: CleanAct, row: IssueRow, at: number, decisions: Decisions): Edit[] {
  const image = row.images[at];
  if (!image) return [];
  const because = (edit: Edit): Edit => ({ ...edit, why: row.kind });
  const about = (one: { path: string; hash: string }) => subject(one, decisions.of(one) ?? undefined);
  switch (act.do) {
    case 'keep':
      return keep(row, at, about).map(because);
    case 'relabel':
      return relabel(image, act.to, about).map(because);
    case 'exclude':
    case 'delete':
    case 'restore':
      return [because(editOf[act.do](about(image)))];
    case 'dismiss':
      return dismiss(row, about).map(because);
  }
}

type About = (image: { path: string; hash: string }) => ReturnType<typeof subject>;

function keep(row: IssueRow, at: number, about: About): Edit[] {
  const image = row.images[at] as IssueRow['images'][number];
  const others = row.images.filter((_, i) => i !== at);
  switch (groupOf(row.kind)) {
    case 'label':
      return [editOf.keep(about(image))];
    case 'copies':
      if (row.kind === 'conflicting-labels' && image.label !== null) {
        const right = image.label;
        const wrong = others.filter(({ label }) => label !== right);
        return [editOf.keep(about(image)), ...wrong.flatMap((other) => relabel(other, right, about))];
      }
      return others.map((other) => editOf.exclude(about(other)));
    case 'picture':
      return dismiss(row, about);
    case 'set':
      return [];
  }
}

function relabel({ label, ...image }: { path: string; hash: string; label: string | null }, to: string, about: About) {
  if (label === null) return [editOf.label(about(image), to)];
  return [label === to ? editOf.keep(about(image)) : editOf.relabel(about(image), label, to)];
}

/** Of copies, each pair is named on both images, so that neither half of it comes back. */
function dismiss({ kind, images }: IssueRow, about: About): Edit[] {
  if (groupOf(kind) === 'set') return [];
  if (images.length === 1) return images.map((image) => editOf.dismiss(about(image), kind));
  return images.flatMap((image) =>
    images.filter((other) => other !== image).map((other) => editOf.dismiss(about(image), kind, other.hash)),
  );
}
