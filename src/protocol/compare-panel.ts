import type { ComparedRun, CurveSeries, DisputedImage, MetricColumn, PairDetail, Verdict } from './compare.ts';

/** Which runs a comparison shows. A query takes runs in as they come; an empty one is all runs. */
export type CompareScope = { kind: 'chosen'; runs: string[] } | { kind: 'query'; query: string };

/** How the panel shows them; also what a saved view keeps. All fields are optional in what an older version saved. */
export interface CompareSettings {
  xAxis: 'step' | 'epoch' | 'time';
  logScale: boolean;
  /** Weight of the past, 0 (off) … 0.99. */
  smoothing: number;
  /** Names of the charts that are shown; null: the usual ones. */
  charts: string[] | null;
  /** Ids of runs that are switched off in the charts. */
  hiddenRuns: string[];
  sort: { column: string; descending: boolean } | null;
  /** Columns of the scatter chart. */
  scatter: { x: string; y: string } | null;
  /** Column → the part of its axis that is kept, in its own units (positions for texts). */
  brushes: Record<string, [low: number, high: number]>;
  /** Run id → number of its colour, dash and marker: once seen, a run keeps its look. */
  looks: Record<string, number>;
  /** Id of the run that the details are about. */
  selected: string | null;
}

/** What the panel keeps over a reload (webview `setState`). */
export interface ComparePanelState extends CompareSettings {
  scope: CompareScope;
}

export interface CompareRunsMessage {
  type: 'runs';
  scope: CompareScope;
  runs: ComparedRun[];
  /** Settings and facts that are not the same in all runs. */
  differing: string[];
  metrics: MetricColumn[];
  /** Metric → ids of the runs with the best value. */
  best: Record<string, string[]>;
  /** Id of the run that the others are measured against; null: there is none. */
  baseline: string | null;
  /** The user pinned it; else it is the oldest. */
  pinned: boolean;
  /** Runs of the workspace. */
  total: number;
  /** Names of saved views. */
  views: string[];
  /** What is wrong with the query, or with a folder of another tool. */
  problem: string | null;
}

export interface CompareCurvesMessage {
  type: 'curves';
  curves: { id: string; series: Record<string, CurveSeries> }[];
  /** Runs whose curves are yet to come. */
  waiting: number;
}

export interface CompareVerdictsMessage {
  type: 'verdicts';
  state: 'working' | 'done' | 'off';
  verdicts: Verdict[];
  /** Why there are none. */
  message: string | null;
}

export interface CompareDetailMessage {
  type: 'detail';
  a: string;
  b: string;
  detail: PairDetail | null;
  /** Why there is none. */
  message: string | null;
}

export interface ComparePicturesMessage {
  type: 'pictures';
  /** Hash → address of the small picture; null: the image can't be shown. */
  pictures: Record<string, string | null>;
}

/** A saved view was opened: the panel takes its settings over. */
export interface CompareViewMessage {
  type: 'view';
  name: string;
  settings: Partial<CompareSettings>;
}

export type ToComparePanel =
  | CompareRunsMessage
  | CompareCurvesMessage
  | CompareVerdictsMessage
  | CompareDetailMessage
  | ComparePicturesMessage
  | CompareViewMessage;

export type FromComparePanel =
  | { type: 'ready' }
  | { type: 'scope'; scope: CompareScope }
  /** null: no baseline. */
  | { type: 'pin'; run: string | null }
  /** Shown as selected in the Runs tree. */
  | { type: 'select'; run: string }
  | { type: 'open'; run: string }
  | { type: 'edit'; run: string; tags?: string[]; note?: string }
  /** The images that `b` has won and lost against `a`. */
  | { type: 'detail'; a: string; b: string }
  | { type: 'pictures'; images: Pick<DisputedImage, 'path' | 'hash'>[] }
  | { type: 'openImage'; path: string }
  | { type: 'saveView'; settings: CompareSettings }
  | { type: 'openView'; name: string }
  | { type: 'deleteView'; name: string }
  | { type: 'addForeign' }
  /** `runs`: in the order of the table. `data`: base64 of the PNG. */
  | { type: 'export'; format: 'csv' | 'md'; runs: string[] }
  | { type: 'export'; format: 'png'; data: string };

const types: readonly string[] = [
  'ready',
  'scope',
  'pin',
  'select',
  'open',
  'edit',
  'detail',
  'pictures',
  'openImage',
  'saveView',
  'openView',
  'deleteView',
  'addForeign',
  'export',
] satisfies FromComparePanel['type'][];

export function isFromComparePanel(value: unknown): value is FromComparePanel {
  return typeof value === 'object' && value !== null && 'type' in value && types.includes(String(value.type));
}

/** A scope as a webview or a file kept it; null where it is none. */
export function asScope(value: unknown): CompareScope | null {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null;
  if (value.kind === 'query' && 'query' in value && typeof value.query === 'string') {
    return { kind: 'query', query: value.query };
  }
  if (value.kind !== 'chosen' || !('runs' in value) || !Array.isArray(value.runs)) return null;
  return { kind: 'chosen', runs: value.runs.filter((run) => typeof run === 'string') };
}
