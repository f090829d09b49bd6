import fs from 'node:fs';
import path from 'node:path';
import { cacheRoot } from '../files.ts';
import { Problem } from '../problem.ts';
import { applyDecisions } from './apply-decisions.ts';
import { fingerprintOf } from './fingerprint.ts';
import { listFolder } from './folder-source.ts';
import { groupReader } from './group.ts';
import { readIdxImages } from './idx-records.ts';
import { IndexDb } from './index-db.ts';
import type { JournalOverlay } from './journal/overlay.ts';
import { byCodeUnit, type Listing } from './listing.ts';
import { listManifest } from './manifest-source.ts';
import { recordsOf, SkipList, unlabelledRecord } from './records.ts';
import { resolveSource, type Source } from './resolve-source.ts';
import { scanFiles } from './scan.ts';
import type { DataSet, DataSetWarning, ImageRecord, JournalEffect, ScanProgress, SourceFormat } from './types.ts';
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
  const real = fs.realpathSync(resolved.root);
  const cacheFolder = options.cacheFolder ?? cacheRoot();
  const index = await IndexDb.open(cacheFolder, `${real}\0${resolved.format}\0${resolved.file ?? ''}`);
  try {
    const contents =
      resolved.format === 'idx'
        ? await readIdxSource(resolved, index, options)
        : await readListing(resolved, listingOf(resolved, options), index, options);
    const journal = overlay(contents, options.journal ?? null);
    for (const image of contents.images) image.group = groupOf(image.path) ?? image.group;
    contents.images.sort((a, b) => byCodeUnit(a.path, b.path));
    const skipped = contents.skips.summary();
    if (options.purpose === 'evaluate' || options.purpose === 'look') assertImages(resolved, contents.images, skipped);
    else contents.warnings.push(...checkUsable(resolved, contents.classes, contents.images, skipped));
    contents.warnings.push(...index.warnings);
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
    index.close();
  }
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

function listingOf(source: Source, options: OpenOptions): Listing {
  const unlabelled = options.purpose === 'look';
  if (source.format === 'folder') {
    return listFolder(source.root, { unlabelled, mayLackClasses: givesLabels(options) });
  }
  if (!source.file)
    throw new Problem('no-manifest', `${source.root} holds no manifest.`, 'Name the manifest file itself.');
  return listManifest(source.root, source.file, { unlabelled });
}

async function readListing(source: Source, listing: Listing, index: IndexDb, options: OpenOptions): Promise<Contents> {
  const labelled = new Set(listing.images.map((image) => image.path));
  const bare = givesLabels(options)
    ? listing.skipped.filter(({ cause, path: name }) => cause === 'no-label' && !labelled.has(name))
    : [];
  const scanned = await scanFiles(source.root, [...labelled, ...bare.map(({ path: name }) => name)], index, options);
  const skips = new SkipList();
  const unlabelled = bare.flatMap(({ path: name, message }) => {
    const image = unlabelledRecord(name, scanned);
    return image ? [{ image, message }] : [];
  });
  const looked = new Set(unlabelled.map(({ image }) => image.path));
  for (const { path: name, cause, message } of listing.skipped) {
    if (cause !== 'no-label' || !looked.has(name)) skips.add(cause, name, message);
  }
  const { classes, images } = recordsOf(listing, scanned, skips, source.format);
  return { classes, images, unlabelled, skips, warnings: listing.warnings };
}

async function readIdxSource(source: Source, index: IndexDb, options: OpenOptions): Promise<Contents> {
  const { classes, images } = await readIdxImages(source.root, source.file, index, options);
  return { classes, images, unlabelled: [], skips: new SkipList(), warnings: [] };
}
