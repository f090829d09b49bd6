import { isSideFile } from './folder-source.ts';
import { isSkip } from './index-db.ts';
import { byCodeUnit, type Listing } from './listing.ts';
import type { ScannedFile } from './scan.ts';
import {
  type DataSetWarning,
  type ImageRecord,
  NO_LABEL,
  type SkipCause,
  type Skipped,
  type SourceFormat,
} from './types.ts';

const EXAMPLES = 100;

/** Counts what was left out, by cause, and keeps the first hundred of each. */
export class SkipList {
  readonly #causes = new Map<SkipCause, Skipped>();

  add(cause: SkipCause, path: string, message: string): void {
    const entry = this.#causes.get(cause) ?? { cause, count: 0, examples: [] };
    this.#causes.set(cause, entry);
    entry.count++;
    if (entry.examples.length < EXAMPLES) entry.examples.push({ path, message });
  }

  /** Most frequent cause first. */
  summary(): Skipped[] {
    return [...this.#causes.values()].sort((a, b) => b.count - a.count || byCodeUnit(a.cause, b.cause));
  }
}

/**
 * Joins what the source says with what the files hold. A class that a manifest names without one usable image is left out with a
 * warning; an empty class folder stays, for the caller to refuse.
 */
export function recordsOf(
  listing: Listing,
  scanned: Map<string, ScannedFile>,
  skips: SkipList,
  format: SourceFormat,
): { classes: string[]; images: ImageRecord[] } {
  const named = new Set(listing.declaredClasses);
  for (const { className } of listing.images) if (className !== null) named.add(className);
  const usable = new Set<string>();
  for (const { path, className } of listing.images) {
    if (className !== null && !isSkip((scanned.get(path) as ScannedFile).facts)) usable.add(className);
  }
  const dropped = format === 'manifest' ? [...named].filter((name) => !usable.has(name)).sort(byCodeUnit) : [];
  if (dropped.length > 0 && usable.size > 0) listing.warnings.push(emptyClasses(dropped));
  const classes = [...(format === 'manifest' ? usable : named)].sort(byCodeUnit);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const images: ImageRecord[] = [];
  for (const { path, className, split, group } of listing.images) {
    const { bytes, modified, facts } = scanned.get(path) as ScannedFile;
    if (isSkip(facts)) {
      const expected = format === 'folder' && facts.cause === 'not-an-image' && isSideFile(path);
      if (!expected) skips.add(facts.cause, path, facts.message);
      continue;
    }
    const label = className === null ? NO_LABEL : (labels.get(className) as number);
    images.push({ path, label, split, group, bytes, modified, ...facts });
  }
  return { classes, images };
}

/** An image for which the source has no label; null where the file is no image. */
export function unlabelledRecord(path: string, scanned: Map<string, ScannedFile>): ImageRecord | null {
  const { bytes, modified, facts } = scanned.get(path) as ScannedFile;
  return isSkip(facts) ? null : { path, label: NO_LABEL, split: null, group: null, bytes, modified, ...facts };
}

function emptyClasses(names: string[]): DataSetWarning {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  const rest = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return {
    code: 'empty-class',
    message: `No usable image of ${shown.join(', ')}${rest}: left out as if the manifest did not name ${names.length === 1 ? 'it' : 'them'}.`,
  };
}
