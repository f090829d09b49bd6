import fs from 'node:fs';
import { isRecord } from '../../jobs/record.ts';

/** A description of a network is smaller. */
const MOST_BYTES = 2 ** 20;

/** What a small JSON file beside weights holds; null: it is not there, or no object. */
export function readJsonBeside(file: string): Record<string, unknown> | null {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > MOST_BYTES) return null;
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
