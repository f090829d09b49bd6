/** What can be wrong with an image or a data set. `label` and `ambiguous` come from probabilities, the rest from pixels and files. */
export const findingKinds = [
  'unreadable',
  'dark',
  'light',
  'low-contrast',
  'blurry',
  'odd-size',
  'odd-aspect',
  'low-information',
  'greyscale',
  'uniform-border',
  'exact-duplicate',
  'near-duplicate',
  'conflicting-labels',
  'split-leak',
  'outlier',
  'label',
  'ambiguous',
  'rare-class',
  'class-imbalance',
  'spurious-correlation',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/**
 * One line of `findings.jsonl` and of `loupe issues --json`. Of image qualities only those below the threshold that the job had
 * are listed; the catalogue has the measures of all images, so that a threshold can be moved without a new job.
 */
export interface Finding {
  kind: FindingKind;
  /** Concerned images, the suspicious one first; a pair or a cluster names all of them; of a class or the whole set: none. */
  images: { path: string; hash: string }[];
  /** How sure, 0–1; 1 is surest. Comparable within a kind only. */
  score: number;
  /** Figures and words that show why, e.g. `{ blur: 0.12, threshold: 0.29 }`, `{ distance: 3, similarity: 0.98 }`. */
  evidence: Record<string, string | number | boolean | null>;
}

/** Scores in which smaller is worse (`../shared/facts.md`), and radii in which larger finds more. Adjustable in every panel. */
export interface FindingThresholds {
  /** 99th percentile of brightness below this: dark. 0–1 */
  dark: number;
  /** 1 − 5th percentile of brightness below this: light. 0–1 */
  light: number;
  /** Range of brightness (95th − 5th percentile) below this. 0–1 */
  lowContrast: number;
  blurry: number;
  lowInformation: number;
  /** Shorter side over longer side below this. 0–1 */
  oddAspect: number;
  /** Side √(w·h) beyond the quartiles by so many interquartile ranges. */
  oddSize: number;
  /** Share of the image that a border of one colour takes, above this. 0–1 */
  uniformBorder: number;
  /** Bits of a 64-bit pHash in which copies may differ, 0–`WIDEST_NEAR`; at the widest also those that only embeddings and pixels tell. */
  nearDuplicate: number;
  /** Distance beyond the third quartile by so many interquartile ranges. */
  outlier: number;
  /** A predicted class other than the given one with a probability above this is wrong. 0–1 */
  wrongAbove: number;
  /** Highest probability within this band: ambiguous. 0–1 */
  ambiguousFrom: number;
  ambiguousTo: number;
  /** A class with fewer images than this share of the mean class is rare. 0–1 */
  rareClass: number;
}

/** Pairs within these many bits of pHash are looked at, and kept when their pixels agree: a panel narrows, and loses nothing. */
export const WIDEST_NEAR = 10;

export const defaultThresholds: FindingThresholds = {
  dark: 0.32,
  light: 0.05,
  lowContrast: 0.15,
  blurry: 0.29,
  lowInformation: 0.3,
  oddAspect: 0.35,
  oddSize: 3,
  uniformBorder: 0.3,
  nearDuplicate: WIDEST_NEAR,
  outlier: 1.7,
  wrongAbove: 0.9,
  ambiguousFrom: 0.5,
  ambiguousTo: 0.6,
  rareClass: 0.2,
};

/** How label issues are picked out of the ranked list; the list itself is always there. */
export const labelModes = ['by-noise-rate', 'by-class', 'both', 'predicted', 'wrong-above'] as const;
export type LabelMode = (typeof labelModes)[number];

/** What the switch of the panel means. */
export const labelSwitch: Record<'high-precision' | 'high-recall', LabelMode> = {
  'high-precision': 'both',
  'high-recall': 'predicted',
};

/** Confident learning's three scores of a given label, 0–1, small is suspicious. */
export const labelScores = ['self-confidence', 'normalized-margin', 'confidence-weighted-entropy'] as const;
export type LabelScore = (typeof labelScores)[number];

/** A held-out classifier that agrees with fewer of the labels, 0–1, may be too weak to judge them: what it says is shown with a warning. */
export const WEAK_AGREEMENT = 0.6;
