import type { EvaluationReport, EvaluationSummary, EvaluationViews } from './evaluation.ts';
import type { SaliencyMethod } from './saliency.ts';

/** Run or predictor whose evaluations the panel shows. */
export interface PanelSubject {
  kind: 'run' | 'predictor';
  folder: string;
  name: string;
  /** Images of each split of the run (of a predictor's first run); empty: not known. */
  splits: { split: 'train' | 'validation' | 'test'; images: number }[];
}

/** Which images the panel shows. */
export type ImageSelection =
  | { kind: 'worst' }
  | { kind: 'cell'; label: number; predicted: number }
  /** Images of a class: taken for another, or others taken for it. */
  | { kind: 'missed'; label: number }
  | { kind: 'mistaken'; predicted: number }
  | { kind: 'slice'; index: number };

export interface PanelImage {
  /** Position in the evaluation's images. */
  at: number;
  path: string;
  label: number;
  predicted: number;
  confidence: number;
  labelProbability: number;
}

export type ToEvaluatePanel =
  /** The list changed: an evaluation is new, goes on or has ended. */
  | { type: 'list'; subject: PanelSubject; evaluations: EvaluationSummary[]; selected: string | null; trusted: boolean }
  /** The whole of the evaluation that is selected; null: it has no report (yet). */
  | { type: 'report'; id: string; report: EvaluationReport | null }
  | { type: 'images'; id: string; selection: ImageSelection; from: number; total: number; images: PanelImage[] }
  /** `data:` URIs of small pictures; null: it can't be shown. */
  | { type: 'pictures'; id: string; pictures: { at: number; uri: string | null }[] }
  | {
      type: 'saliency';
      id: string;
      at: number;
      method: SaliencyMethod;
      label: string;
      probability: number;
      /** `data:` URIs: the part of the image that the network sees, and the map to lay over it. */
      image: string;
      heat: string;
    }
  | { type: 'saliency-failed'; id: string; at: number; message: string };

export type FromEvaluatePanel =
  | { type: 'ready' }
  /** `folder`: the host asks which. */
  | { type: 'evaluate'; target: 'train' | 'validation' | 'test' | 'folder'; views: EvaluationViews['name'] }
  | { type: 'stop'; id: string }
  | { type: 'select'; id: string }
  | { type: 'images'; id: string; selection: ImageSelection; from: number; count: number }
  | { type: 'saliency'; id: string; at: number; method: SaliencyMethod; of: 'predicted' | 'label' }
  | { type: 'openImage'; id: string; at: number }
  | { type: 'openReport'; id: string }
  | { type: 'revealFolder'; id: string }
  | { type: 'predict' }
  | { type: 'openRun' };

/** What the panel keeps over a reload. */
export interface EvaluatePanelState {
  folder: string;
  selected: string | null;
  matrix: 'counts' | 'rows' | 'columns';
  order: 'similarity' | 'classes';
  sort: { column: string; descending: boolean };
  curve: number | null;
  opacity: number;
  method: SaliencyMethod;
}

const messages: readonly FromEvaluatePanel['type'][] = [
  'ready',
  'evaluate',
  'stop',
  'select',
  'images',
  'saliency',
  'openImage',
  'openReport',
  'revealFolder',
  'predict',
  'openRun',
];

export function isFromEvaluatePanel(value: unknown): value is FromEvaluatePanel {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return (messages as readonly unknown[]).includes(value.type);
}
