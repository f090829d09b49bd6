import fs from 'node:fs';
import path from 'node:path';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { jobFiles } from './job.ts';

/**
 * Folders in `parent` with a `job.json`, oldest first: they are named by time. None where there is no such folder.
 * @throws Problem `no-permission`
 */
export function jobFoldersIn(parent: string): string[] {
  try {
    return fs
      .readdirSync(parent)
      .map((name) => path.join(parent, name))
      .filter((folder) => fs.existsSync(path.join(folder, jobFiles.job)))
      .sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw fsProblem(error, 'list', parent);
  }
}
