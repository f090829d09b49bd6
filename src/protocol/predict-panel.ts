import type { SaliencyMethod } from './saliency.ts';

/** What answers in the panel. */
export interface PredictSubject {
  folder: string;
  name: string;
}

export interface PredictedClass {
  label: string;
  /** 0–1 */
  probability: number;
}

/** One image that was asked about, newest first in the panel. */
export interface PredictItem {
  id: number;
  /** What the user knows it as: a file's name, `pasted image`. */
  name: string;
  /** Absolute; null: the image is no file. */
  path: string | null;
  top: PredictedClass[];
  /** Milliseconds of decoding and predicting, in the process that has the model loaded; null: not yet. */
  ms: number | null;
  /** Why there is no answer; null: there is one, or it is on its way. */
  failure: string | null;
}

export type ToPredictPanel =
  | {
      type: 'subject';
      subject: PredictSubject;
      state: 'loading' | 'ready' | 'failed';
      /** For `failed`. */
      message: string | null;
      engine: string | null;
      classes: string[];
      /** Kept beside the model and applied; null: none. */
      temperature: number | null;
      /** Folder that is watched. */
      watching: string | null;
      trusted: boolean;
    }
  | { type: 'items'; items: PredictItem[] }
  /** `data:` URI of the small picture of an image that is a file. */
  | { type: 'picture'; id: number; uri: string | null }
  | {
      type: 'saliency';
      id: number;
      method: SaliencyMethod;
      label: string;
      probability: number;
      image: string;
      heat: string;
    }
  | { type: 'saliency-failed'; id: number; message: string }
  /** Of a whole folder. */
  | { type: 'batch'; done: number; total: number; file: string | null };

export type FromPredictPanel =
  | { type: 'ready' }
  | { type: 'pick' }
  | { type: 'pickFolder' }
  | { type: 'watch' }
  | { type: 'unwatch' }
  | { type: 'chooseModel' }
  /** Files dropped from the Explorer or the desktop. */
  | { type: 'paths'; uris: string[] }
  /** An image that is no file here: pasted, dropped from a browser, a camera's frame. `data`: base64. */
  | { type: 'image'; id: number; name: string; data: string }
  | { type: 'saliency'; id: number; method: SaliencyMethod; label: string | null }
  | { type: 'open'; id: number }
  | { type: 'export'; format: 'csv' | 'jsonl' }
  | { type: 'clear' };

/** What the panel keeps over a reload. */
export interface PredictPanelState {
  folder: string;
  top: number;
  opacity: number;
  method: SaliencyMethod;
}

const messages: readonly FromPredictPanel['type'][] = [
  'ready',
  'pick',
  'pickFolder',
  'watch',
  'unwatch',
  'chooseModel',
  'paths',
  'image',
  'saliency',
  'open',
  'export',
  'clear',
];

export function isFromPredictPanel(value: unknown): value is FromPredictPanel {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  return (messages as readonly unknown[]).includes(value.type);
}
