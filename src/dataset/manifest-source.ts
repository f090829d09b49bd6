import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import type { ListOptions } from './folder-source.ts';
import { type Listing, splitNamed } from './listing.ts';
import { type ManifestRow, parseManifest } from './manifest-rows.ts';

const LIMIT_BYTES = 512 * 2 ** 20;

/**
 * Lists what a CSV or JSONL manifest names. Paths are relative to the manifest's folder, or absolute. Rows without a label, without
 * sense, or with a path that came before are skipped and listed with their line.
 * @throws Problem when the manifest can't be read or understood at all.
 */
export function listManifest(root: string, file: string, { unlabelled = false }: ListOptions = {}): Listing {
  const rows = parseManifest(readText(path.join(root, file)), path.join(root, file));
  const listing: Listing = { images: [], skipped: [], warnings: [], declaredClasses: [], splitFolders: null };
  const lines = new Map<string, number>();
  for (const row of rows) {
    const skip = skipOf(row, unlabelled);
    if (skip) {
      const named = skip.cause === 'no-label' && row.path ? relativePath(root, row.path) : row.path;
      listing.skipped.push({ ...skip, path: named ?? `${file}:${row.line}` });
      continue;
    }
    const name = relativePath(root, row.path as string);
    const before = lines.get(name);
    if (before !== undefined) {
      const message = `Line ${row.line} repeats line ${before}`;
      listing.skipped.push({ path: name, cause: 'bad-row', message });
      continue;
    }
    lines.set(name, row.line);
    const split = row.split ? (splitNamed(row.split) ?? null) : null;
    listing.images.push({ path: name, className: row.label, split, group: row.group });
  }
  return listing;
}

function skipOf(row: ManifestRow, unlabelled: boolean): { cause: 'bad-row' | 'no-label'; message: string } | null {
  const bad = (message: string) => ({ cause: 'bad-row' as const, message: `Line ${row.line}: ${message}` });
  if (row.fault) return bad(row.fault);
  if (!row.path) return bad('no path');
  if (row.path.includes('\0')) return bad('the path holds a zero byte');
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(row.path)) return bad('an address on the network is no local file');
  if (!row.label && !unlabelled) return { cause: 'no-label', message: `Line ${row.line} has no label` };
  if (row.split && !splitNamed(row.split)) return bad(`"${row.split}" is none of train, validation, test`);
  return null;
}

/** A manifest's path as a data set names its images. Windows separators are understood everywhere, since manifests travel. */
export function relativePath(root: string, written: string): string {
  const isForeign = path.sep === '/' && written.includes('\\') && !fs.existsSync(path.resolve(root, written));
  const local = isForeign ? written.replaceAll('\\', '/') : written;
  const absolute = path.resolve(root, local);
  const relative = path.relative(root, absolute);
  return (path.isAbsolute(relative) ? absolute : relative).replaceAll(path.sep, '/');
}

function readText(file: string): string {
  try {
    const { size } = fs.statSync(file);
    if (size > LIMIT_BYTES) throw new Error(`it holds ${size} bytes, more than a manifest may`);
    return decodeText(fs.readFileSync(file));
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
function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}
