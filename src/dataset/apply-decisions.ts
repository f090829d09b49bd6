import type { Decision } from '../protocol/journal.ts';
import type { JournalOverlay } from './journal/overlay.ts';
import { type Placement, placeDecisions } from './journal/place.ts';
import { byCodeUnit } from './listing.ts';
import { type DataSetWarning, type ImageRecord, type JournalEffect, NO_LABEL } from './types.ts';

/** Images as the source says, and what people decided about them. */
export interface Decided {
  classes: string[];
  images: ImageRecord[];
  effect: JournalEffect;
  warnings: DataSetWarning[];
}

/**
 * Overlays what people decided: other labels and splits, images left out, labels for images that the source gives none. Classes that
 * appear by this are added, those that it leaves without an image are gone.
 * @param unlabelled images without a label that are of use only if a person has given them one
 */
export function applyDecisions(
  source: { classes: string[]; images: ImageRecord[] },
  unlabelled: ImageRecord[],
  overlay: JournalOverlay,
): Decided {
  const all = [...source.images, ...unlabelled];
  const placement = placeDecisions(overlay.decisions, all);
  const effect = effectOf(overlay, placement);
  const used: { image: ImageRecord; name: string | null }[] = [];
  all.forEach((image, at) => {
    const given = image.label === NO_LABEL ? null : (source.classes[image.label] as string);
    const decision = placement.byImage.get(at);
    const name = decision?.label ?? given;
    // To look at a data set, images without a label are asked for and stay.
    if (name === null && at >= source.images.length) return;
    if (decision?.excluded || decision?.deleted) {
      effect.excluded++;
      return;
    }
    if (decision) count(effect, decision, image, given);
    used.push({ image: decision?.split ? { ...image, chosenSplit: decision.split } : image, name });
  });
  const classes = classesOf(source, used);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const images = used.map(({ image, name }) => ({
    ...image,
    label: name === null ? NO_LABEL : (labels.get(name) as number),
  }));
  const emptied = source.classes.filter((name) => !labels.has(name));
  return { classes, images, effect, warnings: [...emptiedWarning(emptied), ...staleWarning(effect)] };
}

function effectOf({ file, hash, bad }: JournalOverlay, placement: Placement): JournalEffect {
  return {
    file,
    hash,
    relabelled: 0,
    labelled: 0,
    excluded: 0,
    resplit: 0,
    kept: 0,
    renamed: placement.renamed.length,
    changed: placement.changed.map(({ path }) => path),
    gone: placement.gone.map(({ path }) => path),
    ambiguous: placement.ambiguous.map(({ decision }) => decision.path),
    badLines: bad.length,
  };
}

function count(effect: JournalEffect, decision: Decision, image: ImageRecord, given: string | null): void {
  if (given === null && decision.label !== null) effect.labelled++;
  else if (decision.label !== null && decision.label !== given) effect.relabelled++;
  if (decision.split !== null && decision.split !== image.split) effect.resplit++;
  if (decision.kept) effect.kept++;
}

/** A class that the source itself leaves empty stays, for the caller to refuse. */
function classesOf(source: { classes: string[]; images: ImageRecord[] }, used: { name: string | null }[]): string[] {
  const before = new Set(source.images.map(({ label }) => label));
  const empty = source.classes.filter((_, label) => !before.has(label));
  const names = used.flatMap(({ name }) => name ?? []);
  return [...new Set([...names, ...empty])].sort(byCodeUnit);
}

function emptiedWarning(names: string[]): DataSetWarning[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  const message = `Your edits leave no image of ${shown.join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}: ${names.length === 1 ? 'the class is' : 'the classes are'} left out.`;
  return [{ code: 'class-emptied', message }];
}

function staleWarning({ changed, ambiguous, badLines }: JournalEffect): DataSetWarning[] {
  const warnings: DataSetWarning[] = [];
  if (changed.length > 0) {
    const message = `${edits(changed.length)} not applied, since the file holds another image now: ${some(changed)}. Look at them again.`;
    warnings.push({ code: 'edits-stale', message });
  }
  if (ambiguous.length > 0) {
    const message = `${edits(ambiguous.length)} not applied, since the image was moved and lies there more than once: ${some(ambiguous)}. Look at them again.`;
    warnings.push({ code: 'edits-ambiguous', message });
  }
  if (badLines > 0) {
    const message = `${badLines} ${badLines === 1 ? 'line' : 'lines'} of .loupe/labels.jsonl can't be read and ${badLines === 1 ? 'is' : 'are'} passed over; they stay in the file.`;
    warnings.push({ code: 'journal-lines', message });
  }
  return warnings;
}

function edits(count: number): string {
  return count === 1 ? 'Your edits of one image are' : `Your edits of ${count} images are`;
}

function some(paths: string[]): string {
  return `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ' …' : ''}`;
}
