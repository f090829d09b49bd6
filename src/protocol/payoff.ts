/** `before`: the data as the source has them; `after`: with the label edits. */
export type PayoffArm = 'before' | 'after';

/** One training of a payoff. */
export interface PayoffRun {
  arm: PayoffArm;
  seed: number;
  /** Absolute folder of the run; null: not begun. */
  folder: string | null;
}

/** How accuracy changed, on images that both arms held out and whose labels are as the edits say. */
export interface PayoffChange {
  images: number;
  /** Means over the seeds, 0–1. */
  before: number;
  after: number;
  difference: number;
  /** 95 % interval of the difference. */
  interval: [low: number, high: number];
  /** Chance of a difference like this without a real one; of the stricter of the tests over images and over seeds. */
  p: number;
  verdict: 'better' | 'worse' | 'unclear';
  /** The same in a sentence. */
  text: string;
}

/** What `loupe payoff` answers and `report.json` holds. */
export interface PayoffReport {
  version: 1;
  id: string;
  /** Absolute folder of the payoff. */
  folder: string;
  name: string;
  /** Absolute folder or file of the data set. */
  source: string;
  /** ISO 8601. */
  createdAt: string;
  seeds: number[];
  runs: PayoffRun[];
  /** Numbers of images that the edits change. */
  edits: { relabelled: number; labelled: number; excluded: number };
  /** On all held-out images but those that were excluded; null: none was predicted by both arms. */
  heldOut: PayoffChange | null;
  /** On those of them whose label a person has confirmed or given. */
  verified: PayoffChange | null;
  notes: string[];
}
