import type { FindingThresholds } from '../../protocol/findings.ts';

/** A finding about a class or the whole set, before it is stored. */
export interface ClassFinding {
  kind: 'rare-class' | 'class-imbalance' | 'spurious-correlation';
  /** 0–1, 1 is surest. */
  score: number;
  evidence: Record<string, string | number | boolean | null>;
}

/** Classes as unequal as this are told of: the largest has so many times the images of the smallest. */
const IMBALANCE = 3;

/** Classes that are much smaller than the mean one, and how unequal all are. @param counts images of each class, those without left out */
export function classFindings(
  counts: ReadonlyMap<string, number>,
  { rareClass }: Pick<FindingThresholds, 'rareClass'>,
): ClassFinding[] {
  const classes = [...counts].filter(([, images]) => images > 0).sort(([, a], [, b]) => a - b);
  if (classes.length < 2) return [];
  const mean = classes.reduce((sum, [, images]) => sum + images, 0) / classes.length;
  const rare = classes
    .filter(([, images]) => images < rareClass * mean)
    .map(
      ([name, images]): ClassFinding => ({
        kind: 'rare-class',
        score: 1 - images / (rareClass * mean),
        evidence: { class: name, images, mean: Math.round(mean * 10) / 10, threshold: rareClass },
      }),
    );
  const [smallest, fewest] = classes[0] as [string, number];
  const [largest, most] = classes.at(-1) as [string, number];
  const ratio = most / fewest;
  if (ratio < IMBALANCE) return rare;
  return [
    ...rare,
    {
      kind: 'class-imbalance',
      score: 1 - 1 / ratio,
      evidence: { largest, most, smallest, fewest, ratio: Math.round(ratio * 10) / 10 },
    },
  ];
}
