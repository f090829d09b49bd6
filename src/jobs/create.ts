import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../files.ts';
import type { RunConfig } from '../training/config.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { JOB_SCHEMA_VERSION, type Job, jobFiles } from './job.ts';
import { makeRunId } from './run-id.ts';

/**
 * Makes the folder of a new run in `runsFolder` (created where missing) with its `job.json`, and returns it (absolute).
 * Until `job.json` is there the folder is not listed as a run; two processes never get the same folder.
 * @param base folder against which `config.data.source` is resolved.
 * @throws Problem `disk-full`, `no-permission`
 */
export function createJob(
  runsFolder: string,
  config: RunConfig,
  base: string,
  extra: Partial<Pick<Job, 'duplicateOf'>> = {},
): string {
  const parent = path.resolve(runsFolder);
  try {
    ensureRunsFolder(parent);
    const now = new Date();
    const { id, folder } = claimFolder(parent, config.name || config.model.architecture, now);
    const job: Job = {
      schemaVersion: JOB_SCHEMA_VERSION,
      verb: 'train',
      id,
      createdAt: now.toISOString(),
      config,
      base: path.resolve(base),
      continuations: [],
      ...extra,
    };
    writeJson(path.join(folder, jobFiles.job), job);
    return folder;
  } catch (error) {
    throw fsProblem(error, 'create a run in', parent);
  }
}

/** Runs hold large files: a new runs folder asks git to leave them alone. Whoever wants them in git deletes that file. */
function ensureRunsFolder(folder: string): void {
  if (fs.mkdirSync(folder, { recursive: true }) === undefined) return;
  fs.writeFileSync(path.join(folder, '.gitignore'), '*\n');
}

function claimFolder(parent: string, name: string, now: Date): { id: string; folder: string } {
  for (let attempt = 0; ; attempt++) {
    const id = makeRunId(name, now);
    const folder = path.join(parent, id);
    try {
      fs.mkdirSync(folder);
      return { id, folder };
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST' || attempt === 50) throw error;
    }
  }
}
