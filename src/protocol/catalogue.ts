import type { FindingKind, FindingThresholds, LabelMode, LabelScore } from './findings.ts';
import type { JournalLine } from './journal.ts';

/*
 * What `loupe inspect <source> --lines` and the data panels say to each other: JSON lines, each answer with the id of its request.
 * Nothing here ever lists all images: pages, counts, bins, and the id and place of a point at most.
 */

/**
 * What images can be sorted, grouped and plotted by. Null of an image: not measured, sorted last. `size` is √(width · height),
 * `aspect` width / height, `hue` 0–360, `modified` milliseconds since 1970; measures as in `src/images/measures/measures.ts`;
 * `confidence` the highest probability, `given-confidence` that of the label, `label-score` the normalized margin, `outlier` the
 * distance to the nearest neighbours, `issue` the first kind found.
 */
export const catalogueFields = [
  'path',
  'folder',
  'class',
  'split',
  'format',
  'width',
  'height',
  'size',
  'aspect',
  'bytes',
  'modified',
  'brightness',
  'dark',
  'light',
  'contrast',
  'saturation',
  'hue',
  'blur',
  'information',
  'border',
  'predicted',
  'confidence',
  'given-confidence',
  'label-score',
  'outlier',
  'issue',
  'edit',
] as const;
export type CatalogueField = (typeof catalogueFields)[number];

/** An image as grids, lists and maps show it. */
export interface CatalogueRow {
  /** Stable as long as `Overview.revision` is the same. Negative: a file that can't be read (issue `unreadable`), of which little is known. */
  id: number;
  /** Relative to the data set's root. */
  path: string;
  hash: string;
  /** Class as it lies on disk; null: the image has none. */
  label: string | null;
  split: string | null;
  width: number;
  height: number;
  bytes: number;
  /** What the label model or the chosen run says, and how probable, 0–1; null: nothing was computed. */
  predicted: string | null;
  confidence: number | null;
  /** Probability of the given label, 0–1. */
  givenConfidence: number | null;
  /** Kinds that were found of it and not dismissed. */
  issues: FindingKind[];
  /** What the journal says of it; null: nothing. */
  edit: RowEdit | null;
  /** Value of the field that is sorted by, if it is a number. */
  value: number | null;
}

export interface RowEdit {
  label: string | null;
  split: string | null;
  excluded: boolean;
  deleted: boolean;
  /** A human said that the label is right. */
  kept: boolean;
}

/**
 * Which images and in which order. `text` is the query box: words match the path; `class:rose`, `split:test`, `issue:blurry`,
 * `predicted:tulip`, `edit:relabelled`, `is:wrong`, `blur<0.3`, `width>=500`, `confidence:0.5..0.6`, `-class:rose`; terms are joined by and,
 * several values of one field (`class:rose,tulip`) by or. Values with spaces in double quotes.
 */
export interface CatalogueQuery {
  text: string;
  /** Beside the text, from linked plots and the map: only these. */
  ids?: number[] | undefined;
  /** Ranges selected in plots: `from` ≤ value < `to`, and ≤ `to` where no image has a larger value or `from` = `to`. */
  ranges?: { field: CatalogueField; from: number; to: number }[] | undefined;
  sort?: { field: CatalogueField; descending: boolean } | undefined;
  /** Images of one group lie together, in the order of the groups. */
  group?: CatalogueField | undefined;
}

export interface CatalogueGroup {
  key: string;
  count: number;
  /** Of its first image in the whole order. */
  offset: number;
}

export interface Overview {
  /** Absolute root of the data set. */
  root: string;
  source: string;
  /**
   * Changes when images come, go or change; ids of another revision mean nothing. A scan adds what it finds to one revision: there are
   * more images with the next `version`.
   */
  revision: string;
  /** Changes with everything that answers depend on, measures, findings and edits too: what is shown should be asked for again. */
  version: string;
  images: number;
  unreadable: number;
  classes: { name: string; count: number; perSplit: Record<string, number> }[];
  splits: string[];
  /** What was computed so far, and of how many images. */
  measured: number;
  embedded: { images: number; network: string } | null;
  map: { method: 'pca' | 'umap'; network: string } | null;
  labels: { images: number; how: string; noise: number } | null;
  /** Images (pairs for duplicates) of each kind at the default thresholds, without the dismissed. */
  issues: Partial<Record<FindingKind, number>>;
  style: StyleNote[];
  edits: { relabelled: number; excluded: number; deleted: number; kept: number; dismissed: number; unplaced: number };
}

/** A kind that so many images of the set have that it is how they are made, and no image's issue. */
export interface StyleNote {
  kind: FindingKind;
  /** What was found, a sentence. */
  text: string;
  /** Lists the images that would have the issue in another set (`CatalogueQuery.text`). */
  query: string;
  /** How many the query lists, at least 1. */
  images: number;
}

export type CatalogueRequest =
  | { type: 'overview' }
  /** The journal or the findings on disk may have changed: read again; answered with an overview. */
  | {
      type: 'refresh';
      /** Edits of an open editor that are not saved: they count as if they were in the journal, until the next refresh. */
      pending?: JournalLine[];
    }
  /** @param limit at most 1,000 */
  | { type: 'page'; query: CatalogueQuery; offset: number; limit: number }
  | { type: 'groups'; query: CatalogueQuery }
  /** All ids in the order of the query, for a selection. */
  | { type: 'ids'; query: CatalogueQuery }
  | { type: 'histogram'; query: CatalogueQuery; field: CatalogueField; bins: number; by: 'split' | 'class' | null }
  /** At most `limit` points, an even sample of more. */
  | { type: 'scatter'; query: CatalogueQuery; x: CatalogueField; y: CatalogueField; limit: number }
  | { type: 'map'; query: CatalogueQuery; color: 'class' | 'predicted' | 'issue' | 'split'; limit: number }
  | { type: 'image'; id: number }
  | { type: 'imageAt'; path: string }
  | { type: 'issueCounts'; thresholds: FindingThresholds }
  | {
      type: 'issues';
      kind: FindingKind;
      thresholds: FindingThresholds;
      query: CatalogueQuery;
      /** For kind `label`. */
      mode?: LabelMode;
      score?: LabelScore;
      offset: number;
      limit: number;
    }
  /** Of the label issues: matrix, noise, errors expected in a review of so many. */
  | { type: 'labelSummary'; mode: LabelMode; score: LabelScore; budget: number }
  /** Picture of the class: the mean of its images and a sheet of them; written to the cache. */
  | { type: 'meanImage'; className: string | null; split: string | null }
  | { type: 'neighbours'; id: number; count: number };

/** One candidate in the cleaning panel. */
export interface IssueRow {
  /** Of the finding; the same for every rescan that finds the same. */
  key: string;
  kind: FindingKind;
  score: number;
  /** First the suspicious image; of pairs and clusters all. */
  images: CatalogueRow[];
  /** Class that the images should have; null: none is suggested. */
  suggested: string | null;
  evidence: Record<string, string | number | boolean | null>;
}

export interface ImageDetail {
  row: CatalogueRow;
  /** Absolute file, `file#index` inside an IDX file. */
  file: string;
  format: string;
  modified: number | null;
  /** As a camera wrote it, in words: name and value. */
  exif: { name: string; value: string }[];
  /** 16 hex digits; null: not measured. */
  perceptualHash: string | null;
  measures: Partial<Record<CatalogueField, number>>;
  findings: {
    kind: FindingKind;
    score: number;
    evidence: Record<string, string | number | boolean | null>;
    with: CatalogueRow[];
  }[];
  /** Most similar images by embedding, with the cosine. */
  neighbours: { row: CatalogueRow; similarity: number }[];
  /** Lines of the journal about it, oldest first, as sentences. */
  history: { at: string; text: string }[];
  /** All classes of the label model, most probable first; null: none. */
  probabilities: { label: string; probability: number }[] | null;
}

export interface LabelSummary {
  /** Where the probabilities come from: `5-fold probe on mobilenet_v2`. */
  how: string;
  images: number;
  /** Share of the images whose given label is the predicted one, 0–1; below `WEAK_AGREEMENT` the rest is doubtful. */
  agreement: number;
  /** Estimated share of wrong labels, 0–1. */
  noise: number;
  /** Estimated images labelled `given` that are `actual`; only pairs with any, largest first. */
  pairs: { given: string; actual: string; count: number; share: number }[];
  /** In the mode asked for. */
  flagged: number;
  /** Of the `budget` worst by `score`: wrong labels expected among those not yet decided, corrected by what the user decided. */
  expected: { budget: number; errors: number; decided: number; confirmedWrong: number };
  /** Wrong labels expected to be left in the whole set. */
  remaining: number;
}

export type CatalogueAnswers = {
  overview: Overview;
  refresh: Overview;
  page: { total: number; rows: CatalogueRow[] };
  groups: { total: number; groups: CatalogueGroup[] };
  ids: { ids: number[] };
  /** `edges` has one more than each of `counts`; categories have `names` instead. `counts[series][bin]` */
  histogram: { edges: number[]; names: string[] | null; series: string[]; counts: number[][] };
  /** Parallel arrays. `color` indexes `names`. */
  scatter: { total: number; ids: number[]; x: number[]; y: number[]; color: number[]; names: string[] };
  map: { total: number; ids: number[]; x: number[]; y: number[]; color: number[]; names: string[] };
  image: ImageDetail;
  imageAt: ImageDetail | null;
  issueCounts: Partial<Record<FindingKind, number>>;
  issues: { total: number; rows: IssueRow[] };
  labelSummary: LabelSummary | null;
  /** Absolute file. */
  meanImage: { file: string; images: number };
  neighbours: { neighbours: { row: CatalogueRow; similarity: number }[] };
};

export type CatalogueAnswer<T extends CatalogueRequest['type'] = CatalogueRequest['type']> = CatalogueAnswers[T];

/** A line to the process; `id` is the question's, not an image's. */
export interface CatalogueQuestion {
  id: number;
  request: CatalogueRequest;
}

/** `total` null: not known yet. */
export interface CatalogueProgress {
  what: string;
  done: number;
  total: number | null;
}

/** A line from the process. */
export type CatalogueLine =
  /** Comes again when the version has changed by itself: more images were measured, a scan in the background found other files. */
  | { ready: Overview }
  /** While files are looked through: before the first `ready`, and after it as long as images come; null: that is over. */
  | { progress: CatalogueProgress | null }
  | { id: number; answer: CatalogueAnswer }
  | { id: number | null; error: { code: string; message: string; advice: string } };
