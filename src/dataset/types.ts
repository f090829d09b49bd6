import type { DecodeCause } from '../images/decode-failure.ts';
import type { FileFormat } from '../images/sniff.ts';

export type SplitName = 'train' | 'validation' | 'test';

/** Why an image can't be used. Shown with a count and examples; never fatal by itself. */
export type SkipCause = DecodeCause | 'no-label' | 'bad-row' | 'symlink-loop';

export type ImageFormat = FileFormat | 'idx';

export type SourceFormat = 'folder' | 'manifest' | 'idx';

/** `ImageRecord.label` of an image without a class; there are none unless a data set is opened with `purpose: 'look'`. */
export const NO_LABEL = -1;

export interface ImageRecord {
  /** Relative to the data set's root, `/`-separated, unique; an image inside an IDX file is `file#index`. */
  path: string;
  /** Index into `DataSet.classes`, or `NO_LABEL`. */
  label: number;
  /** The split that the source brings along, if any. */
  split: SplitName | null;
  /** The split that a person chose for it in the label journal. */
  chosenSplit?: SplitName;
  /** Images of one group must stay on one side of a split. */
  group: string | null;
  format: ImageFormat;
  /** Pixels, after EXIF orientation. */
  width: number;
  height: number;
  channels: number;
  bytes: number;
  /** When the file was last written, milliseconds since 1970; inside an IDX file: not told. */
  modified?: number | undefined;
  /** First 32 hex digits of the SHA-256 of the file's bytes (of the pixels for IDX). */
  hash: string;
}

export interface Skipped {
  cause: SkipCause;
  count: number;
  /** At most 100; the index holds them all. */
  examples: { path: string; message: string }[];
}

/** Something odd about the data set as a whole that does not stop it from being used. */
export interface DataSetWarning {
  /** kebab-case, stable, e.g. `tiny-class`. */
  code: string;
  message: string;
}

/** What the label journal changed in a data set, and what of it could not be applied. */
export interface JournalEffect {
  /** Absolute path of the journal. */
  file: string;
  /** `journalHash` of what it says about the data set. */
  hash: string;
  /** Images with another label than the source's. */
  relabelled: number;
  /** Images that had no label. */
  labelled: number;
  /** Left out by the user: excluded, or to be deleted. */
  excluded: number;
  /** Images in another split than the source's. */
  resplit: number;
  /** Images whose label a person has confirmed. */
  kept: number;
  /** Of all these, those that lie under another path than when they were decided. */
  renamed: number;
  /** Paths of decisions that are not applied: the file holds other content, nothing is left of it, it is there more than once. */
  changed: string[];
  gone: string[];
  ambiguous: string[];
  /** Lines of the journal that make no sense. */
  badLines: number;
}

export interface DataSet {
  /** Absolute. */
  root: string;
  format: SourceFormat;
  classes: string[];
  /** Sorted by path. */
  images: ImageRecord[];
  skipped: Skipped[];
  warnings: DataSetWarning[];
  /** Null where no journal was to be applied, or none is there. */
  journal: JournalEffect | null;
  /** Changes when any used image's content, path, label, split or group changes. */
  fingerprint: string;
}

export interface ScanProgress {
  /** Files looked at so far and, once the walk is over, how many there are. */
  seen: number;
  total: number | null;
  /** Files whose content had to be read (the rest came from the index). */
  read: number;
}
