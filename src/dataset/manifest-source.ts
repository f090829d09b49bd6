import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import type { ListOptions } from './folder-source.ts';
import { type Listing, splitNamed } from './listing.ts';
import { type ManifestRow, manifestRows } from './manifest-rows.ts';
import { PathStore } from './path-store.ts';
import { SkipList } from './skip-list.ts';

const LIMIT_BYTES = 512 * 2 ** 20;
const PIECE_BYTES = 2 ** 20;

/**
 * Lists what a CSV or JSONL manifest names. Paths are relative to the manifest's folder, or absolute. Rows without
 * sense, or with a path that came before are skipped and listed with their line.
 * @throws Problem when the manifest can't be read or understood at all.
 */
export async function listManifest(
  root: string,
  file: string,
  { unlabelled = false }: ListOptions = {},
): Promise<Listing> {
  const store = await PathStore.create();
  try {
    const skips = new SkipList();
    for (const row of manifestRows(() => readPieces(path.join(root, file)), path.join(root, file))) {
      listRow(row, { root, file, unlabelled, store, skips });
    }
    return {
      count: store.count,
      *images() {
        for (const chunk of store.chunks()) yield chunk.map(({ line: _, ...image }) => image);
      },
      skips,
      warnings: [],
      declaredClasses: [],
      splitFolders: null,
      close: () => store.close(),
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

function listRow(
  row: ManifestRow,
  {
    root,
    file,
    unlabelled,
    store,
    skips,
  }: ListOptions & { root: string; file: string; store: PathStore; skips: SkipList },
): void {
  const fault = faultOf(row, unlabelled === true);
  if (fault !== null || row.path === null) {
    skips.add('bad-row', row.path ?? `${file}:${row.line}`, `Line ${row.line}: ${fault ?? 'no path'}`);
    return;
  }
  const name = relativePath(root, row.path);
  const noLabel = row.label ? null : `Line ${row.line} has no label`;
  const split = row.split && (row.label || unlabelled) ? (splitNamed(row.split) ?? null) : null;
  const group = row.label || unlabelled ? row.group : null;
  const image = { path: name, className: row.label, split, group, noLabel, line: row.line };
  if (store.add(image)) return;
  const before = store.get(name);
  // Where a label is wanted, the row that has one stands for the image, whichever comes first.
  if (!unlabelled && noLabel !== null) skips.add('no-label', name, noLabel);
  else if (!unlabelled && before?.noLabel != null) {
    skips.add('no-label', name, before.noLabel);
    store.replace(image);
  } else skips.add('bad-row', name, `Line ${row.line} repeats line ${before?.line}`);
}

/** Why a row can't be used; null: it can, if only as an image without a label. */
function faultOf(row: ManifestRow, unlabelled: boolean): string | null {
  if (row.fault) return row.fault;
  if (!row.path) return 'no path';
  if (row.path.includes('\0')) return 'the path holds a zero byte';
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(row.path)) return 'an address on the network is no local file';
  const isSplitOf = row.split !== null && (row.label !== null || unlabelled);
  return isSplitOf && !splitNamed(row.split as string) ? `"${row.split}" is none of train, validation, test` : null;
}

/** A manifest's path as a data set names its images. Windows separators are understood everywhere, since manifests travel. */
export function relativePath(root: string, written: string): string {
  const isForeign = path.sep === '/' && written.includes('\\') && !fs.existsSync(path.resolve(root, written));
  const local = isForeign ? written.replaceAll('\\', '/') : written;
  const absolute = path.resolve(root, local);
  const relative = path.relative(root, absolute);
  return (path.isAbsolute(relative) ? absolute : relative).replaceAll(path.sep, '/');
}

/** The text, some of it at a time. @throws Problem `unreadable-manifest` */
function* readPieces(file: string): Generator<string> {
  try {
    const { size } = fs.statSync(file);
    if (size > LIMIT_BYTES) throw new Error(`it holds ${size} bytes, more than a manifest may`);
    const handle = fs.openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(Math.min(PIECE_BYTES, size + 1));
      let decoder: InstanceType<typeof TextDecoder> | null = null;
      for (let read = fs.readSync(handle, bytes); read > 0; read = fs.readSync(handle, bytes)) {
        decoder ??= new TextDecoder(encodingOf(bytes));
        yield decoder.decode(bytes.subarray(0, read), { stream: true });
      }
      yield decoder?.decode() ?? '';
    } finally {
      fs.closeSync(handle);
    }
  } catch (error) {
    throw new Problem(
      'unreadable-manifest',
      `The manifest ${file} can't be read: ${(error as Error).message}`,
      'Check that the file is there, that you may read it, and that it is text (UTF-8).',
      { cause: error },
    );
  }
}

/** Spreadsheets write UTF-16 with a mark in front; all else is UTF-8. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}
