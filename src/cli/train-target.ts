import fs from 'node:fs';
import path from 'node:path';
import { applySet } from '../jobs/apply-set.ts';
import { assertValidConfig, CONFIG_SUFFIX, ConfigProblem, loadConfigFile } from '../jobs/config-file.ts';
import { continueRun, resumeRun } from '../jobs/continue.ts';
import { createJob } from '../jobs/create.ts';
import { readSummary } from '../jobs/list.ts';
import { assertNotLive } from '../jobs/lock.ts';
import { findRecipe, type Recipe, recipeConfig } from '../jobs/recipes/recipe.ts';
import { readUserRecipes, recipesFolderOf } from '../jobs/recipes/user-recipes.ts';
import { Problem } from '../problem.ts';
import { defaultConfig, type RunConfig } from '../training/config.ts';
import { defaultRunsFolder } from './locate.ts';
import { UsageError } from './usage-error.ts';

export interface ConfigOptions {
  sets: readonly string[];
  /** Name of a recipe, of Loupe's or in `.loupe/recipes` of the current folder. */
  recipe: string | undefined;
  name: string | undefined;
  epochs: number | undefined;
}

export interface RunOptions extends ConfigOptions {
  /** Where the run's folder is made; default `.loupe/runs` of the current folder. */
  runs: string | undefined;
}

/**
 * Makes the run that a data source or a `*.loupe.json` asks for; returns its folder.
 * @throws Problem; UsageError where an option doesn't fit
 */
export async function createRun(target: string, options: RunOptions): Promise<string> {
  const { config, base } = await configOf(target, options);
  return createJob(options.runs ?? defaultRunsFolder('.'), config, base);
}

/**
 * The whole config that a data source or a `*.loupe.json` stands for, with the options over it, and the folder that its
 * source is relative to.
 * @throws Problem; UsageError where an option doesn't fit
 */
export async function configOf(target: string, options: ConfigOptions): Promise<{ config: RunConfig; base: string }> {
  const { config, base } = isConfigFile(target) ? await fromFile(target, options) : fromData(target, options);
  const changed = applyOptions(config, options);
  try {
    await assertValidConfig(changed, 'The settings');
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    throw new UsageError(error.message, 'Correct what --set gives.', { cause: error });
  }
  return { config: changed, base };
}

/**
 * Queues a run again, for `epochs` more or for what is left of it; one that is queued already stays so.
 * @throws Problem `run-live`, `finished` (without epochs), `never-started`
 */
export function continueOrResume(folder: string, epochs: number | undefined): void {
  assertNotLive(folder);
  const { state, name } = readSummary(folder);
  if (epochs !== undefined) continueRun(folder, epochs);
  else if (state === 'done') {
    throw new Problem('finished', `${name} is finished.`, 'Train it for more epochs with --epochs N.');
  } else if (state !== 'queued') resumeRun(folder);
}

function applyOptions(config: RunConfig, { sets, name, epochs }: ConfigOptions): RunConfig {
  const given = [
    ...sets,
    ...(epochs === undefined ? [] : [`training.epochs=${epochs}`]),
    ...(name === undefined ? [] : [`name=${name}`]),
  ];
  return given.reduce(applySet, config);
}

export function isConfigFile(target: string): boolean {
  return target.endsWith(CONFIG_SUFFIX);
}

async function fromFile(file: string, { recipe }: ConfigOptions): Promise<{ config: RunConfig; base: string }> {
  if (recipe !== undefined) {
    throw new UsageError('--recipe does not go with a config file.', 'Write its settings into the file.');
  }
  const loaded = await loadConfigFile(file);
  const name = loaded.config.name || path.basename(file, CONFIG_SUFFIX);
  return { ...loaded, config: { ...loaded.config, name } };
}

function fromData(source: string, { recipe }: ConfigOptions): { config: RunConfig; base: string } {
  if (!fs.existsSync(source)) {
    throw new Problem('no-such-path', `There is no ${path.resolve(source)}.`, 'Check the path of the data.');
  }
  const config = recipe === undefined ? defaultConfig : recipeConfig(recipeOf(recipe));
  const name = path.basename(path.resolve(source));
  return { config: { ...config, name, data: { ...config.data, source } }, base: process.cwd() };
}

function recipeOf(name: string): Recipe {
  return findRecipe(name, readUserRecipes(recipesFolderOf('.')).recipes);
}
