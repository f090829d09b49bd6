import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { resolveSource, type Source } from '../dataset/resolve-source.ts';
import { openRebuildable } from '../dataset/sqlite.ts';
import type { ScanProgress } from '../dataset/types.ts';
import { assertImages } from '../dataset/usable.ts';
import { cacheRoot } from '../files.ts';
import type { JournalLine } from '../protocol/journal.ts';
import { Catalogue } from './catalogue.ts';
import { readDecisions } from './decisions.ts';
import { PROBE, SCHEMA_VERSION, TABLES } from './schema.ts';
import { CatalogueSync } from './sync.ts';

export interface OpenCatalogueOptions {
  /** Folder whose `.loupe` holds the journal of decisions. Default: the current folder. */
  workspace?: string | undefined;
  /** Default: `cacheRoot()`. */
  cacheFolder?: string | undefined;
  /** Take what an earlier scan left, without a look at the files; scans only where there is nothing yet. Default: scan. */
  skipScan?: boolean | undefined;
  onProgress?: ((progress: ScanProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** A file of more bytes is not read through when it is opened: that would take longer than everything else. */
const CHECKED_BELOW = 64 * 2 ** 20;

/**
 * Opens the catalogue of a data set, in step with its files and its journal. Images need no class: a flat folder will do.
 * @param source a folder, manifest or IDX file.
 * @throws Problem where there are no images; the signal's reason when aborted
 */
export async function openCatalogue(source: string, options: OpenCatalogueOptions = {}): Promise<Catalogue> {
  const catalogue = await openUnscanned(source, options);
  try {
    if (!options.skipScan || !catalogue.isScanned) await scanInto(catalogue, source, options);
    refreshDecisions(catalogue, source, options);
    return catalogue;
  } catch (error) {
    catalogue.close();
    throw error;
  }
}

/** Opens the catalogue as earlier scans left it, if only in part or empty. @throws Problem of `resolveSource` */
export async function openUnscanned(
  source: string,
  { cacheFolder }: Pick<OpenCatalogueOptions, 'cacheFolder'>,
): Promise<Catalogue> {
  const resolved = await resolveSource(path.resolve(source), 'auto');
  const file = catalogueFile(cacheFolder ?? cacheRoot(), resolved);
  const { db, notKept } = await openRebuildable(file, {
    tables: TABLES,
    version: SCHEMA_VERSION,
    probe: PROBE,
    checkedBelow: CHECKED_BELOW,
  });
  return new Catalogue(db, notKept);
}

/** Brings the catalogue in step with the files; what was read is seen as it comes. @throws as `openCatalogue` */
export async function scanInto(catalogue: Catalogue, source: string, options: OpenCatalogueOptions): Promise<void> {
  const { cacheFolder, onProgress, signal } = options;
  // What decodes images takes its time to load, and whoever only asks needs none of it.
  const { openSource } = await import('../dataset/source-reader.ts');
  const resolved = await resolveSource(path.resolve(source), 'auto');
  const reader = await openSource(resolved, { unlabelled: 'wanted', cacheFolder, onProgress, signal });
  try {
    const sync = new CatalogueSync(catalogue, path.resolve(source), reader);
    for await (const chunk of reader.chunks()) sync.take(chunk);
    assertImages(resolved, sync.images, reader.skips.summary());
    sync.finish();
  } finally {
    reader.close();
  }
}

/** Brings the catalogue in step with the journal. @param pending lines that count as if they were in it */
export function refreshDecisions(
  catalogue: Catalogue,
  source: string,
  { workspace = process.cwd() }: Pick<OpenCatalogueOptions, 'workspace'>,
  pending: readonly JournalLine[] = [],
): void {
  const place = { workspace: path.resolve(workspace), source: path.resolve(source) };
  catalogue.setDecisions(readDecisions(catalogue, place, pending));
}

function catalogueFile(cacheFolder: string, { root, format, file }: Source): string {
  const name = `${fs.realpathSync(root)}\0${format}\0${file ?? ''}`;
  const id = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return path.join(cacheFolder, 'catalogue', `${id}.sqlite`);
}
