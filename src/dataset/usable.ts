import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import { byCodeUnit } from './listing.ts';
import type { Source } from './resolve-source.ts';
import type { DataSetWarning, ImageRecord, Skipped } from './types.ts';

/** Two classes, and of each one to learn from and one to check with. */
const FEWEST_IMAGES = 4;

/**
 * Refuses data that nothing can be learnt from, and warns of what a user would want to know before training.
 * @throws Problem `no-images`, `one-class`, `empty-class` or `too-few-images`.
 */
export function checkUsable(
  source: Source,
  classes: string[],
  images: ImageRecord[],
  skipped: Skipped[],
): DataSetWarning[] {
  assertImages(source, images.length, skipped);
  const place = placeOf(source);
  const left = leftOut(skipped);
  const counts = new Array<number>(classes.length).fill(0);
  for (const { label } of images) counts[label] = (counts[label] as number) + 1;
  const empty = classes.filter((_, label) => counts[label] === 0);
  if (classes.length - empty.length < 2) throw oneClass(source, place, classes, left);
  if (empty.length > 0) throw emptyClass(place, empty, left);
  if (images.length < FEWEST_IMAGES || counts.every((count) => count < 2)) {
    throw new Problem(
      'too-few-images',
      `${place} holds only ${images.length} usable images in ${classes.length} classes.${left}`,
      'Add images: at least two a class, one to learn from and one to check with. A few dozen a class is a sensible start.',
    );
  }
  return [...tinyClasses(classes, counts), ...unseenClasses(classes, images)];
}

/** @throws Problem `no-images` */
export function assertImages(source: Source, images: number, skipped: Skipped[]): void {
  if (images > 0) return;
  throw new Problem(
    'no-images',
    `${placeOf(source)} holds no usable image.${leftOut(skipped)}`,
    'Check that this is the right place: class folders with images, a manifest, or IDX files.',
  );
}

function placeOf({ root, file, format }: Source): string {
  return file && format === 'manifest' ? path.join(root, file) : root;
}

function leftOut(skipped: Skipped[]): string {
  return skipped.length ? ` Left out: ${skipped.map(({ cause, count }) => `${count} ${cause}`).join(', ')}.` : '';
}

function oneClass(source: Source, place: string, classes: string[], left: string): Problem {
  const [only] = classes;
  const inside =
    source.format === 'folder' && classes.length === 1 ? subfolders(path.join(source.root, only as string)) : [];
  return new Problem(
    'one-class',
    `${place} has images of one class only${classes.length === 1 ? `, "${only}"` : ''}; a classifier needs at least two.${left}`,
    inside.length > 1
      ? `The folder "${only}" holds folders of its own (${inside.slice(0, 3).join(', ')}…): open ${path.join(source.root, only as string)} instead.`
      : 'Put the images of each class into a folder of its own, and open the folder that holds them all.',
  );
}

function subfolders(folder: string): string[] {
  try {
    const entries = fs.readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort(byCodeUnit);
  } catch {
    return [];
  }
}

function emptyClass(place: string, empty: string[], left: string): Problem {
  const names = quoted(empty);
  return new Problem(
    'empty-class',
    `The class ${empty.length === 1 ? 'folder' : 'folders'} ${names} in ${place} ${empty.length === 1 ? 'holds' : 'hold'} no usable image.${left}`,
    'Add images, or remove the folder; if it is no class, start its name with a dot.',
  );
}

function quoted(names: string[]): string {
  const shown = names
    .slice(0, 5)
    .map((name) => `"${name}"`)
    .join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function tinyClasses(classes: string[], counts: number[]): DataSetWarning[] {
  const single = classes.filter((_, label) => counts[label] === 1);
  if (single.length === 0) return [];
  const message = `There is only one image of ${quoted(single)}: it is trained on, and nothing is left to check with.`;
  return [{ code: 'tiny-class', message }];
}

/** Classes that the source's own split leaves without a training image. */
function unseenClasses(classes: string[], images: ImageRecord[]): DataSetWarning[] {
  const trained = new Set<number>();
  for (const { label, split, chosenSplit } of images) {
    if ((chosenSplit ?? split ?? 'train') === 'train') trained.add(label);
  }
  const unseen = classes.filter((_, label) => !trained.has(label));
  if (unseen.length === 0) return [];
  return [{ code: 'class-not-in-train', message: `The data's own split has no training image of ${quoted(unseen)}.` }];
}
