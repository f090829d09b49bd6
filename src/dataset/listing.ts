import type { SkipList } from './skip-list.ts';
import type { DataSetWarning, SplitName } from './types.ts';

/** One image that a source names, before anybody has looked at the file. */
export interface ListedImage {
  /** Relative to the root, `/`-separated, unique. */
  path: string;
  /** Null: none. */
  className: string | null;
  split: SplitName | null;
  group: string | null;
  /** Of an image without a class: what to say where it is of no use for that; null: nothing. */
  noLabel: string | null;
}

/** What a source says: which files, which class each, and what of it made no sense. */
export interface Listing {
  /** How many files it names. */
  count: number;
  /** In the order of their paths, some at a time. */
  images(): Iterable<ListedImage[]>;
  skips: SkipList;
  warnings: DataSetWarning[];
  /** Classes that the source declares, whether or not an image of them turns up. */
  declaredClasses: string[];
  /** Folders right under the root that stand for a split, where class folders lie in such; null: they lie in the root. */
  splitFolders: ReadonlyMap<string, SplitName> | null;
  close(): void;
}

const SPLIT_NAMES: Record<string, SplitName> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};

/** The split that a folder's or a column's word means, or undefined. Case does not matter. */
export function splitNamed(word: string): SplitName | undefined {
  const key = word.trim().toLowerCase();
  return Object.hasOwn(SPLIT_NAMES, key) ? SPLIT_NAMES[key] : undefined;
}

/** Orders strings by UTF-16 code unit: the same on every machine and locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
