import type { CatalogueRow } from './catalogue.ts';
import type { FindingKind } from './findings.ts';

/** An image without a label, as `loupe new` sees it. */
export interface NewImage {
  /** Of the catalogue it was looked at in; `path` is relative to that folder's root. */
  row: CatalogueRow;
  /** What is wrong with it by itself, or against the labelled images. */
  issues: FindingKind[];
  /** Image of the data set (or an earlier new one) that it is a copy of; null: none. */
  copyOf: string | null;
  /** Most probable first, at most 5, 0–1; empty: nothing is labelled to compare with. */
  suggestions: { label: string; probability: number }[];
  /** 1 − (highest − second highest probability), 0–1. */
  uncertainty: number;
  /** 1 − cosine to the nearest labelled image, 0–2. */
  distance: number;
}

/** `loupe new --json`: the most useful to label first. */
export interface NewImagesReport {
  /** Absolute: data set, and folder with the new images. */
  into: string;
  folder: string;
  /** What the images were described by. */
  network: string;
  labelled: number;
  images: NewImage[];
  unreadable: { path: string; message: string }[];
  /** With `--add`. */
  added: { path: string; from: string }[];
  left: { from: string; cause: string; message: string }[];
}
