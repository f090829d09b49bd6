import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../../files.ts';
import { asScope, type CompareScope, type CompareSettings } from '../../protocol/compare-panel.ts';
import { errnoOf, fsProblem } from '../fs-problem.ts';
import { isRecord } from '../record.ts';

/** A way to look at runs that was given a name: `<workspace>/.loupe/views/<name>.json`, so that a team can commit it. */
export interface SavedView {
  name: string;
  /** Chosen runs are named by their folders' names, so that a view is good on another machine. */
  scope: CompareScope;
  settings: Partial<CompareSettings>;
}

/** Names of the saved views, A to Z. */
export function listViews(loupeFolder: string): string[] {
  try {
    return fs
      .readdirSync(viewsFolder(loupeFolder))
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .sort((a, b) => a.localeCompare(b));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw fsProblem(error, 'list', viewsFolder(loupeFolder));
  }
}

/** null where there is none of that name, or nothing can be made of it. */
export function readView(loupeFolder: string, name: string): SavedView | null {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(viewFile(loupeFolder, name), 'utf8'));
    const scope = isRecord(value) ? asScope(value.scope) : null;
    if (!isRecord(value) || !scope) return null;
    const settings = isRecord(value.settings) ? (value.settings as Partial<CompareSettings>) : {};
    return { name, scope, settings };
  } catch {
    return null;
  }
}

/** @throws Problem `disk-full`, `no-permission` */
export function saveView(loupeFolder: string, { name, scope, settings }: SavedView): void {
  const file = viewFile(loupeFolder, name);
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    writeJson(file, { schemaVersion: 1, scope, settings });
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

export function deleteView(loupeFolder: string, name: string): void {
  fs.rmSync(viewFile(loupeFolder, name), { force: true });
}

/** What stands in a name is a file's name on every system. Returns null where it is none. */
export function viewName(text: string): string | null {
  const name = text.trim();
  return name && name.length <= 80 && !/[\\/:*?"<>|]|^\.|\p{Cc}/u.test(name) ? name : null;
}

function viewFile(loupeFolder: string, name: string): string {
  return path.join(viewsFolder(loupeFolder), `${path.basename(name)}.json`);
}

function viewsFolder(loupeFolder: string): string {
  return path.join(loupeFolder, 'views');
}
