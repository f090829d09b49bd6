/** Learning rate and momentum over a whole run, as columns of equal length. */
export interface PanelSchedule {
  /** Counts from 1. */
  steps: number[];
  /** Epochs done when the step begins, with fractions. */
  epochs: number[];
  rates: number[];
  momenta: number[];
  /** Where phases begin, in epochs; empty: the run has none. */
  phases: { name: string; epoch: number }[];
  totalSteps: number;
  totalEpochs: number;
  /** What the optimizer calls its momentum: `momentum` or `beta1`. */
  momentumName: string;
  /** Training images; null: not known yet, so that steps are not known either and only epochs are shown. */
  images: number | null;
  /** The images are estimated from the shares of the split. */
  estimated: boolean;
  /** What the run's own curve will depend on beside the config, in a sentence; null: nothing. */
  depends: string | null;
}

/** Sent in answer to `ready` and, as the config is typed, at most ten times a second. */
export interface ScheduleSnapshot {
  type: 'schedule';
  /** Absolute. */
  file: string;
  /** File name. */
  name: string;
  /** The kind of schedule, e.g. `one-cycle`. */
  kind: string;
  /** Null where the config can't be read; the page then keeps what it showed last. */
  schedule: PanelSchedule | null;
  /** What is wrong with the config. */
  problems: string[];
}

export type ToSchedulePanel = ScheduleSnapshot;

export type FromSchedulePanel = { type: 'ready' } | { type: 'openConfig' } | { type: 'scan' };

/** What the panel keeps over a reload (webview `setState`). */
export interface SchedulePanelState {
  file: string;
  logScale: boolean;
  xAxis: 'step' | 'epoch';
}

export function isFromSchedulePanel(value: unknown): value is FromSchedulePanel {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return ['ready', 'openConfig', 'scan'].includes(String(value.type));
}
