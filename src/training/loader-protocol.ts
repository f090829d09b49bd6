import type { ImageRecord, SkipCause } from '../dataset/types.ts';
import type { DecodeSettings } from '../images/preprocess.ts';

/** What the loader's worker needs once. Batches lie in the shared buffers: `slots` batches one after the other. */
export interface LoaderSetup {
  root: string;
  images: ImageRecord[];
  settings: DecodeSettings;
  batchSize: number;
  slots: number;
  /** Images decoded at once. */
  concurrency: number;
  /** Folder of the decoded cache; undefined: the default one. */
  cacheFolder: string | undefined;
  /** [slot, batch, height, width, channel], uint8. */
  pixels: SharedArrayBuffer;
  /** [slot, batch], int32: position in `images`. */
  indices: SharedArrayBuffer;
}

export interface PassRequest {
  type: 'pass';
  pass: number;
  /** Positions in `images`. Batch n covers order[n · batchSize …]. */
  order: Uint32Array;
  /** First batch, and the one after the last. */
  from: number;
  to: number;
  /** What becomes of an image that can't be decoded: the next one of the order takes its place, or the batch gets smaller. */
  failed: 'replace' | 'drop';
}

export type ToLoader =
  | PassRequest
  | { type: 'free'; pass: number; slot: number }
  | { type: 'cancel'; pass: number }
  | { type: 'close' };

export interface BatchReady {
  type: 'batch';
  pass: number;
  batch: number;
  slot: number;
  size: number;
}

export interface ImageFailed {
  type: 'failed';
  index: number;
  cause: SkipCause;
  message: string;
}

export type FromLoader =
  | { type: 'ready' }
  | BatchReady
  | ImageFailed
  /** Every image of the pass failed. */
  | { type: 'none-left' }
  /** The decoded cache takes no more images: those that it lacks are decoded anew each epoch. */
  | { type: 'cache-off'; message: string };
