import type {
  AgreementBand,
  FinderSummary,
  LrPlanEvent,
  SuggestionMethod,
  SuggestionRanges,
  Suggestions,
  SweepEnd,
  SweepSettings,
} from './lr-finder.ts';

/** One sweep as far as it has come: columns of equal length; null: not a number. */
export interface PanelSweep {
  seed: number;
  /** Null while it goes on. */
  end: SweepEnd | null;
  rates: number[];
  losses: (number | null)[];
  smoothed: (number | null)[];
  suggestions: Suggestions;
}

/** What the rate is for. */
export interface PanelOrigin {
  kind: FinderSummary['origin']['kind'];
  /** The config's file, the data set's folder or the run's name. */
  name: string;
  /** It is there no more. */
  missing: boolean;
  /** Its `training.learningRate` now; null: unknown. */
  learningRate: number | null;
  /** Settings that are not as they were when the rate was looked for and that a rate depends on, dotted. */
  changed: string[];
}

/** The whole finder as it is now: sent in answer to `ready`, and at most ten times a second while it works. */
export interface FinderSnapshot {
  type: 'snapshot';
  summary: FinderSummary;
  origin: PanelOrigin;
  plan: Omit<LrPlanEvent, 'kind'> | null;
  /** Label and device; null until it is chosen. */
  engine: string | null;
  sweeps: PanelSweep[];
  band: AgreementBand;
  /** Of the sweeps that are over. */
  suggestions: SuggestionRanges;
  warnings: string[];
}

export type ToFinderPanel = FinderSnapshot;

export type FromFinderPanel =
  | { type: 'ready' }
  | { type: 'stop' }
  /** Into the config, or into a new run where the rate is for a data set or a run. */
  | { type: 'use'; rate: number }
  | { type: 'copy'; rate: number }
  | { type: 'again'; sweep: SweepSettings }
  | { type: 'openOrigin' }
  | { type: 'showLog' }
  /** `data`: base64 of the PNG file (no `data:` prefix), or the CSV text. `suggestedName` has no folder and no odd characters. */
  | { type: 'export'; format: 'png' | 'csv'; data: string; suggestedName: string };

/** What the panel keeps over a reload (webview `setState`). */
export interface FinderPanelState {
  folder: string;
  /** The marker whose rate is taken. */
  selected: SuggestionMethod;
  /** Markers that were dragged away from what was suggested. */
  moved: Suggestions;
  /** The settings of the sweep are unfolded. */
  open: boolean;
}

const types = ['ready', 'stop', 'use', 'copy', 'again', 'openOrigin', 'showLog', 'export'];

export function isFromFinderPanel(value: unknown): value is FromFinderPanel {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  if (value.type === 'use' || value.type === 'copy') return 'rate' in value && isRate(value.rate);
  return types.includes(String(value.type));
}

function isRate(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
