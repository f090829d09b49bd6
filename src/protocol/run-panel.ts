import type { EpochEvent, StepEvent, WarningEvent } from './events.ts';
import type { RunSummary } from './runs.ts';

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
  /** File names in the run folder that the panel links to. */
  files: string[];
}

/** New points since the last message; at most 10 a second, the last one always sent. */
export interface RunDelta {
  type: 'delta';
  summary: RunSummary;
  steps: (StepEvent & { t: number })[];
  epochs: (EpochEvent & { t: number })[];
  warnings: WarningEvent[];
}

export type ToRunPanel = RunSnapshot | RunDelta;

export type FromRunPanel =
  | { type: 'ready' }
  | { type: 'stop' }
  | { type: 'resume' }
  | { type: 'continue' }
  | { type: 'duplicate' }
  | { type: 'classify' }
  | { type: 'openFile'; file: string }
  | { type: 'revealFolder' }
  | { type: 'showLog' }
  | { type: 'export'; format: 'png' | 'csv' /** base64 PNG or CSV text */; data: string; suggestedName: string };

/** What the panel keeps over a reload (webview `setState`). */
export interface RunPanelState {
  folder: string;
  xAxis: 'step' | 'epoch' | 'time';
  logScale: boolean;
  /** EMA weight of the past, 0 (raw) … 0.99. */
  smoothing: number;
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
    'openFile',
    'revealFolder',
    'showLog',
    'export',
  ].includes(String(value.type));
}
