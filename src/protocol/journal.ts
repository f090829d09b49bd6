/** Which image a line is about, as the data set had it when the line was written. */
export interface JournalImage {
  /** Relative to the data set's root, `/`-separated (`ImageRecord.path`). */
  path: string;
  /** `ImageRecord.hash`. */
  hash: string;
  /** The path that the journal knew this image by, where it was renamed since. */
  was?: string;
}

export type JournalSplit = 'train' | 'validation' | 'test';

/**
 * What a person decided about an image. Four things are decided apart from each other, and of each the last word counts: the label
 * (`relabel`, `label`, `keep`), whether the image is used (`exclude`, `delete`, `restore`), the split, and what is no issue (`dismiss`).
 */
export type ImageEdit =
  | { edit: 'relabel'; from: string; to: string }
  /** A first label for an image that had none. */
  | { edit: 'label'; to: string }
  /** A person says that the label the source gives is right. */
  | { edit: 'keep' }
  | { edit: 'exclude' }
  /** Left out like an excluded one, and put into the trash when the edits are applied to the disk. */
  | { edit: 'delete' }
  /** Lifts `exclude` and `delete`. */
  | { edit: 'restore' }
  | { edit: 'split'; to: JournalSplit }
  /** `issue`: the finder's kind; `with`: for a pair, the other image's hash. */
  | { edit: 'dismiss'; issue: string; with?: string }
  /**
   * The decisions so far were carried out on the disk; `to`: where the image lies now, null: no longer in the data set. `splitStays`: a chosen
   * split could not be, and goes on counting.
   */
  | { edit: 'applied'; apply: string; to: string | null; splitStays?: true };

/** `of`: id of the line that counts no more (`undo`) or counts again (`redo`). */
export interface LineEdit {
  edit: 'undo' | 'redo';
  of: string;
}

/** What every line has. */
export interface JournalStamp {
  /** Random; sorts by time. */
  id: string;
  /** ISO 8601 with milliseconds. */
  at: string;
  /** Source of the data set, relative to the workspace, `/`-separated. */
  data: string;
  /** What made the user look, e.g. the finder's kind. */
  why?: string;
  /** Shared by the lines of one action, which are undone together. */
  batch?: string;
  /** Who decided, where the user wants that written down. */
  by?: string;
}

export type ImageLine = JournalStamp & JournalImage & ImageEdit;
export type JournalLine = ImageLine | (JournalStamp & LineEdit);

/** What the journal says of one image, all its lines together. */
export interface Decision {
  path: string;
  hash: string;
  /** The label that a person gave it; null: as the source says. */
  label: string | null;
  excluded: boolean;
  deleted: boolean;
  /** A person says that the source's label is right. */
  kept: boolean;
  split: JournalSplit | null;
  dismissed: { issue: string; with: string | null }[];
  /** Ids of the lines that count, in order. */
  lines: string[];
}

const SPLITS: readonly unknown[] = ['train', 'validation', 'test'];

/** A line's value as a `JournalLine`, or what is wrong with it. Fields that this version does not know are kept. */
export function checkJournalLine(value: unknown): { line: JournalLine } | { message: string } {
  if (!isRecord(value)) return { message: 'no JSON object' };
  for (const field of ['id', 'at', 'data', 'edit']) {
    if (!isName(value[field])) return { message: `"${field}" is missing or no text` };
  }
  if (!isMoment(value.at)) return { message: `"at" is no ISO 8601 time: ${String(value.at)}` };
  for (const field of ['why', 'batch', 'by', 'was']) {
    if (value[field] !== undefined && typeof value[field] !== 'string') return { message: `"${field}" is no text` };
  }
  const message = faultOf(value);
  return message === null ? { line: value as unknown as JournalLine } : { message };
}

/** True for a line about an image; false for `undo` and `redo`. */
export function isImageLine(line: JournalLine): line is ImageLine {
  return line.edit !== 'undo' && line.edit !== 'redo';
}

function faultOf(value: Record<string, unknown>): string | null {
  if (value.edit === 'undo' || value.edit === 'redo') return isName(value.of) ? null : `${value.edit} without "of"`;
  if (!isName(value.path) || typeof value.hash !== 'string') return 'no "path" and "hash" of an image';
  switch (value.edit) {
    case 'relabel':
      return isName(value.from) && isName(value.to) ? null : 'relabel without "from" and "to"';
    case 'label':
      return isName(value.to) ? null : 'label without "to"';
    case 'split':
      return SPLITS.includes(value.to) ? null : 'split without "to": train, validation or test';
    case 'dismiss':
      if (!isName(value.issue)) return 'dismiss without "issue"';
      return value.with === undefined || typeof value.with === 'string' ? null : '"with" is no text';
    case 'applied':
      return isName(value.apply) && (value.to === null || isName(value.to)) ? null : 'applied without "apply" and "to"';
    case 'keep':
    case 'exclude':
    case 'delete':
    case 'restore':
      return null;
    default:
      return `unknown edit "${String(value.edit)}" (written by a newer version?)`;
  }
}

/** `toISOString`'s form only, so that times sort as text. */
function isMoment(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return false;
  return !Number.isNaN(Date.parse(value));
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
