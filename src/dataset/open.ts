import path from 'node:path';
import { applyDecisions } from './apply-decisions.ts';
import { fingerprintOf } from './fingerprint.ts';
import { groupReader } from './group.ts';
import type { JournalOverlay } from './journal/overlay.ts';
import { byCodeUnit } from './listing.ts';
import { resolveSource } from './resolve-source.ts';
import type { SkipList } from './skip-list.ts';
import { openSource, type ReadOptions, type SourceReader } from './source-reader.ts';
import {
  type DataSet,
  type DataSetWarning,
  type ImageRecord,
  type JournalEffect,
  NO_LABEL,
  type ScanProgress,
  type SourceFormat,
} from './types.ts';
import { assertImages, checkUsable } from './usable.ts';

export interface OpenOptions {
  /** Default: found out from what lies there. */
  format?: 'auto' | SourceFormat | undefined;
  /** Regular expression over an image's path; its first group names what must stay on one side of a split. */
  groupPattern?: string | undefined;
  /**
   * What the images are for: to measure with (`evaluate`), one class and few images will do; to look at them (`look`), they need no
   * class at all. Default: to train on.
   */
  purpose?: 'train' | 'evaluate' | 'look' | undefined;
  /** What people decided about the images (`readOverlay`); default: the source as it is. */
  journal?: JournalOverlay | null | undefined;
  /** Default: `cacheRoot()`. */
  cacheFolder?: string | undefined;
  /** At most ten times a second, and once at the end. */
  onProgress?: ((progress: ScanProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

interface Contents {
  classes: string[];
  images: ImageRecord[];
  /** Images for which the source has no label, read where the journal may have one. */
  unlabelled: { image: ImageRecord; message: string }[];
  skips: SkipList;
  warnings: DataSetWarning[];
}

/**
 * Reads a data set: an image folder, a manifest or IDX files. Files that were read before and did not change are not opened.
 * @param source a folder or a file.
 * @throws Problem when there is nothing to train on; the signal's reason when aborted.
 */
export async function openDataSet(source: string, options: OpenOptions = {}): Promise<DataSet> {
  const groupOf = groupReader(options.groupPattern ?? '');
  const resolved = await resolveSource(path.resolve(source), options.format ?? 'auto');
  const { cacheFolder, onProgress, signal, purpose } = options;
  const unlabelled = purpose === 'look' ? 'wanted' : givesLabels(options) ? 'offered' : 'left-out';
  const reader = await openSource(resolved, { unlabelled, cacheFolder, onProgress, signal });
  try {
    const contents = await readContents(reader, unlabelled);
    const journal = overlay(contents, options.journal ?? null);
    for (const image of contents.images) image.group = groupOf(image.path) ?? image.group;
    contents.images.sort((a, b) => byCodeUnit(a.path, b.path));
    const skipped = contents.skips.summary();
    if (purpose === 'evaluate' || purpose === 'look') assertImages(resolved, contents.images.length, skipped);
    else contents.warnings.push(...checkUsable(resolved, contents.classes, contents.images, skipped));
    return {
      root: resolved.root,
      format: resolved.format,
      classes: contents.classes,
      images: contents.images,
      skipped,
      warnings: contents.warnings,
      journal,
      fingerprint: fingerprintOf(contents.images, contents.classes),
    };
  } finally {
    reader.close();
  }
}

/** All images at once: whoever trains shuffles and splits them. */
async function readContents(reader: SourceReader, mode: ReadOptions['unlabelled']): Promise<Contents> {
  const images: ImageRecord[] = [];
  const names: (string | null)[] = [];
  const unlabelled: Contents['unlabelled'] = [];
  for await (const chunk of reader.chunks()) {
    for (const { className, noLabel, ...rest } of chunk.images) {
      const image: ImageRecord = { ...rest, label: NO_LABEL };
      if (className === null && mode !== 'wanted') unlabelled.push({ image, message: noLabel ?? '' });
      else {
        images.push(image);
        names.push(className);
      }
    }
  }
  const classes = reader.classes();
  const labels = new Map(classes.map((name, label) => [name, label]));
  images.forEach((image, at) => {
    const name = names[at];
    if (name != null) image.label = labels.get(name) as number;
  });
  return { classes, images, unlabelled, skips: reader.skips, warnings: [...reader.warnings] };
}

/** Changes the contents as the journal says. */
function overlay(contents: Contents, journal: JournalOverlay | null): JournalEffect | null {
  if (!journal) return null;
  const bare = contents.unlabelled.map(({ image }) => image);
  const { classes, images, effect, warnings } = applyDecisions(contents, bare, journal);
  const used = new Set(images.map((image) => image.path));
  for (const { image, message } of contents.unlabelled) {
    if (!used.has(image.path)) contents.skips.add('no-label', image.path, message);
  }
  Object.assign(contents, { classes, images });
  contents.warnings.push(...warnings);
  return effect;
}

function givesLabels({ journal }: OpenOptions): boolean {
  return journal?.decisions.some(({ label }) => label !== null) ?? false;
}
