import fs from 'node:fs';
import path from 'node:path';
import { applySet } from '../jobs/apply-set.ts';
import { assertValidConfig, ConfigProblem } from '../jobs/config-file.ts';
import { assertSweep, createFinder, type FinderOrigin } from '../jobs/finder-job.ts';
import { readJob, verbOfJob } from '../jobs/read.ts';
import { Problem } from '../problem.ts';
import { defaultSweep, type SweepSettings } from '../protocol/lr-finder.ts';
import type { RunConfig } from '../training/config.ts';
import { defaultFindersFolder, defaultRunsFolder, findRun } from './locate.ts';
import { configOf, isConfigFile } from './train-target.ts';
import { UsageError } from './usage-error.ts';

export interface FinderOptions {
  sets: readonly string[];
  recipe: string | undefined;
  engine: string | undefined;
  /** Where the finder's folder is made; default `.loupe/lr-finder` of the current folder. */
  finders: string | undefined;
  sweep: Partial<SweepSettings>;
}

/**
 * The folder of the finder that a config, a data source or a run asks for; one that was made already is taken as it is.
 * @throws Problem; UsageError where an option doesn't fit
 */
export async function finderFor(target: string, options: FinderOptions): Promise<string> {
  if (verbOfJob(target) === 'lr-find') return path.resolve(target);
  const sweep = { ...defaultSweep, ...options.sweep };
  assertSweep(sweep);
  const found = await resolve(target, options);
  return createFinder(options.finders ?? defaultFindersFolder('.'), { ...found, sweep });
}

interface Found {
  config: RunConfig;
  base: string;
  origin: FinderOrigin;
}

async function resolve(target: string, options: FinderOptions): Promise<Found> {
  const sets = [...options.sets, ...(options.engine === undefined ? [] : [`engine.name=${options.engine}`])];
  const isConfig = isConfigFile(target);
  if (isConfig || (fs.existsSync(target) && verbOfJob(target) !== 'train')) {
    const given = { sets, recipe: options.recipe, name: undefined, epochs: undefined };
    const origin: FinderOrigin = { kind: isConfig ? 'config' : 'data', path: path.resolve(target) };
    return { ...(await configOf(target, given)), origin };
  }
  if (options.recipe !== undefined) {
    throw new UsageError('--recipe does not go with a run.', 'A run has its own settings; change some with --set.');
  }
  return await fromRun(await runFolder(target), sets);
}

async function fromRun(folder: string, sets: readonly string[]): Promise<Found> {
  const { config, base } = readJob(folder);
  const changed = sets.reduce(applySet, config);
  try {
    await assertValidConfig(changed, 'The settings');
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    throw new UsageError(error.message, 'Correct what --set gives.', { cause: error });
  }
  return { config: changed, base, origin: { kind: 'run', path: folder } };
}

async function runFolder(target: string): Promise<string> {
  try {
    return await findRun(target, defaultRunsFolder('.'));
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'no-such-run') throw error;
    const message = `There is no ${path.resolve(target)}, and no run of that name.`;
    throw new Problem('no-such-path', message, 'Give a data folder, a *.loupe.json or a run.', { cause: error });
  }
}
