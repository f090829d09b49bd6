import type { RunState } from './runs.ts';

/** What an evaluation found: `report.json` in a run's `evaluations/<name>/`, and what the Evaluation panel shows. */

/** A measured value with the bounds of its confidence interval; null: undefined (nothing to measure it on). */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
}

export type MetricName =
  | 'accuracy'
  | 'balancedAccuracy'
  | 'topK'
  | 'precisionMacro'
  | 'recallMacro'
  | 'f1Macro'
  | 'precisionMicro'
  | 'recallMicro'
  | 'f1Micro'
  | 'precisionWeighted'
  | 'recallWeighted'
  | 'f1Weighted'
  | 'rocAucMacro'
  | 'rocAucWeighted'
  | 'averagePrecisionMacro'
  | 'averagePrecisionWeighted'
  | 'logLoss'
  | 'brier'
  | 'ece'
  | 'kappa'
  | 'mcc';

export interface ClassReport {
  /** Images with this label, and images taken for this class. */
  images: number;
  predicted: number;
  correct: number;
  precision: Estimate;
  recall: Estimate;
  f1: Estimate;
  rocAuc: Estimate;
  averagePrecision: Estimate;
  /** One-vs-rest, at falling thresholds; null where the class or the rest has no images. */
  curves: RankingCurvesReport | null;
}

export interface RankingCurvesReport {
  falsePositive: number[];
  truePositive: number[];
  recall: number[];
  precision: number[];
}

export interface CalibrationBinReport {
  from: number;
  to: number;
  images: number;
  confidence: number | null;
  accuracy: number | null;
}

export interface CalibrationReport {
  bins: CalibrationBinReport[];
  ece: number | null;
  /** Largest gap of any bin. */
  mce: number | null;
  logLoss: number | null;
  brier: number | null;
}

export interface TemperatureReport {
  /** Minimises the cross-entropy of softmax(z / T) on the images it was fitted on. */
  temperature: number;
  /** `validation`: the run's validation images, others than those measured here; `same`: the very images measured here. */
  fittedOn: 'validation' | 'same';
  images: number;
  /** The images of this evaluation after the temperature was applied. */
  after: CalibrationReport;
}

/** Two classes that are taken for each other. */
export interface ConfusedPair {
  /** Positions in `classes`. */
  label: number;
  predicted: number;
  images: number;
  /** Share of the label's images. */
  share: number;
}

export type SliceAttribute =
  | 'brightness'
  | 'sharpness'
  | 'size'
  | 'aspect'
  | 'folder'
  | 'format'
  | 'channels'
  | 'in-training';

export interface SliceReport {
  attribute: SliceAttribute;
  /** e.g. `darkest quarter` or a folder's name. */
  name: string;
  /** Of a measured attribute: values in [from, to]; null otherwise. */
  from: number | null;
  to: number | null;
  images: number;
  /** With a Wilson interval. */
  accuracy: Estimate;
  /** Accuracy of all other images. */
  rest: number | null;
  /** Fisher's exact test (two-sided) against all other images, after Holm's correction over all slices; null where too small. */
  pValue: number | null;
  /** Fewer images than `minimumSlice`: shown, not judged. */
  small: boolean;
  /** Worse than the rest beyond chance. */
  weak: boolean;
}

export interface DuplicateReport {
  /** Images whose content has come before in this evaluation; they count once in `accuracy`. */
  duplicates: number;
  /** Images whose very content is among the run's training images; null where that is not known. */
  inTraining: number | null;
  /** Without duplicates and without images that were trained on. */
  images: number;
  accuracy: Estimate;
}

export interface CostReport {
  /** Of predicting alone, decoding and waiting left out. */
  predictSeconds: number;
  /** From the first image to the last, decoding included. */
  seconds: number;
  imagesPerSecond: number;
  /** Networks × views: how often a network looked for one image. */
  passes: number;
}

/** What the same images give with less work: one member alone, or without augmented views. */
export interface AlternativeReport {
  name: string;
  accuracy: number | null;
  logLoss: number | null;
  predictSeconds: number;
  passes: number;
}

export interface EvaluationReport {
  version: 1;
  classes: string[];
  images: number;
  k: number;
  metrics: Record<MetricName, Estimate>;
  perClass: ClassReport[];
  /** Mean of the one-vs-rest curves over a grid; null without any. */
  macroRoc: Pick<RankingCurvesReport, 'falsePositive' | 'truePositive'> | null;
  /** Every pair of classes that occurred: label, predicted (positions in `classes`), images. */
  confusion: [label: number, predicted: number, images: number][];
  /** Classes in an order that puts those next to each other which are taken for each other. */
  similarityOrder: number[];
  confusedPairs: ConfusedPair[];
  calibration: CalibrationReport;
  temperature: TemperatureReport | null;
  /** Positions in the evaluation's images, the largest loss first. */
  worst: number[];
  slices: SliceReport[];
  minimumSlice: number;
  duplicates: DuplicateReport;
  intervals: { level: number; samples: number; rankingSamples: number; stratified: boolean; seed: number };
  cost: CostReport;
  /** The parts of an ensemble, and no views at all where there were some; empty otherwise. */
  alternatives: AlternativeReport[];
  used: UsedReport;
  notes: string[];
}

/** What the figures stand for. */
export interface UsedReport {
  subject: { kind: 'run' | 'predictor'; folder: string; name: string };
  members: { name: string; folder: string; weights: string; weight: number }[];
  combine: string;
  views: string;
  data: { kind: 'split' | 'folder'; source: string; split: string | null; fingerprint: string };
  engine: { name: string; label: string; device: string };
  versions: Record<string, string>;
  skipped: { cause: string; count: number; examples: { path: string; message: string }[] }[];
  /** Classes of the data that the model does not know; their images are left out. */
  unknownClasses: { name: string; images: number }[];
  /** ISO 8601. */
  at: string;
}

/** `images.json` beside the report: columns, one entry an image, in the order of `predictions.jsonl`. */
export interface EvaluatedImages {
  root: string;
  path: string[];
  width: number[];
  height: number[];
  /** Positions in `classes`. */
  label: number[];
  predicted: number[];
  /** Probability of the predicted class and of the label; 4 digits. */
  confidence: number[];
  labelProbability: number[];
  hash: string[];
  /** Of the pixels that the network sees: mean luma 0–1, and the spread of its edges 0–1. */
  brightness: number[];
  sharpness: number[];
  /** Of each slice of the report: positions of its images. */
  slices: number[][];
}

/** What is evaluated: a split of the run (of a predictor's first run), or any folder, manifest or IDX file. */
export type EvaluationTarget =
  | { kind: 'split'; split: 'train' | 'validation' | 'test' }
  | { kind: 'folder'; source: string };

export interface EvaluationViews {
  name: 'none' | 'flip' | 'ten-crop' | 'augment' | 'augment-mean';
  count: number;
  seed: number;
}

/** An evaluation as lists and panels see it; derived from its folder. */
export interface EvaluationSummary {
  id: string;
  folder: string;
  state: RunState;
  /** For `failed`: what happened and what to do next. */
  message: string | null;
  advice: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  target: EvaluationTarget;
  views: EvaluationViews;
  engine: string | null;
  progress: { what: string; done: number; total: number | null } | null;
  hasReport: boolean;
}
