import type { CatalogueRow, IssueRow } from '../../protocol/catalogue.ts';
import type { RowDecision } from '../../protocol/clean-panel.ts';
import type { Decisions } from './decisions.ts';
import { groupOf } from './kinds.ts';

/** What was decided about a candidate; null: it still waits. */
export function decidedOf(row: IssueRow, decisions: Decisions): RowDecision | null {
  switch (groupOf(row.kind)) {
    case 'set':
      return null;
    case 'copies':
      return decidedCopies(row, decisions);
    case 'label':
    case 'picture': {
      const [image] = row.images;
      return image ? decidedImage(row, image, decisions) : null;
    }
  }
}

function decidedImage(row: IssueRow, image: CatalogueRow, decisions: Decisions): RowDecision | null {
  const edit = decisions.editOf(image);
  if (edit?.deleted) return { what: 'deleted', text: 'Into the trash at apply' };
  if (edit?.excluded) return { what: 'excluded', text: 'Excluded' };
  const aboutLabels = groupOf(row.kind) === 'label' || row.kind === 'outlier';
  if (edit?.label && aboutLabels) return { what: 'relabelled', text: `Relabelled ${edit.label}` };
  if (edit?.kept && groupOf(row.kind) === 'label') return { what: 'kept', text: 'Label kept' };
  if (decisions.isDismissed(image, row.kind, null)) return { what: 'dismissed', text: 'Not an issue' };
  return null;
}

/** Copies are decided once at most one of them is used, or what set them apart is gone. */
function decidedCopies(row: IssueRow, decisions: Decisions): RowDecision | null {
  const { kind, images } = row;
  const used = images.filter((image) => {
    const edit = decisions.editOf(image);
    return !edit?.excluded && !edit?.deleted;
  });
  if (images.length > 1 && used.length <= 1) {
    const deleted = images.some((image) => decisions.editOf(image)?.deleted);
    const out = images.length - used.length;
    return deleted
      ? { what: 'deleted', text: `${out} into the trash or excluded` }
      : { what: 'excluded', text: `${out} excluded` };
  }
  const apart = used.every((image) =>
    used.every((other) => other === image || decisions.isDismissed(image, kind, other)),
  );
  if (apart && used.length > 1) return { what: 'dismissed', text: 'Not an issue' };
  if (kind === 'conflicting-labels') {
    const [label, ...rest] = new Set(used.map((image) => decisions.editOf(image)?.label ?? image.label));
    if (rest.length === 0 && label) return { what: 'relabelled', text: `All ${label}` };
  }
  if (kind === 'split-leak') {
    const [split, ...rest] = new Set(used.map((image) => decisions.editOf(image)?.split ?? image.split));
    if (rest.length === 0 && split) return { what: 'moved', text: `All in ${split}` };
  }
  return null;
}
