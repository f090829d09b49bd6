import fs from 'node:fs';
import { cacheRoot } from '../files.ts';
import { Problem } from '../problem.ts';
import { isSideFile, listFolder } from './folder-source.ts';
import { idxReader } from './idx-records.ts';
import { IndexDb, isSkip } from './index-db.ts';
import { byCodeUnit, type ListedImage, type Listing } from './listing.ts';
import { listManifest } from './manifest-source.ts';
import type { Source } from './resolve-source.ts';
import { type ScannedFile, type ScanOptions, scanFiles } from './scan.ts';
import { SkipList } from './skip-list.ts';
import type { DataSetWarning, ImageRecord, SplitName } from './types.ts';

/** An image as the source has it, before anybody decided anything. */
export interface ReadImage extends Omit<ImageRecord, 'label' | 'chosenSplit'> {
  /** Null: the source gives it no class. */
  className: string | null;
  /** As `ListedImage.noLabel`. */
  noLabel: string | null;
}

/** Images that lie together in the order of paths (by code point). */
export interface ReadChunk {
  images: ReadImage[];
  /** Path of the last file of the chunk, whether or not it is an image. */
  upTo: string;
}

/** A data set that is being read: what it is made of is only whole when all images have come. */
export interface SourceReader {
  source: Source;
  /** In the order of their paths, a few hundred at a time; once. */
  chunks(): AsyncIterable<ReadChunk>;
  /** Names of the classes; before all images have come, of those that the source declares and those that came. */
  classes(): string[];
  skips: SkipList;
  warnings: DataSetWarning[];
  /** As `Listing.splitFolders`. */
  splitFolders: ReadonlyMap<string, SplitName> | null;
  close(): void;
}

export interface ReadOptions extends ScanOptions {
  /** Default: `cacheRoot()`. */
  cacheFolder?: string | undefined;
  /**
   * Images without a class: `wanted` like all others, `offered` because the journal may have one for them, or `left-out` unread.
   */
  unlabelled: 'wanted' | 'offered' | 'left-out';
}

/**
 * Begins to read a data set: every reader of one goes through this. Files that were read before and did not change are not opened.
 * @throws Problem `unreadable-folder`, `no-images`, `no-classes`, `unreadable-manifest` and others of the source's format
 */
export async function openSource(source: Source, options: ReadOptions): Promise<SourceReader> {
  const real = fs.realpathSync(source.root);
  const key = `${real}\0${source.format}\0${source.file ?? ''}`;
  const index = await IndexDb.open(options.cacheFolder ?? cacheRoot(), key);
  try {
    if (source.format === 'idx') return await readIdx(source, index, options);
    return readListing(source, await listingOf(source, options), index, options);
  } catch (error) {
    index.close();
    throw error;
  }
}

async function listingOf(source: Source, { unlabelled }: ReadOptions): Promise<Listing> {
  const isWanted = unlabelled === 'wanted';
  if (source.format === 'folder') {
    return await listFolder(source.root, { unlabelled: isWanted, mayLackClasses: unlabelled === 'offered' });
  }
  if (!source.file)
    throw new Problem('no-manifest', `${source.root} holds no manifest.`, 'Name the manifest file itself.');
  return await listManifest(source.root, source.file, { unlabelled: isWanted });
}

async function readIdx(source: Source, index: IndexDb, options: ReadOptions): Promise<SourceReader> {
  const { classes, chunks } = await idxReader(source.root, source.file, index, options);
  const warnings = [...index.warnings];
  const close = () => index.close();
  return { source, chunks, classes: () => classes, skips: new SkipList(), warnings, splitFolders: null, close };
}

function readListing(source: Source, listing: Listing, index: IndexDb, options: ReadOptions): SourceReader {
  const { skips, warnings, splitFolders } = listing;
  const named = new Set(listing.declaredClasses);
  const usable = new Set<string>();
  const isLeftOut = ({ className, path: name, noLabel }: ListedImage) => {
    if (className !== null || options.unlabelled !== 'left-out') return false;
    skips.add('no-label', name, noLabel ?? '');
    return true;
  };
  const listed = function* () {
    for (const chunk of listing.images()) yield chunk.filter((image) => !isLeftOut(image));
  };
  const chunks = async function* (): AsyncGenerator<ReadChunk> {
    for await (const chunk of scanFiles(source.root, listed(), listing.count, index, options)) {
      const images: ReadImage[] = [];
      for (const { listed: image, file } of chunk) {
        if (image.className !== null) named.add(image.className);
        const { bytes, modified, facts } = file;
        if (isSkip(facts)) {
          skipFile(image, facts, source, options, skips);
          continue;
        }
        if (image.className !== null) usable.add(image.className);
        images.push({ ...image, bytes, modified, ...facts });
      }
      yield { images, upTo: chunk.at(-1)?.listed.path ?? '' };
    }
    warnings.push(...index.warnings);
    const dropped = source.format === 'manifest' ? [...named].filter((name) => !usable.has(name)).sort(byCodeUnit) : [];
    if (dropped.length > 0 && usable.size > 0) warnings.unshift(emptyClasses(dropped));
  };
  return {
    source,
    chunks,
    classes: () => [...(source.format === 'manifest' ? usable : named)].sort(byCodeUnit),
    skips,
    warnings,
    splitFolders,
    close: () => {
      listing.close();
      index.close();
    },
  };
}

function skipFile(
  image: ListedImage,
  facts: Extract<ScannedFile['facts'], { cause: unknown }>,
  { format }: Source,
  { unlabelled }: ReadOptions,
  skips: SkipList,
): void {
  if (image.className === null && unlabelled === 'offered') skips.add('no-label', image.path, image.noLabel ?? '');
  else if (format === 'manifest' || facts.cause !== 'not-an-image' || !isSideFile(image.path)) {
    skips.add(facts.cause, image.path, facts.message);
  }
}

function emptyClasses(names: string[]): DataSetWarning {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  const rest = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return {
    code: 'empty-class',
    message: `No usable image of ${shown.join(', ')}${rest}: left out as if the manifest did not name ${names.length === 1 ? 'it' : 'them'}.`,
  };
}
