import path from 'node:path';
import { resolveSource, type Source } from './resolve-source.ts';
import type { ScanOptions } from './scan.ts';
import { openSource } from './source-reader.ts';
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
  const reader = await openSource(resolved, { ...options, unlabelled: 'wanted' });
  try {
    const images: SourceImage[] = [];
    for await (const chunk of reader.chunks()) {
      for (const { path: name, hash, className, split, group } of chunk.images) {
        images.push({ path: name, hash, className, split, group });
      }
    }
    return { ...resolved, images, splitFolders: reader.splitFolders };
  } finally {
    reader.close();
  }
}
