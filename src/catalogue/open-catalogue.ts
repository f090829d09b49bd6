import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { openDataSet } from '../dataset/open.ts';
import { resolveSource, type Source } from '../dataset/resolve-source.ts';
import { openRebuildable } from '../dataset/sqlite.ts';
import type { ScanProgress } from '../dataset/types.ts';
import { cacheRoot } from '../files.ts';
import type { JournalLine } from '../protocol/journal.ts';
import { Catalogue } from './catalogue.ts';
import { readDecisions } from './decisions.ts';
import { PROBE, SCHEMA_VERSION, TABLES } from './schema.ts';
import { fillCatalogue } from './sync.ts';

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
  const resolved = await resolveSource(path.resolve(source), 'auto');
  const file = catalogueFile(options.cacheFolder ?? cacheRoot(), resolved);
  const { db, notKept } = await openRebuildable(file, {
    tables: TABLES,
    version: SCHEMA_VERSION,
    probe: PROBE,
    checkedBelow: CHECKED_BELOW,
  });
  const catalogue = new Catalogue(db, notKept);
  try {
    if (!options.skipScan || catalogue.count === 0) await scanInto(catalogue, source, options);
    refreshDecisions(catalogue, source, options);
    return catalogue;
  } catch (error) {
    catalogue.close();
    throw error;
  }
}

/** Brings the catalogue in step with the files. @throws as `openCatalogue` */
export async function scanInto(catalogue: Catalogue, source: string, options: OpenCatalogueOptions): Promise<void> {
  const { cacheFolder, onProgress, signal } = options;
  const data = await openDataSet(source, { purpose: 'look', cacheFolder, onProgress, signal });
  fillCatalogue(catalogue, path.resolve(source), data);
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
