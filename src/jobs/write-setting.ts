import fs from 'node:fs';
import { writeAtomic } from '../files.ts';
import { fsProblem } from './fs-problem.ts';
import { applyChanges, setJsonValue } from './jsonc-edit.ts';

/**
 * Changes one setting of a `*.loupe.json` on disk; comments and formatting stay.
 * @throws Problem `bad-json`, `disk-full`, `no-permission`, `folder-missing`
 */
export function writeSetting(file: string, path: readonly string[], value: unknown): void {
  try {
    const text = fs.readFileSync(file, 'utf8');
    writeAtomic(file, applyChanges(text, setJsonValue(text, path, value)));
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}
