import { fieldOf } from '../../jobs/record.ts';

/** What `loupe export --json` answers. */
export interface ExportAnswer {
  /** Absolute: a file or a folder. */
  path: string;
  card: string | null;
  bytes: number;
}

/** Null where it is something else. */
export function readExport(value: unknown): ExportAnswer | null {
  const [path, card, bytes] = ['path', 'card', 'bytes'].map((name) => fieldOf(value, name));
  if (typeof path !== 'string') return null;
  return { path, card: typeof card === 'string' ? card : null, bytes: typeof bytes === 'number' ? bytes : 0 };
}

/** `340 kB`, `1.2 MB`, `102 MB` */
export function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e7 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.round(bytes / 1e6)} MB`;
}
