import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../../files.ts';
import { Problem } from '../../problem.ts';

/**
 * `.loupe/data-sets.json`: the data sets opened in a workspace folder, as the user would write them into a config: relative
 * to the workspace folder where they are inside it (so that the file can be shared), absolute elsewhere.
 */
interface ListFile {
  schemaVersion: 1;
  dataSets: { source: string }[];
}

/** Absolute sources, in the order they were opened. A missing file has none. @throws Problem `bad-list` */
export function readDataSetList(file: string): string[] {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const sources = parse(text);
  if (!sources)
    throw new Problem('bad-list', `${file} is damaged.`, 'Correct it, or delete it and open the data sets again.');
  return [...new Set(sources.map((source) => path.resolve(rootOf(file), source)))];
}

export function addToDataSetList(file: string, source: string): void {
  const known = readDataSetList(file);
  if (!known.includes(source)) write(file, [...known, source]);
}

export function removeFromDataSetList(file: string, source: string): void {
  write(
    file,
    readDataSetList(file).filter((known) => known !== source),
  );
}

/** `source` as it is written into files of a workspace folder: relative with `/` inside it, absolute elsewhere. */
export function portableSource(root: string, source: string): string {
  const relative = path.relative(root, source);
  if (relative === '') return '.';
  const outside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return outside ? source : relative.split(path.sep).join('/');
}

function rootOf(file: string): string {
  return path.dirname(path.dirname(file));
}

function write(file: string, sources: readonly string[]): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const content: ListFile = {
    schemaVersion: 1,
    dataSets: sources.map((source) => ({ source: portableSource(rootOf(file), source) })),
  };
  writeJson(file, content);
}

function parse(text: string): string[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('dataSets' in value) || !Array.isArray(value.dataSets))
    return null;
  const sources = value.dataSets.map((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'source' in entry && typeof entry.source === 'string'
      ? entry.source
      : '',
  );
  return sources.filter(Boolean);
}
