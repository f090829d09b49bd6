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
  return createJobFolder(runsFolder, config.name || config.model.architecture, (id, createdAt) => {
    const job: Job = {
      schemaVersion: JOB_SCHEMA_VERSION,
      verb: 'train',
      id,
      createdAt,
      config,
      base: path.resolve(base),
      continuations: [],
      ...extra,
    };
    return job;
  });
}

/**
 * Makes the folder of a new job of any kind, named by time and `name`, and writes what `describe` returns as its `job.json`.
 * @throws Problem `disk-full`, `no-permission`
 */
export function createJobFolder(
  jobsFolder: string,
  name: string,
  describe: (id: string, createdAt: string) => object,
): string {
  const now = new Date();
  const { id, folder } = createTimedFolder(jobsFolder, name, now);
  try {
    writeJson(path.join(folder, jobFiles.job), describe(id, now.toISOString()));
    return folder;
  } catch (error) {
    throw fsProblem(error, 'create a job in', path.dirname(folder));
  }
}

/**
 * Makes an empty folder named by time and `name`, which nobody else has.
 * @throws Problem `disk-full`, `no-permission`
 */
export function createTimedFolder(parent: string, name: string, now = new Date()): { id: string; folder: string } {
  const absolute = path.resolve(parent);
  try {
    ensureJobsFolder(absolute);
    return claimFolder(absolute, name, now);
  } catch (error) {
    throw fsProblem(error, 'create a folder in', absolute);
  }
}

/** Jobs hold large files: a new folder of them asks git to leave them alone. Whoever wants them in git deletes that file. */
function ensureJobsFolder(folder: string): void {
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
