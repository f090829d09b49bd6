import { Problem } from '../../problem.ts';
import type { RunConfig } from '../../training/config.ts';
import { didYouMean } from '../closest.ts';
import { completeConfig } from '../complete-config.ts';
import type { DeepPartial } from '../duplicate.ts';
import { builtInRecipes } from './built-in.ts';

/** A named starting point: what it changes of the defaults. */
export interface Recipe {
  name: string;
  /** What it is for, in a sentence. */
  purpose: string;
  /** What it costs, in a sentence; empty where whoever saved it did not say. */
  cost: string;
  config: RecipeConfig;
}

/** What belongs to a way of training; the data set, the name and the seed are the run's own. */
export type RecipeConfig = DeepPartial<Omit<RunConfig, 'name' | 'seed' | 'data'>>;

/** Names of an older Loupe. */
const renamed: Record<string, string> = { accurate: 'long-run' };

/**
 * The recipe of a name, the user's own before Loupe's.
 * @throws Problem `unknown-recipe`
 */
export function findRecipe(name: string, own: readonly Recipe[] = []): Recipe {
  const all = [...own, ...builtInRecipes];
  const recipe = all.find((entry) => entry.name === name) ?? all.find((entry) => entry.name === renamed[name]);
  if (recipe) return recipe;
  const names = all.map((entry) => entry.name);
  throw new Problem(
    'unknown-recipe',
    `There is no recipe "${name}".${didYouMean(name, names)}`,
    `Recipes: ${names.join(', ')}. See loupe recipes.`,
  );
}

/** The defaults with a recipe over them. */
export function recipeConfig({ config }: Recipe): RunConfig {
  return completeConfig(config);
}

/** `small-grey` → `Small grey`. */
export function recipeTitle(name: string): string {
  const words = name.replaceAll(/[-_]/g, ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
