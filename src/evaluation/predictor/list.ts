import fs from 'node:fs';
import path from 'node:path';
import { isRecord } from '../../jobs/record.ts';

/** What answers for several runs: names and paths only, so that whoever lists them loads no engine. */
export const PREDICTOR_FILE = 'predictor.json';

export interface PredictorEntry {
  id: string;
  /** Absolute. */
  folder: string;
  name: string;
}

export function isPredictorFolder(folder: string): boolean {
  return fs.existsSync(path.join(folder, PREDICTOR_FILE));
}

/** Oldest first; damaged ones by their folder's name. A missing folder has none. */
export function listPredictors(predictorsFolder: string): PredictorEntry[] {
  if (!fs.existsSync(predictorsFolder)) return [];
  return fs
    .readdirSync(predictorsFolder)
    .sort()
    .map((id) => ({ id, folder: path.resolve(predictorsFolder, id) }))
    .filter(({ folder }) => isPredictorFolder(folder))
    .map(({ id, folder }) => ({ id, folder, name: nameOf(folder) ?? id }));
}

function nameOf(folder: string): string | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(folder, PREDICTOR_FILE), 'utf8'));
    return isRecord(value) && typeof value.name === 'string' ? value.name : null;
  } catch {
    return null;
  }
}
