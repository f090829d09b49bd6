import type { ApplyPlan, RefusedEdit } from './apply.ts';
import type { CatalogueRow, IssueRow, LabelSummary, RowEdit, StyleNote } from './catalogue.ts';
import type { CleanKeyAct } from './clean-keys.ts';
import type { FindingKind, FindingThresholds, LabelMode, LabelScore } from './findings.ts';

/** What one key does with an image of a row. */
export type CleanAct =
  /** The image is as it should be: its label is right, the issue none; of copies: this one stays. */
  | { do: 'keep' }
  | { do: 'relabel'; to: string }
  | { do: 'exclude' }
  | { do: 'delete' }
  | { do: 'restore' }
  | { do: 'dismiss' };

/** Sharp in the rows, and on the stage of the labelling mode, also where a CSS pixel is two. */
export type PictureSide = 256 | 512;

/** What was decided about a row, e.g. `relabelled`, `to tulip`. */
export interface RowDecision {
  what: 'kept' | 'relabelled' | 'excluded' | 'deleted' | 'dismissed' | 'moved';
  text: string;
}

/** A candidate as the page shows it. */
export interface CleanRow extends IssueRow {
  /** The evidence in words. */
  why: string;
  decided: RowDecision | null;
}

/** An image without a label, and what the model takes it for. */
export interface UnlabelledRow {
  image: CatalogueRow;
  /** Most probable first, 0–1; empty: there is no model to ask. */
  suggestions: { label: string; probability: number }[];
  /** Label given by hand; null: none yet. */
  label: string | null;
  /** Why it is worth labelling now, in words. */
  why: string;
}

/** Which candidates, in which order. */
export interface CleanList {
  kind: FindingKind;
  mode: LabelMode;
  score: LabelScore;
  thresholds: FindingThresholds;
  /** The query box (`CatalogueQuery.text`). */
  text: string;
  /** Leaves out what was decided before the list was made. */
  undecidedOnly: boolean;
}

export interface HistoryEntry {
  id: string;
  /** ISO 8601. */
  at: string;
  by: string | null;
  /** e.g. `Relabelled rose → tulip, 3 images`. */
  text: string;
  images: { path: string; hash: string }[];
  /** How many images in all; `images` has at most 12. */
  count: number;
  /** False: it was undone. */
  counts: boolean;
  saved: boolean;
}

/** What came of applying edits. */
export interface AppliedEdits {
  id: string;
  done: number;
  steps: number;
  refused: RefusedEdit[];
}

export type ToCleanPanel =
  | {
      type: 'setup';
      dataSets: { source: string; name: string }[];
      /** The one that is shown; null: there is none to show. */
      source: string | null;
      trusted: boolean;
    }
  | {
      type: 'state';
      state: 'starting' | 'ready' | 'failed';
      /** What is being done, or what went wrong. */
      message: string;
      advice: string;
      /** 0–1; null: nobody knows. */
      share: number | null;
    }
  | {
      type: 'overview';
      source: string;
      images: number;
      classes: { name: string; count: number }[];
      unlabelled: number;
      /** Findings were computed. */
      searched: boolean;
      /** Where the probabilities come from; null: there are none. */
      labels: string | null;
      edits: { pending: number; total: number };
      /** Kinds that most images of the set have, which are no issue for that. */
      style: StyleNote[];
    }
  /** The search for issues; null: none is under way. */
  | { type: 'searching'; text: string | null; share: number | null }
  | { type: 'counts'; counts: Partial<Record<FindingKind, number>> }
  | { type: 'rows'; list: number; offset: number; total: number; complete: boolean; rows: CleanRow[] }
  | { type: 'unlabelled'; list: number; offset: number; total: number; rows: UnlabelledRow[] }
  /** Rows that the page may have, as they are now decided. */
  | { type: 'decided'; rows: { key: string; edits: (RowEdit | null)[]; decided: RowDecision | null }[] }
  | { type: 'labelled'; images: { path: string; hash: string; label: string | null }[] }
  | { type: 'edits'; pending: number; total: number }
  /** The last payoff of cleaning that was measured: its figure and its sentences; null: none was. */
  | { type: 'payoff'; payoff: { figure: string; text: string } | null }
  /** The lists may have changed: ask again. */
  | { type: 'reload' }
  | { type: 'neighbours'; key: string; neighbours: { row: CatalogueRow; similarity: number }[] }
  | { type: 'pictures'; pictures: { hash: string; path: string; uri: string | null }[]; side: PictureSide }
  | { type: 'summary'; summary: LabelSummary | null }
  | { type: 'history'; entries: HistoryEntry[]; total: number }
  /** What applying would change on the disk, or why it can't be told. */
  | { type: 'plan'; plan: ApplyPlan | null; message: string; advice: string }
  | { type: 'applied' | 'undone'; outcome: AppliedEdits }
  /** Shows a kind, of some images only. */
  | { type: 'focus'; kind: FindingKind; text: string }
  | { type: 'view'; view: CleanView }
  /** A key or a command of VS Code, for the row that has the keyboard or the selected ones. */
  | { type: 'command'; act: CleanKeyAct; alike: boolean }
  /** Goes into the line that is read aloud. */
  | { type: 'said'; text: string; tone: 'quiet' | 'bad' };

export type FromCleanPanel =
  | { type: 'ready' }
  | { type: 'dataSet'; source: string }
  | { type: 'counts'; thresholds: FindingThresholds }
  /** @param list number of the request: answers to older ones are passed over */
  | { type: 'rows'; list: number; which: CleanList; offset: number; limit: number }
  | { type: 'unlabelled'; list: number; offset: number; limit: number }
  | { type: 'summary'; mode: LabelMode; score: LabelScore; budget: number }
  | { type: 'neighbours'; key: string; id: number }
  /** @param side longest side, pixels: small ones for rows, large ones for an image that is looked at by itself */
  | { type: 'pictures'; images: { path: string; hash: string }[]; side: PictureSide }
  /** `at`: which image of the row. */
  | { type: 'decide'; rows: { key: string; at: number }[]; act: CleanAct }
  /** The same for all undecided rows of the list with the same given and suggested class and at least this score. */
  | { type: 'decideAlike'; key: string; act: CleanAct }
  | { type: 'label'; images: { path: string; hash: string }[]; to: string }
  | { type: 'history'; offset: number; limit: number }
  /** Takes the edits of one entry back, whatever was edited since. */
  | { type: 'revert'; id: string }
  | { type: 'open'; path: string }
  /** To the Inspect panel, with the images of this query (`CatalogueQuery.text`). */
  | { type: 'inspect'; query: string }
  /** `plan`: what would applying change? `apply`: do just that. `copy`, `manifest`: leave the data set as it is. */
  | { type: 'plan' | 'apply' | 'copy' | 'manifest' }
  /** @param id of what was applied */
  | { type: 'undoApply'; id: string }
  /** Whether the page has the keyboard. */
  | { type: 'focus'; focused: boolean }
  /** To VS Code's editor of keybindings. */
  | { type: 'changeKeys' }
  /** The catalogue could not be read: once more. */
  | { type: 'retry' }
  | { type: 'openDataSet' | 'getWeights' }
  | { type: 'undo' | 'redo' | 'save' | 'find' | 'cancelFind' | 'addImages' | 'train' | 'payoff' | 'showPayoff' };

export type CleanView = 'issues' | 'unlabelled' | 'history' | 'apply';

/** What the panel keeps over a reload (webview `setState`). The edits are the document's, not the page's. */
export interface CleanPanelState {
  source: string;
  view: CleanView;
  kind: FindingKind;
  mode: LabelMode;
  score: LabelScore;
  thresholds: FindingThresholds;
  text: string;
  undecidedOnly: boolean;
  budget: number;
  /** Row that has the keyboard. */
  at: number;
}

const types = new Set([
  ...['ready', 'dataSet', 'counts', 'rows', 'unlabelled', 'summary', 'neighbours', 'pictures', 'decide', 'decideAlike'],
  ...[
    'label',
    'history',
    'revert',
    'open',
    'inspect',
    'undo',
    'redo',
    'save',
    'find',
    'cancelFind',
    'apply',
    'undoApply',
  ],
  ...[
    'plan',
    'copy',
    'manifest',
    'addImages',
    'train',
    'payoff',
    'showPayoff',
    'focus',
    'changeKeys',
    'retry',
    'openDataSet',
    'getWeights',
  ],
]);

export function isFromCleanPanel(value: unknown): value is FromCleanPanel {
  return typeof value === 'object' && value !== null && 'type' in value && types.has(String(value.type));
}
