import type { Skipped, SourceFormat } from '../../dataset/types.ts';

/** What `loupe scan --json` answers, as far as the editor shows it. */
export interface ScanReport {
  /** Absolute; the examples' paths are relative to it. */
  root: string;
  format: SourceFormat;
  images: number;
  classes: { name: string; count: number }[];
  skipped: Skipped[];
  /** What may be wrong with the data set as a whole. */
  warnings: string[];
}

/** Null where the answer is not one of ours. */
export function readScanReport(value: unknown): ScanReport | null {
  if (!isRecord(value) || typeof value.root !== 'string' || !Array.isArray(value.classes)) return null;
  const classes = value.classes.filter(isClass).map(({ name, count }) => ({ name, count }));
  const skipped = Array.isArray(value.skipped) ? value.skipped.filter(isSkipped) : [];
  const warnings = Array.isArray(value.warnings)
    ? value.warnings.filter(isRecord).map(({ message }) => String(message))
    : [];
  const images = classes.reduce((sum, { count }) => sum + count, 0);
  const format = value.format === 'manifest' || value.format === 'idx' ? value.format : 'folder';
  return { root: value.root, format, images, classes, skipped, warnings };
}

/** A line of `--progress json`: how far the scan is. Null for any other line. */
export function readScanProgress(line: string): { done: number; total: number | null } | null {
  if (!line.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    if (!isRecord(value) || typeof value.done !== 'number') return null;
    return { done: value.done, total: typeof value.total === 'number' ? value.total : null };
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isClass(value: unknown): value is { name: string; count: number } {
  return isRecord(value) && typeof value.name === 'string' && typeof value.count === 'number';
}

function isSkipped(value: unknown): value is Skipped {
  return (
    isRecord(value) &&
    typeof value.cause === 'string' &&
    typeof value.count === 'number' &&
    Array.isArray(value.examples)
  );
}
