/** Features with their labels, as a classifier learns from them. */
export interface LabelledRows {
  /** [row, size], one row after the other. */
  features: Float32Array;
  /** Numbers per row. */
  size: number;
  /** [row], 0 … classes − 1. */
  labels: Uint32Array;
  classes: number;
}

/** What has learned. Pure: equal rows give equal probabilities. */
export interface Classifier {
  /** @param features [row, size]. Returns [row, class]; each row sums to 1. */
  probabilities(features: Float32Array): Float32Array;
  /** Bytes that have to be kept to predict. */
  bytes: number;
}

/** A classifier about to be fitted: what its settings share is done once. */
export interface Fitting {
  fit(setting: number): Classifier;
  /** Frees what the backend holds; classifiers that were fitted go on working. */
  dispose(): void;
}

export interface Algorithm {
  name: AlgorithmName;
  /** What a user reads. */
  title: string;
  /** What is tried, e.g. the strengths of a penalty; each may start from the solution of the one before. */
  settings: readonly number[];
  /** The setting's symbol. */
  setting: string;
  /** What can be learned from it about its decisions, as a sentence. */
  interpretability: string;
  /** How far a human can follow a decision, 1 (not at all) … 3 (a figure for each feature, or an image to look at). */
  clarity: 1 | 2 | 3;
  /** Needs an active TensorFlow.js backend. Equal seeds give equal classifiers. */
  begin(train: LabelledRows, options: { seed: number }): Fitting;
}

export type AlgorithmName = 'logistic' | 'svm-linear' | 'svm-rbf' | 'knn' | 'random-forest';
