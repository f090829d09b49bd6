import fs from 'node:fs';
import path from 'node:path';
import { sniff } from '../images/sniff.ts';
import { Problem } from '../problem.ts';
import { parseIdxHeader, readIdxStart } from './idx.ts';
import { findIdxPairs } from './idx-source.ts';
import type { SourceFormat } from './types.ts';

/** Where a data set lies and how it is to be read. */
export interface Source {
  /** Absolute folder. */
  root: string;
  format: SourceFormat;
  /** The manifest, or one of a pair of IDX files; a name in `root`. */
  file: string | null;
}

const MANIFESTS = ['manifest.csv', 'manifest.jsonl', 'manifest.tsv'];

/**
 * Finds out what a path is. A file is judged by its content; a folder that holds a manifest is that manifest, one that
 * holds IDX files is those, any other is an image folder.
 * @throws Problem when there is no such path or it is nothing that holds a data set.
 */
export async function resolveSource(source: string, format: 'auto' | SourceFormat): Promise<Source> {
  const stat = statOf(source);
  if (stat.isDirectory()) return resolveFolder(source, format);
  const root = path.dirname(source);
  const file = path.basename(source);
  if (format === 'folder') {
    throw new Problem('not-a-folder', `${source} is a file.`, 'Choose the folder that holds the class folders.');
  }
  if (format !== 'auto') return { root, format, file };
  const start = (await readIdxStart(source)) ?? new Uint8Array();
  if (parseIdxHeader(start, file)) return { root, format: 'idx', file };
  if (sniff(start)) {
    throw new Problem('is-an-image', `${source} is a single image.`, 'Choose the folder that holds the class folders.');
  }
  const isUtf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  if (start.includes(0) && !isUtf16) {
    throw new Problem(
      'unknown-source',
      `${source} is neither a manifest nor an IDX file.`,
      'Choose an image folder, a CSV or JSONL manifest, or IDX files.',
    );
  }
  return { root, format: 'manifest', file };
}

async function resolveFolder(root: string, format: 'auto' | SourceFormat): Promise<Source> {
  const manifest = MANIFESTS.find((name) => fs.existsSync(path.join(root, name))) ?? null;
  if (format === 'manifest' && !manifest) {
    throw new Problem('no-manifest', `${root} holds no ${MANIFESTS.join(', ')}.`, 'Choose the manifest file itself.');
  }
  if (format === 'manifest' || (format === 'auto' && manifest)) return { root, format: 'manifest', file: manifest };
  if (format === 'idx' || (format === 'auto' && (await findIdxPairs(root)).length > 0)) {
    return { root, format: 'idx', file: null };
  }
  return { root, format: 'folder', file: null };
}

function statOf(source: string): fs.Stats {
  try {
    return fs.statSync(source);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new Problem(
      missing ? 'no-such-path' : 'unreadable-folder',
      missing ? `There is no ${source}.` : `${source} can't be read: ${(error as Error).message}`,
      missing ? 'Check the path of the data set.' : 'Check that you may read it.',
      { cause: error },
    );
  }
}
