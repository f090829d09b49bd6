import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../../files.ts';
import { Problem } from '../../problem.ts';
import { defaultConfig, type RunConfig } from '../../training/config.ts';
import { errnoOf, fsProblem } from '../fs-problem.ts';
import { difference, isRecord } from '../record.ts';
import type { Recipe, RecipeConfig } from './recipe.ts';

/** Where a workspace keeps its own recipes, a file each: `<name>.json`. */
export function recipesFolderOf(workspace: string): string {
  return path.join(workspace, '.loupe', 'recipes');
}

export interface UserRecipes {
  recipes: Recipe[];
  /** Files that can't be read as a recipe, and why. */
  unreadable: { file: string; message: string }[];
}

/** The recipes of a folder by name; a missing folder has none. Their settings are checked when they are used. */
export function readUserRecipes(folder: string): UserRecipes {
  const found: UserRecipes = { recipes: [], unreadable: [] };
  for (const name of listNames(folder)) {
    const file = path.join(folder, `${name}.json`);
    try {
      found.recipes.push(parse(name, JSON.parse(fs.readFileSync(file, 'utf8'))));
    } catch (error) {
      found.unreadable.push({ file, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return found;
}

/**
 * Saves what a config changes of the defaults as a recipe, and returns its file. Data set, name and seed stay out.
 * @throws Problem `bad-recipe-name`, `recipe-exists`, `disk-full`, `no-permission`
 */
export function saveRecipe(
  folder: string,
  recipe: { name: string; purpose: string; cost: string; config: RunConfig },
  options: { replace?: boolean } = {},
): string {
  const why = recipeNameProblem(recipe.name);
  if (why)
    throw new Problem('bad-recipe-name', `A recipe can't be called "${recipe.name}": ${why}.`, 'Choose another name.');
  const file = path.join(folder, `${recipe.name}.json`);
  if (!options.replace && fs.existsSync(file)) {
    throw new Problem('recipe-exists', `There is a recipe "${recipe.name}" already: ${file}.`, 'Choose another name.');
  }
  const { purpose, cost, config } = recipe;
  try {
    fs.mkdirSync(folder, { recursive: true });
    writeJson(file, { purpose, cost, config: recipeConfigOf(config) });
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
  return file;
}

/** Why a recipe can't have a name, as the end of a sentence; null: it can. */
export function recipeNameProblem(name: string): string | null {
  return /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,59}$/u.test(name) && !name.endsWith('.')
    ? null
    : 'it is a file name of letters, digits, spaces, dots, - and _, at most 60 of them';
}

function recipeConfigOf({ input, augment, model, training, engine }: RunConfig): RecipeConfig {
  return difference(defaultConfig, { input, augment, model, training, engine }) as RecipeConfig;
}

function listNames(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw fsProblem(error, 'list', folder);
  }
}

function parse(name: string, value: unknown): Recipe {
  if (!isRecord(value) || !isRecord(value.config)) throw new Error('it has no "config" with settings');
  const textOf = (key: string) => (typeof value[key] === 'string' ? (value[key] as string) : '');
  return { name, purpose: textOf('purpose'), cost: textOf('cost'), config: value.config as RecipeConfig };
}
