import type { EditsEvent, EpochEvent, PhaseEvent, ProgressEvent, StepEvent, WarningEvent } from './events.ts';
import type { RunSummary } from './runs.ts';

/** Work under way that has a length: the panel shows it while there is no training step to show. */
export type RunProgress = Omit<ProgressEvent, 'kind'>;

/** Curves as columns: the panel appends to them as points arrive. */
export interface StepSeries {
  step: number[];
  /** Milliseconds since 1970. */
  t: number[];
  epoch: number[];
  loss: number[];
  accuracy: number[];
  learningRate: number[];
  ms: number[];
  waitMs: number[];
  images: number[];
}

/** Per class figures of the best epoch. */
export interface ClassFigures {
  epoch: number;
  classes: NonNullable<EpochEvent['perClass']>;
}

/**
 * The whole run as it is now: sent in answer to `ready`, when a hidden panel shows again, and whenever a curve may have
 * become shorter (a `resume` event supersedes later steps and epochs).
 */
export interface RunSnapshot {
  type: 'snapshot';
  summary: RunSummary;
  series: StepSeries;
  epochs: (EpochEvent & { t: number })[];
  warnings: WarningEvent[];
  skipped: { cause: string; count: number; examples: { path: string; message: string }[] }[];
  classes: string[];
  counts: { train: number; validation: number; test: number } | null;
  parameters: number | null;
  engineReason: string | null;
  /** Pretty-printed job.json config. */
  config: string;
  /** File names in the run folder that the panel links to, e.g. `job.json`, `log.txt`. */
  files: string[];
  /** The last progress event where nothing has followed it yet; absent or null: none. */
  progress?: RunProgress | null;
  /** How the weights that are saved do on each class, in the order of `classes`; absent or null: not validated yet. */
  perClass?: ClassFigures | null;
  /** Phases that have begun. Absent: none. */
  phases?: PhaseEvent[];
  /** What the user's label edits changed in the data; absent: nothing. */
  edits?: LabelEdits;
  /** `t` of every resume event: the time axis leaves out the pause before each. Absent: none. */
  resumedAt?: number[];
}

/**
 * New points since the last message; at most 10 a second, the last one always sent. A delta that only carries a changed
 * summary has empty lists. What it does not carry (classes, counts, parameters, engine, skipped, config, files) stays as
 * the last message that had it said; the optional fields bring what a run learns after it began.
 */
export interface RunDelta {
  type: 'delta';
  summary: RunSummary;
  steps: (StepEvent & { t: number })[];
  epochs: (EpochEvent & { t: number })[];
  warnings: WarningEvent[];
  progress?: RunProgress | null;
  skipped?: RunSnapshot['skipped'];
  classes?: string[];
  counts?: RunSnapshot['counts'];
  parameters?: number | null;
  engineReason?: string | null;
  files?: string[];
  perClass?: ClassFigures;
  phases?: PhaseEvent[];
  edits?: LabelEdits;
}

/** Numbers of images. */
export type LabelEdits = Omit<EditsEvent, 'kind'>;

export type ToRunPanel = RunSnapshot | RunDelta;

export type FromRunPanel =
  | { type: 'ready' }
  | { type: 'stop' }
  | { type: 'resume' }
  | { type: 'continue' }
  | { type: 'duplicate' }
  | { type: 'classify' }
  | { type: 'exportModel' }
  | { type: 'evaluate' }
  | { type: 'openFile'; file: string }
  | { type: 'revealFolder' }
  | { type: 'showLog' }
  /** `data`: base64 of the PNG file (no `data:` prefix), or the CSV text. `suggestedName` has no folder and no odd characters. */
  | { type: 'export'; format: 'png' | 'csv'; data: string; suggestedName: string };

/** What the panel keeps over a reload (webview `setState`). */
export interface RunPanelState {
  folder: string;
  xAxis: 'step' | 'epoch' | 'time';
  logScale: boolean;
  /** EMA weight of the past, 0 (raw) … 0.99. */
  smoothing: number;
  /** Keys of the curves the user switched off, e.g. `validation`. */
  hidden?: string[];
  /** Keys of the unfolded sections below the charts, e.g. `config`. */
  open?: string[];
}

export function isFromRunPanel(value: unknown): value is FromRunPanel {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return [
    'ready',
    'stop',
    'resume',
    'continue',
    'duplicate',
    'classify',
    'exportModel',
    'evaluate',
    'openFile',
    'revealFolder',
    'showLog',
    'export',
  ].includes(String(value.type));
}
