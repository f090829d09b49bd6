import type { LeakReport } from '../../protocol/issues.ts';
import type { DuplicatePair } from '../duplicates/find.ts';
import { fitOnce } from '../labels/cross-fit.ts';
import type { LabelledImages } from './find-labels.ts';
import type { DescribedImages, Search } from './search.ts';

/** Penalty of the probe that measures what leaks are worth: it is to remember what it has seen, as a network does. */
const STRENGTH = 0.003;
const MEASURED = ['test', 'validation'] as const;

/**
 * Images of one split with a copy in another, and the accuracy of a probe that learnt on the other one with them and without them.
 * Needs an active TensorFlow.js backend where images are described.
 */
export async function findLeaks(
  { images, steps }: Search,
  pairs: readonly DuplicatePair[],
  labelled: LabelledImages | null,
  described: DescribedImages | null,
): Promise<LeakReport[]> {
  return await steps.run('leaks', async () => {
    const reports = MEASURED.flatMap((split): LeakReport[] => {
      const leaked = leakedImages(images, pairs, split);
      if (leaked.size === 0) return [];
      const accuracies = labelled && described ? accuraciesOf(images, labelled, described, split, leaked) : null;
      return [{ split, from: 'train', images: leaked.size, accuracy: null, accuracyWithout: null, ...accuracies }];
    });
    return { result: reports, kept: false };
  });
}

function leakedImages(images: Search['images'], pairs: readonly DuplicatePair[], split: string): Set<number> {
  const leaked = new Set<number>();
  for (const { a, b } of pairs) {
    const [first, second] = [images[a]?.split, images[b]?.split];
    if (first === split && second === 'train') leaked.add(a);
    if (second === split && first === 'train') leaked.add(b);
  }
  return leaked;
}

function accuraciesOf(
  images: Search['images'],
  { classes, positions, labels }: LabelledImages,
  { features, size, rows }: DescribedImages,
  split: string,
  leaked: ReadonlySet<number>,
): Pick<LeakReport, 'accuracy' | 'accuracyWithout'> | null {
  const rowOf = new Map(Array.from(rows, (image, row) => [image, row]));
  const labelOfRow = new Int32Array(rows.length);
  const learnt: number[] = [];
  const others: number[] = [];
  positions.forEach((image, at) => {
    const row = rowOf.get(image);
    if (row === undefined) return;
    labelOfRow[row] = labels[at] as number;
    if (images[image]?.split === 'train') learnt.push(row);
    if (images[image]?.split === split) others.push(row);
  });
  if (learnt.length === 0 || others.length === 0) return null;
  const options = {
    classes: classes.length,
    learnt: Uint32Array.from(learnt),
    others: Uint32Array.from(others),
    strength: STRENGTH,
  };
  const probabilities = fitOnce(features, size, labelOfRow, options);
  const right = others.map((row, i) => {
    const own = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
    return own.indexOf(own.reduce((most, p) => Math.max(most, p), 0)) === labelOfRow[row];
  });
  const clean = right.filter((_, i) => !leaked.has(rows[others[i] as number] as number));
  const share = (list: boolean[]) => (list.length > 0 ? list.filter(Boolean).length / list.length : null);
  return { accuracy: share(right), accuracyWithout: share(clean) };
}
