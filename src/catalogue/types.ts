import type { FindingKind } from '../protocol/findings.ts';

/** An image as finders need it. */
export interface CatalogueImage {
  /** Names the image for good, also when others come or go or its file is renamed. */
  id: number;
  /** Relative to the data set's root, `/`-separated. */
  path: string;
  /** `ImageRecord.hash`. */
  hash: string;
  /** Class as it lies on disk; null: none. */
  label: string | null;
  split: string | null;
  format: string;
  width: number;
  height: number;
  bytes: number;
  /** The journal leaves it out (excluded or deleted). */
  isLeftOut: boolean;
  /** Class that counts: the journal's, else the disk's. */
  effectiveLabel: string | null;
}

/** Two images that show the same. Conflicting labels and leaks are derived from these in queries, after the journal. */
export interface ImagePair {
  a: number;
  b: number;
  kind: 'exact-duplicate' | 'near-duplicate';
  /** Bits of the pHash that differ; null: not compared. */
  distance: number | null;
  /** Cosine of the embeddings; null: not compared. */
  similarity: number | null;
}

export interface ImageNeighbours {
  image: number;
  /** Most similar first. */
  others: { other: number; similarity: number }[];
}

export interface LabelRow {
  image: number;
  /** Probability of the given label. */
  givenConfidence: number;
  predicted: string;
  /** Highest probability. */
  confidence: number;
  /** The three scores of `labelScores`, 0–1, small is suspicious. */
  selfConfidence: number;
  normalizedMargin: number;
  weightedEntropy: number;
  /** Picked by confident learning, pruned by noise rate and by class. */
  byNoiseRate: boolean;
  byClass: boolean;
  /** Class it should have; null: none is suggested. */
  suggested: string | null;
  /** Estimated probability that the given label is wrong, 0–1. */
  wrong: number;
  /** A probability a class, in the order of `LabelResult.classes`. */
  probabilities: Float32Array;
}

export interface LabelResult {
  /** `5-fold probe on mobilenet_v2`. */
  how: string;
  network: string;
  classes: string[];
  /** Estimated share of wrong labels, 0–1. */
  noise: number;
  /** Estimated images labelled `given` that are `actual` (off the diagonal of the calibrated joint). */
  pairs: { given: string; actual: string; count: number }[];
  rows: Iterable<LabelRow>;
}

export interface MapResult {
  method: 'pca' | 'umap';
  network: string;
  points: Iterable<{ image: number; x: number; y: number }>;
}

/** A finding of a class or of the whole set; findings of images are derived from what is measured of them. */
export interface SetFinding {
  kind: FindingKind;
  score: number;
  /** Ids of images that show it; may be empty. */
  images: number[];
  evidence: Record<string, string | number | boolean | null>;
}
