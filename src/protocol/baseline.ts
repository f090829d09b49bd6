/** A share of images with its 95 % interval (Wilson 1927). */
export interface Share {
  value: number;
  low: number;
  high: number;
}

/** An image of a data set: its path relative to the data set's root, and its content hash. */
export interface ImageRef {
  path: string;
  hash: string;
}

/** What can be expected of a data set's images before anything is trained. */
export interface Baseline {
  images: number;
  folds: number;
  neighbours: { k: number; accuracy: Share };
  probe: { strength: number; accuracy: Share };
  /** Of the linear probe, in the order of the classes; null: the class has no image. */
  perClass: { label: string; images: number; recall: Share | null }[];
  /** Classes that the probe recognises surely worse than the average one, the hardest first. */
  hard: string[];
  /** The pairs that the probe takes for each other most often: how many of `label` were taken for `predicted`, and some of them. */
  confused: { label: string; predicted: string; images: number; examples: ImageRef[] }[];
}

/** An algorithm on one kind of features, cross-validated. */
export interface ComparedAlgorithm {
  name: string;
  title: string;
  /** What most folds chose, e.g. `C = 1`. */
  setting: string;
  features: string;
  accuracy: Share;
  /** Mean −ln of the probability given to the label: small where the algorithm knows how sure it is. */
  logLoss: number;
  /** Seconds to fit it to all folds but one, with one setting; the mean over the folds. */
  fitSeconds: number;
  /** Milliseconds to predict one image, once its features are there. */
  predictMs: number;
  /** Milliseconds to compute the features of one image; null: they were there already. */
  describeMs: number | null;
  /** Bytes that have to be kept to predict; the mean over the folds. */
  bytes: number;
  /** How far a decision can be explained, in a sentence; and in a word, 3 the best. */
  interpretability: string;
  clarity: 1 | 2 | 3;
  /** p of McNemar's test that it is right as often as the most accurate one; 1 for that one. */
  p: number;
}

/** A trained run of the same data. */
export interface RunBeside {
  name: string;
  folder: string;
  architecture: string;
  accuracy: number;
  split: 'test' | 'validation';
  /** Seconds that its training took. */
  seconds: number | null;
}

export interface AlgorithmReport {
  /** Images of the data set; `images` of them were used. */
  total: number;
  images: number;
  folds: number;
  /** The most accurate first. */
  algorithms: ComparedAlgorithm[];
  runs: RunBeside[];
  recommendation: string;
}

/** A choice and why it was made. */
export interface Reason {
  what: string;
  choice: string;
  why: string;
}

/** The network that described the images. */
export interface NetworkUsed {
  /** What a user reads. */
  name: string;
  /** As it was given: an absolute path, or a name of the zoo. */
  weights: string;
  /** Pixels of its input. */
  width: number;
  height: number;
}

/** `report.json` in `.loupe/baselines/<id>`: what is to be expected of a data set. What was not measured is null. */
export interface DataReport {
  version: 1;
  /** `algorithms`: which one fits; `start`: a first run was planned. */
  kind: 'baseline' | 'algorithms' | 'start';
  /** Name of its folder. */
  id: string;
  /** ISO 8601. */
  createdAt: string;
  /** Absolute folder or file of the data set. */
  source: string;
  /** Absolute folder or file that paths of images are relative to. */
  root: string;
  images: number;
  classes: string[];
  /** Images that could not be read. */
  skipped: { path: string; message: string }[];
  /** What computed, as a user reads it. */
  engine: string;
  seconds: number;
  network: NetworkUsed | null;
  baseline: Baseline | null;
  algorithms: AlgorithmReport | null;
  plan: {
    reasons: Reason[] /** Absolute. */;
    config: string /** Of training, roughly. */;
    seconds: number | null;
  } | null;
}

/** A line of the list of reports. */
export interface DataReportSummary {
  id: string;
  kind: DataReport['kind'];
  /** Milliseconds since 1970. */
  createdAt: number;
  images: number;
  /** What a user reads; null: no network. */
  network: string | null;
  /** Pixels of its input. */
  side: number | null;
  probe: Share | null;
  neighbours: Share | null;
  /** The most accurate algorithm. */
  best: { title: string; accuracy: Share } | null;
}
