import type { RunState } from './runs.ts';

/** Ways to read a rate off the curve, as fastai has them; `valley` is its default and ours. */
export const suggestionMethods = ['valley', 'steep', 'slide', 'minimum'] as const;
export type SuggestionMethod = (typeof suggestionMethods)[number];

/** A mock training whose learning rate rises from `start` towards `end` over `steps` iterations, repeated for each seed. */
export interface SweepSettings {
  start: number;
  end: number;
  /** Iterations of one sweep, each an update of the weights. */
  steps: number;
  /** Sweeps. The first has the config's own seed, so that it is the training that the config would begin. */
  seeds: number;
}

/** What fastai's `lr_find` does, three times. */
export const defaultSweep: SweepSettings = { start: 1e-7, end: 10, steps: 100, seeds: 3 };

/** Why a sweep ended: all its steps, smoothed loss above four times its best, a loss that is no number, or a stop. */
export type SweepEnd = 'completed' | 'diverged' | 'not-finite' | 'stopped';

/** A rate for each method that could be applied. */
export type Suggestions = Partial<Record<SuggestionMethod, number>>;

/** One method over all seeds. */
export interface SuggestionRange {
  /** Median over the seeds, on the logarithmic scale. */
  median: number;
  min: number;
  max: number;
  /** Seeds that gave one. */
  seeds: number;
}

export type SuggestionRanges = Partial<Record<SuggestionMethod, SuggestionRange>>;

export type VerdictCause = 'not-finite' | 'diverged' | 'flat' | 'noisy' | 'disagree' | 'too-short';

/** What the sweeps say, in words; `message` and `advice` are whole sentences. */
export type Verdict =
  | { usable: true; rate: number; confidence: 'high' | 'medium' | 'low'; message: string; advice: string }
  | { usable: false; cause: VerdictCause; message: string; advice: string };

/** Written once data, engine and model are ready. */
export interface LrPlanEvent {
  kind: 'lr-plan';
  sweep: SweepSettings;
  /** The seeds of the sweeps, in order. */
  seeds: number[];
  /** Images of one iteration, and of the training split. */
  images: number;
  train: number;
  classes: number;
  parameters: number;
  /** Where the weights come from: null for a fresh model, else the run's checkpoint. */
  checkpoint: { step: number; epoch: number } | null;
}

export interface LrPointEvent {
  kind: 'lr-point';
  /** Position in `LrPlanEvent.seeds`. */
  sweep: number;
  /** Counts from 0. */
  iteration: number;
  rate: number;
  /** Of the batches of this iteration; null: not a number. */
  loss: number | null;
  /** Exponential moving average (0.98) with bias correction. */
  smoothed: number | null;
}

/** A sweep is over. */
export interface LrSweepEvent {
  kind: 'lr-sweep';
  sweep: number;
  seed: number;
  end: SweepEnd;
  suggestions: Suggestions;
  seconds: number;
}

/** The last word. */
export interface LrVerdictEvent {
  kind: 'lr-verdict';
  verdict: Verdict;
  suggestions: SuggestionRanges;
}

/** One sweep as it is reported: columns of equal length; null: not a number. */
export interface SweepReport {
  seed: number;
  end: SweepEnd;
  rates: number[];
  losses: (number | null)[];
  smoothed: (number | null)[];
  suggestions: Suggestions;
  seconds: number;
}

/** Smoothed loss of all seeds at each iteration that one of them reached with a number. */
export interface AgreementBand {
  rates: number[];
  min: number[];
  median: number[];
  max: number[];
}

/** `report.json` of a finder's folder. */
export interface LrFinderReport {
  version: 1;
  sweep: SweepSettings;
  verdict: Verdict;
  suggestions: SuggestionRanges;
  band: AgreementBand;
  sweeps: SweepReport[];
  checkpoint: LrPlanEvent['checkpoint'];
  engine: { name: string; label: string; device: string };
  dataFingerprint: string;
  seconds: number;
}

/** A finder as panels and the CLI see it; derived from its folder, never stored. */
export interface FinderSummary {
  id: string;
  /** Absolute folder. */
  folder: string;
  /** Of the config. */
  name: string;
  state: RunState;
  /** For `failed`: what happened and what to do next. */
  message: string | null;
  advice: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  origin: { kind: 'config' | 'data' | 'run'; path: string };
  sweep: SweepSettings;
  /** Iterations done over all sweeps, and the most there may be. */
  done: number;
  total: number;
  /** Sweep under way, counted from 1; 0 before the first. */
  current: number;
  /** Of the last iteration. */
  rate: number | null;
  loss: number | null;
  verdict: Verdict | null;
  suggestions: SuggestionRanges;
}
