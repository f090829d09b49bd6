import type { ImageRecord, SkipCause } from '../dataset/types.ts';
import type { DecodeSettings } from '../images/preprocess.ts';
import type { AugmentConfig } from './config-augment.ts';

export interface LoaderAugment {
  config: AugmentConfig;
  /** Of the run. */
  seed: number;
  /** Classes of the data set: the width of soft labels. */
  classes: number;
}

/** What one of the loader's workers needs once. Batches lie in the shared buffers: `slots` batches one after the other. */
export interface LoaderSetup {
  root: string;
  images: ImageRecord[];
  settings: DecodeSettings;
  batchSize: number;
  slots: number;
  /** This worker fills the slots, and of a pass the batches, whose number leaves `worker` when divided by `workers`. */
  worker: number;
  workers: number;
  /** null: images are given as they are. */
  augment: LoaderAugment | null;
  /** Images decoded at once. */
  concurrency: number;
  /** Folder of the decoded cache; undefined: the default one. */
  cacheFolder: string | undefined;
  /** [slot, batch, height, width, channel], uint8. */
  pixels: SharedArrayBuffer;
  /** [slot, batch], int32: position in `images`. */
  indices: SharedArrayBuffer;
  /** [slot, batch, class], float32; null: no soft labels. */
  targets: SharedArrayBuffer | null;
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
  /** Images are augmented as this epoch's; null: not at all. */
  epoch: number | null;
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
  /** Milliseconds that its augmentation took. */
  augmentMs: number;
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
