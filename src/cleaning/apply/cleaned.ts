import path from 'node:path';
import type { SourceImage } from '../../dataset/list-images.ts';
import type { SplitName } from '../../dataset/types.ts';
import type { RefusedEdit } from '../../protocol/apply.ts';
import { destinationOf } from './destination.ts';
import { refusal, type SourceEdits } from './edits-of.ts';
import { FreeNames } from './free-names.ts';

/** An image of the cleaned data set. */
export interface CleanedImage {
  image: SourceImage;
  label: string;
  split: SplitName | null;
}

/** The images that are left with their labels as decided, by path. */
export function cleanedImages({ images }: Pick<SourceEdits, 'images'>): CleanedImage[] {
  return images.flatMap(({ image, decision }) => {
    const label = decision?.label ?? image.className;
    if (label === null || decision?.excluded || decision?.deleted) return [];
    return [{ image, label, split: decision?.split ?? image.split }];
  });
}

/** Where each image lies in a cleaned copy: as in the source where that is an image folder, else in folders of splits and classes. */
export function copyPlaces(
  { source }: Pick<SourceEdits, 'source'>,
  cleaned: readonly CleanedImage[],
): { places: { image: SourceImage; to: string }[]; refused: RefusedEdit[] } {
  const names = new FreeNames(null);
  const places: { image: SourceImage; to: string }[] = [];
  const refused: RefusedEdit[] = [];
  const hasSplits = cleaned.every(({ split }) => split !== null);
  for (const { image, label, split } of cleaned) {
    if (source.format !== 'folder') {
      const wanted = [...(hasSplits && split ? [split] : []), label, fileName(image.path)].join('/');
      places.push({ image, to: names.take(wanted) });
      continue;
    }
    const place = destinationOf(image, { label, split }, source);
    if ('to' in place) places.push({ image, to: names.take(place.to) });
    else refused.push(refusal(image.path, place.code, place.message));
  }
  return { places, refused };
}

/** An image inside an IDX file becomes a file of its own. */
function fileName(image: string): string {
  const [, file, index] = /^(.*)#(\d+)$/.exec(image) ?? [];
  if (file === undefined) return path.posix.basename(image.replaceAll('\\', '/'));
  return `${path.posix.parse(file).name}-${index}.png`;
}
