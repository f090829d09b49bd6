/** What the host reads of the answers of `loupe baseline`, `which`, `start`, `zoo` and `import`. */
export type Fields = Record<string, unknown>;

export interface ZooAnswer {
  name: string;
  architecture: string;
  task: string;
  top1: number;
  side: number;
  mebibytes: number;
  licence: string;
  url: string;
  /** How it begins, in hex digits. */
  sha256: string;
  /** It is on this machine. */
  here: boolean;
}

export function readZoo(value: unknown): ZooAnswer[] | null {
  if (!isFields(value) || !Array.isArray(value.entries)) return null;
  return listOf(value.entries).map((one) => ({
    name: textOf(one.name),
    architecture: textOf(one.architecture),
    task: textOf(one.task),
    top1: numberOf(one.top1),
    side: numberOf(one.side),
    mebibytes: numberOf(one.mebibytes),
    licence: textOf(one.licence),
    url: textOf(one.url),
    sha256: textOf(one.sha256),
    here: typeof one.file === 'string',
  }));
}

/** Folder of the report that a verb kept. Null: it kept none. */
export function readReportFolder(value: unknown): string | null {
  return isFields(value) && typeof value.report === 'string' ? value.report : null;
}

/** How far a verb is. */
export interface Progress {
  /** `scan`, `embed` … */
  what: string;
  done: number;
  /** null: not known. */
  total: number | null;
}

/** A line of `--progress json`. Null for any other line. */
export function readProgress(line: string): Progress | null {
  try {
    const value: unknown = JSON.parse(line);
    if (!isFields(value) || typeof value.done !== 'number') return null;
    return { what: textOf(value.what), done: value.done, total: typeof value.total === 'number' ? value.total : null };
  } catch {
    return null;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}
