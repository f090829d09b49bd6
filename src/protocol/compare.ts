import type { RunState } from './runs.ts';

export type ParamValue = string | number | boolean;

/** One run as it is compared; missing values are left out. */
export interface ComparedRun {
  /** Absolute run folder; of a foreign run, where it lies and its name in there. */
  id: string;
  name: string;
  state: RunState;
  note: string;
  tags: string[];
  starred: boolean;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** The tool that wrote it, where that was not Loupe: it is shown, never written to. */
  foreign: string | null;
  /** Dotted path → value of the config. */
  params: Record<string, ParamValue>;
  /** What the run really used (data, engine): a run that does not know it yet is not different by that. */
  facts: Record<string, ParamValue>;
  metrics: Record<string, number>;
}

export interface MetricColumn {
  /** As in queries: `val_accuracy`. */
  name: string;
  label: string;
  better: 'higher' | 'lower' | null;
  /** `share`: 0–1, shown as a percentage. */
  unit: 'share' | 'figure' | 'count' | 'seconds';
}

/** What the images say about one configuration beside the baseline. */
export interface Verdict {
  /** Runs it is about: more than one where they differ in their seed only. */
  runs: string[];
  baseline: string[];
  /** `none`: nothing can be told; `text` says why. */
  verdict: 'better' | 'worse' | 'unclear' | 'none';
  /** A sentence or two for people. */
  text: string;
  /** Absent for `none`. */
  figures?: VerdictFigures;
}

export interface VerdictFigures {
  split: string;
  /** Images that both sides have predicted. */
  images: number;
  leftOut: { onlyA: number; onlyB: number; relabelled: number };
  counts: { both: number; onlyA: number; onlyB: number; neither: number };
  test: string;
  p: number;
  correctedP: number;
  /** null: one side has a single seed. */
  seeds: { kind: string; a: number; b: number; p: number; permutationP: number } | null;
  /** Of A (the baseline), of B, their difference and its 95 % interval. */
  metrics: Record<string, { a: number; b: number; difference: number; interval: [low: number, high: number] }>;
}

/** An image on which exactly one of two runs is right. */
export interface DisputedImage {
  /** Absolute; `<IDX file>#<index>` for an image inside one. */
  path: string;
  /** As the data set names it. */
  name: string;
  hash: string;
  label: string;
  predictedA: string;
  predictedB: string;
  /** Probability of the label, 0–1. */
  ofLabelA: number;
  ofLabelB: number;
}

/** Two runs image by image: A is the baseline. */
export interface PairDetail {
  a: string;
  b: string;
  images: number;
  classes: string[];
  /** [label][predicted]: counts on the common images. */
  confusionA: number[][];
  confusionB: number[][];
  /** Images that B alone has right, and that A alone has right; the surest first, at most as many as were asked for. */
  won: DisputedImage[];
  lost: DisputedImage[];
  wonCount: number;
  lostCount: number;
}

/**
 * One curve as few points, columns of one length. A point stands for one measurement, or (with `low` and `high`) for a bucket of
 * consecutive ones.
 */
export interface CurveSeries {
  /** Where each point stands: steps done, epochs done, seconds trained. */
  step: Float32Array;
  epoch: Float32Array;
  time: Float32Array;
  /** NaN where nothing finite was measured. */
  mean: Float32Array;
  low?: Float32Array;
  high?: Float32Array;
}
