import fs from 'node:fs';
import path from 'node:path';
import { isRecord } from './record.ts';

/** What answers for several runs; `src/evaluation/predictor/spec.ts` knows all of the file. */
export const PREDICTOR_FILE = 'predictor.json';

export interface PredictorEntry {
  id: string;
  /** Absolute. */
  folder: string;
  name: string;
  /** Absolute folders of the first members' runs. */
  members: string[];
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
    .map((id) => path.resolve(predictorsFolder, id))
    .filter(isPredictorFolder)
    .map(readPredictorEntry);
}

export function readPredictorEntry(folder: string): PredictorEntry {
  const value = readFile(folder);
  const members = [value.members, value.averagedFrom].flatMap((list) => (Array.isArray(list) ? list : []));
  return {
    id: path.basename(folder),
    folder: path.resolve(folder),
    name: typeof value.name === 'string' ? value.name : path.basename(folder),
    members: members
      .filter(isRecord)
      .flatMap((member) => (typeof member.folder === 'string' ? [path.resolve(folder, member.folder)] : [])),
  };
}

function readFile(folder: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path.join(folder, PREDICTOR_FILE), 'utf8'));
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
