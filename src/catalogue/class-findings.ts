import type { FindingThresholds } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { keptValue } from './remember.ts';
import type { SetFinding } from './types.ts';

/**
 * What the sizes of the classes say: classes rarer than a share of the mean class, and a set in which the largest class has more than
 * 1 / that share times the images of the smallest. Labels are those that count (the journal's, else the disk's).
 */
export function classFindings(catalogue: Catalogue, { rareClass }: FindingThresholds): SetFinding[] {
  const classes = keptValue(catalogue, 'class-sizes', () => classSizes(catalogue));
  const total = classes.reduce((sum, { images }) => sum + images, 0);
  const mean = total / Math.max(1, classes.length);
  const rare = classes
    .filter(({ images }) => images < rareClass * mean)
    .map(
      ({ name, images }): SetFinding => ({
        kind: 'rare-class',
        score: 1 - images / mean,
        images: [],
        evidence: { class: name, count: images, mean: Math.round(mean * 10) / 10, threshold: rareClass },
      }),
    );
  return [...imbalance(classes, rareClass), ...rare.sort((a, b) => b.score - a.score)];
}

function imbalance(classes: readonly { name: string; images: number }[], rareClass: number): SetFinding[] {
  const sorted = [...classes].sort((a, b) => b.images - a.images);
  const largest = sorted[0];
  const smallest = sorted.at(-1);
  if (!largest || !smallest || sorted.length < 2 || smallest.images >= rareClass * largest.images) return [];
  return [
    {
      kind: 'class-imbalance',
      score: 1 - smallest.images / largest.images,
      images: [],
      evidence: {
        largest: largest.name,
        largestCount: largest.images,
        smallest: smallest.name,
        smallestCount: smallest.images,
      },
    },
  ];
}

function classSizes(catalogue: Catalogue): { name: string; images: number }[] {
  const sizes = new Map(catalogue.facts.classes.map((name) => [name, 0]));
  const rows = catalogue.all(`
    SELECT coalesce(e.class, i.class) AS name, count(*) AS n FROM images i LEFT JOIN temp.edits e ON e.image = i.id
    WHERE coalesce(e.excluded OR e.deleted, 0) = 0 AND coalesce(e.class, i.class) IS NOT NULL GROUP BY 1`);
  for (const { name, n } of rows) sizes.set(String(name), Number(n));
  return [...sizes].map(([name, images]) => ({ name, images }));
}
