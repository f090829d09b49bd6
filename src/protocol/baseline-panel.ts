import type { DataReport, DataReportSummary } from './baseline.ts';

export type ToBaselinePanel =
  /** The list changed. `busy`: what is being measured now; null: nothing. */
  | {
      type: 'list';
      /** Absolute folder or file of the data set. */
      source: string;
      name: string;
      reports: DataReportSummary[];
      selected: string | null;
      busy: string | null;
      trusted: boolean;
    }
  /** The report that is selected; null: it can't be read, and `problem` says why. */
  | { type: 'report'; id: string; report: DataReport | null; problem: string | null }
  /** `data:` URIs of small pictures, by path; null: it can't be shown. */
  | { type: 'pictures'; id: string; pictures: { path: string; uri: string | null }[] };

export type FromBaselinePanel =
  | { type: 'ready' }
  | { type: 'select'; id: string }
  /** The host asks by which network. */
  | { type: 'measure'; what: 'baseline' | 'algorithms' }
  /** A first run is planned from the network of the report; null: from the best at hand. */
  | { type: 'start'; id: string | null }
  | { type: 'delete'; id: string }
  /** An image, or those of a class. */
  | { type: 'inspect'; path: string | null; label: string | null }
  | { type: 'openConfig'; id: string }
  | { type: 'train'; id: string }
  | { type: 'openRun'; folder: string };

export type ClassColumn = 'name' | 'images' | 'recall';
export type AlgorithmColumn = 'title' | 'features' | 'accuracy' | 'fit' | 'predict' | 'memory' | 'clarity';

/** What the panel keeps over a reload. */
export interface BaselinePanelState {
  source: string;
  selected: string | null;
  classes: { column: ClassColumn; descending: boolean };
  algorithms: { column: AlgorithmColumn; descending: boolean };
}

const messages: readonly FromBaselinePanel['type'][] = [
  'ready',
  'select',
  'measure',
  'start',
  'delete',
  'inspect',
  'openConfig',
  'train',
  'openRun',
];

export function isFromBaselinePanel(value: unknown): value is FromBaselinePanel {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return (messages as readonly unknown[]).includes(value.type);
}
