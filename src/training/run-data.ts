import path from 'node:path';
import type { JournalOverlay } from '../dataset/journal/overlay.ts';
import { openDataSet } from '../dataset/open.ts';
import { splitImages } from '../dataset/split.ts';
import type { DataSet, ImageRecord, ScanProgress, SplitName } from '../dataset/types.ts';
import { type Job, jobFiles } from '../jobs/job.ts';
import { readProvenance } from '../jobs/read.ts';
import { Problem } from '../problem.ts';
import { currentDecisions, readRunDecisions, writeRunDecisions } from './run-decisions.ts';
import { readSplit, type StoredSplit, writeSplit } from './split-file.ts';

/** The images of a run and which of them do what. */
export interface RunData {
  root: string;
  classes: string[];
  images: ImageRecord[];
  /** Positions in `images`. */
  split: Record<SplitName, Uint32Array>;
  fingerprint: string;
  skipped: DataSet['skipped'];
  warnings: DataSet['warnings'];
  /** What people decided about the images, as it was when the run was split. */
  journal: DataSet['journal'];
  /** Nothing has been said about the data yet. */
  isNew: boolean;
  /** What changed since the run was split; null: nothing. */
  changed: string | null;
}

export interface OpenOptions {
  onProgress?: (progress: ScanProgress) => void;
  signal?: AbortSignal;
}

/**
 * Opens the data set of a run, overlays what people decided about it, and splits it; a run that has been split before keeps its split
 * and the decisions of that time.
 * @throws Problem of `openDataSet`; `no-training-images`, `one-class`, `data-gone`, `bad-split`, `bad-decisions`
 */
export async function openRunData(
  folder: string,
  job: Pick<Job, 'config' | 'base'>,
  options: OpenOptions,
): Promise<RunData> {
  const { data: config } = job.config;
  const file = path.join(folder, jobFiles.split);
  const stored = readSplit(file);
  const now = currentDecisions(folder, job);
  const journal = stored ? readRunDecisions(folder) : now;
  const data = await openDataSet(path.resolve(job.base, config.source), {
    format: config.format,
    ...(config.groupPattern ? { groupPattern: config.groupPattern } : {}),
    journal,
    ...options,
  });
  if (!stored) {
    const splits = splitImages(data.images, { ...config, seed: job.config.seed });
    assertTrainable(data, splits);
    writeRunDecisions(folder, journal);
    writeSplit(file, data, splits);
    return { ...data, split: positions(splits), isNew: true, changed: null };
  }
  const { images, splits, changed } = matchStored(stored, data);
  if (config.journal && saysMore(now, journal)) changed.push(EDITS_CHANGED);
  return {
    ...data,
    classes: stored.classes,
    images,
    split: positions(splits),
    isNew: readProvenance(folder) === null,
    changed: changed.length ? changed.join(' ') : null,
  };
}

const EDITS_CHANGED =
  'Your label edits have changed since this run was split; it goes on with those it began with. Duplicate it to train with them.';

function saysMore(now: JournalOverlay | null, then: JournalOverlay | null): boolean {
  const hashOf = (overlay: JournalOverlay | null) => (overlay?.decisions.length ? overlay.hash : null);
  return hashOf(now) !== hashOf(then);
}

/**
 * The stored images that are still there, in the stored order, with the labels they were given then. One that is not under its path any
 * more is found by its content.
 */
export function matchStored(
  stored: StoredSplit,
  data: Pick<DataSet, 'root' | 'images' | 'fingerprint'>,
): { images: ImageRecord[]; splits: SplitName[]; changed: string[] } {
  const byPath = new Map(data.images.map((image) => [image.path, image]));
  const unclaimed = movedImages(stored, data.images);
  const labels = new Map(stored.classes.map((name, label) => [name, label]));
  const images: ImageRecord[] = [];
  const splits: SplitName[] = [];
  let missing = 0;
  let moved = 0;
  let edited = 0;
  for (const line of stored.lines) {
    const image = byPath.get(line.path) ?? unclaimed.get(line.hash)?.shift();
    if (!image) {
      missing++;
      continue;
    }
    if (image.path !== line.path) moved++;
    if (image.hash !== line.hash) edited++;
    images.push({ ...image, label: labels.get(line.label) as number });
    splits.push(line.split);
  }
  if (!splits.includes('train')) {
    throw new Problem(
      'data-gone',
      `None of the run's training images are in ${data.root} any more.`,
      'Put the images back, or duplicate the run to use the images that are there now.',
    );
  }
  const added = data.images.length - images.length;
  const changed = data.fingerprint === stored.fingerprint ? [] : describe({ missing, moved, edited, added });
  return { images, splits, changed };
}

/** Images that the run does not know by their path, by content. */
function movedImages(stored: StoredSplit, images: readonly ImageRecord[]): Map<string, ImageRecord[]> {
  const known = new Set(stored.lines.map((line) => line.path));
  return Map.groupBy(
    images.filter((image) => !known.has(image.path)),
    ({ hash }) => hash,
  );
}

function describe(counts: { missing: number; moved: number; edited: number; added: number }): string[] {
  const parts = [
    counts.missing && `${counts.missing} gone (left out)`,
    counts.moved && `${counts.moved} in another place`,
    counts.edited && `${counts.edited} with other contents`,
    counts.added && `${counts.added} new (not used)`,
  ].filter(Boolean);
  return [
    `The data set has changed since this run was split${parts.length ? `; images: ${parts.join(', ')}` : ''}.`,
    'The run goes on with its own split and labels; duplicate it to use the data as they are now.',
  ];
}

function assertTrainable(data: DataSet, splits: SplitName[]): void {
  const labels = new Set(data.images.filter((_, i) => splits[i] === 'train').map((image) => image.label));
  if (labels.size === 0) {
    throw new Problem(
      'no-training-images',
      `The split leaves no training images in ${data.root}.`,
      'Lower data.validation and data.test, or add images.',
    );
  }
  if (labels.size === 1) {
    throw new Problem(
      'one-class',
      `All training images in ${data.root} are of one class, “${data.classes[[...labels][0] as number]}”.`,
      'A classifier needs images of at least two classes: add a folder for another class.',
    );
  }
}

function positions(splits: SplitName[]): Record<SplitName, Uint32Array> {
  const of = (name: SplitName) => Uint32Array.from([...splits.keys()].filter((i) => splits[i] === name));
  return { train: of('train'), validation: of('validation'), test: of('test') };
}

/** Class index of every image of a split, in its order. */
export function labelsOf({ images, split }: Pick<RunData, 'images' | 'split'>, name: SplitName): number[] {
  return [...split[name]].map((at) => images[at]?.label ?? 0);
}
