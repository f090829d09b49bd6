import fs from 'node:fs';
import path from 'node:path';
import { cacheRoot } from '../files.ts';
import { listFolder } from './folder-source.ts';
import { readIdxImages } from './idx-records.ts';
import { IndexDb, isSkip } from './index-db.ts';
import { listManifest } from './manifest-source.ts';
import { resolveSource, type Source } from './resolve-source.ts';
import { type ScanOptions, scanFiles } from './scan.ts';
import type { SplitName } from './types.ts';

/** An image as the source has it, before anybody decided anything. */
export interface SourceImage {
  path: string;
  hash: string;
  /** Null: the source gives it no label. */
  className: string | null;
  split: SplitName | null;
  group: string | null;
}

export interface SourceImages extends Source {
  images: SourceImage[];
  /** As `Listing.splitFolders`. */
  splitFolders: ReadonlyMap<string, SplitName> | null;
}

/**
 * Every image that can be read, with and without a label, whether or not there is enough to train on. Files that were read before and
 * did not change are not opened.
 * @throws Problem of `resolveSource`; `unreadable-folder`, `no-images`, `unreadable-manifest`
 */
export async function listImages(
  source: string,
  options: ScanOptions & { cacheFolder?: string } = {},
): Promise<SourceImages> {
  const resolved = await resolveSource(path.resolve(source), 'auto');
  const real = fs.realpathSync(resolved.root);
  const key = `${real}\0${resolved.format}\0${resolved.file ?? ''}`;
  const index = await IndexDb.open(options.cacheFolder ?? cacheRoot(), key);
  try {
    if (resolved.format === 'idx') {
      const { classes, images } = await readIdxImages(resolved.root, resolved.file, index, options);
      const named = images.map((image) => ({ ...image, className: classes[image.label] ?? null }));
      return { ...resolved, images: named, splitFolders: null };
    }
    return await listFiles(resolved, index, options);
  } finally {
    index.close();
  }
}

async function listFiles(source: Source, index: IndexDb, options: ScanOptions): Promise<SourceImages> {
  const { root, file } = source;
  const listing =
    file === null ? listFolder(root, { unlabelled: true }) : listManifest(root, file, { unlabelled: true });
  const paths = listing.images.map((image) => image.path);
  const scanned = await scanFiles(root, paths, index, options);
  const images = listing.images.flatMap((image) => {
    const facts = scanned.get(image.path)?.facts;
    return facts && !isSkip(facts) ? [{ ...image, hash: facts.hash }] : [];
  });
  return { ...source, images, splitFolders: listing.splitFolders };
}
