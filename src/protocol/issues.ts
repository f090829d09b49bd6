import type { FindingKind, FindingThresholds, LabelMode, LabelScore } from './findings.ts';
import type { RunState } from './runs.ts';

/** What `loupe issues` is to look for, and how. */
export interface IssuesSettings {
  /** File of weights, run or name of the zoo that describes the images; null: the best that is at hand. */
  weights: string | null;
  /** Side in pixels at which a file of weights sees the images; null: its default. */
  side: number | null;
  kinds: FindingKind[];
  thresholds: FindingThresholds;
  /** Which images of the ranked list are called label issues. */
  mode: LabelMode;
  score: LabelScore;
  /** Images of a review. */
  budget: number;
  /** False: nothing is described by a network, and there are no outliers, label issues and map. */
  embeddings: boolean;
  /** Absolute `*.loupe.json`: label issues from trainings of this config, one a fold, in place of a probe. */
  retrain: string | null;
  /** The network that describes the images judges labels too, trained further on one half of them at a time; in minutes, not seconds. */
  tune: boolean;
  map: 'pca' | 'umap' | 'none';
  folds: number;
  seed: number;
}

export const defaultIssuesSettings: Omit<IssuesSettings, 'kinds' | 'thresholds'> = {
  weights: null,
  side: null,
  mode: 'both',
  score: 'self-confidence',
  budget: 200,
  embeddings: true,
  retrain: null,
  tune: false,
  map: 'umap',
  folds: 5,
  seed: 42,
};

/** What the job does, in its order; `progress` events name them. */
export const issuesSteps = [
  'scan',
  'measure',
  'train',
  'embed',
  'neighbours',
  'duplicates',
  'outliers',
  'labels',
  'classes',
  'leaks',
  'map',
  'list',
] as const;
export type IssuesStep = (typeof issuesSteps)[number];

/** Images of one split that are (nearly) in another, and what they do to the accuracy. */
export interface LeakReport {
  /** Split that is measured on, and the one that its images were seen in. */
  split: string;
  from: string;
  images: number;
  /** Of a probe that learnt on `from`: all of `split`, and without the leaked images; null: no embeddings, or nothing left. */
  accuracy: number | null;
  accuracyWithout: number | null;
}

/** `report.json` of the job. */
export interface IssuesReport {
  version: 1;
  source: string;
  fingerprint: string;
  images: number;
  /** Images that the journal leaves out. */
  leftOut: number;
  unlabelled: number;
  classes: { name: string; images: number }[];
  /** Of each kind that was looked for: lines of `findings.jsonl`. */
  counts: Partial<Record<FindingKind, number>>;
  network: string | null;
  labels: {
    /** `5-fold probe on mobilenet-v2 (weights.pth)`. */
    how: string;
    images: number;
    /** Share of the images whose given label the held-out model predicts, 0–1. */
    agreement: number;
    /** Estimated share of wrong labels, 0–1, and how many that are. */
    noise: number;
    errors: number;
    /** Estimated images labelled `given` that are `actual`, the most first; at most 50. */
    pairs: { given: string; actual: string; count: number; share: number }[];
    /** Wrong labels expected in a review of the worst `budget` images. */
    review: { budget: number; errors: number };
  } | null;
  /** Groups of images that all show the same (complete link), and the images in them. */
  copies: { groups: number; images: number };
  leaks: LeakReport[];
  map: 'pca' | 'umap' | null;
  /** What a reader should know of how it was done, as sentences. */
  notes: string[];
  /** Seconds; `kept`: taken over from an earlier job. */
  steps: { step: IssuesStep; seconds: number; kept: boolean }[];
  seconds: number;
}

/** One job in a list. */
export interface IssuesSummary {
  id: string;
  /** Absolute. */
  folder: string;
  state: RunState;
  message: string | null;
  advice: string | null;
  createdAt: number;
  /** Absolute data set. */
  source: string;
  progress: { what: string; done: number; total: number | null } | null;
  hasReport: boolean;
}
