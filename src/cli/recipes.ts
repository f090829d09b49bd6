import type { Recipe } from '../jobs/recipes/recipe.ts';
import type { UserRecipes } from '../jobs/recipes/user-recipes.ts';
import { shellPath } from './format.ts';
import type { Style } from './style.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const recipesVerb: Verb = {
  name: 'recipes',
  usage: '[name] [--from <run folder | file.loupe.json>]',
  summary: 'Ways to train: list them, show one, or save your own.',
  details: `Without a name all recipes are listed, with a name that one's settings and tricks are shown.
With --from the settings of a run or a config are saved under the name, in .loupe/recipes of the current folder.
Train with one: loupe train <data folder> --recipe <name>`,
  positionals: { min: 0, max: 1, missing: '' },
  options: {
    from: { type: 'string', value: '<run | file>', help: 'Save the settings of a run or a *.loupe.json.' },
    purpose: { type: 'string', value: '<text>', help: 'With --from: what the recipe is for, in a sentence.' },
    cost: { type: 'string', value: '<text>', help: 'With --from: what it costs, in a sentence.' },
    replace: { type: 'boolean', help: 'With --from: replace a recipe of that name.' },
  },
  run: recipes,
};

async function recipes(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { readUserRecipes, recipesFolderOf } = await import('../jobs/recipes/user-recipes.ts');
  const folder = recipesFolderOf('.');
  const [name] = input.positionals;
  const from = textOf(input, 'from');
  if (from !== undefined) return await save(name, from, folder, input);
  const own = readUserRecipes(folder);
  for (const { file, message } of own.unreadable) {
    terminal.stderr.write(`${terminal.err.yellow('unreadable:')} ${file}: ${message}\n`);
  }
  return name === undefined ? await list(own, terminal.out) : await show(name, own.recipes, terminal.out);
}

async function list(own: UserRecipes, colors: Style): Promise<VerbResult> {
  const { builtInRecipes } = await import('../jobs/recipes/built-in.ts');
  const all = [
    ...own.recipes.map((recipe) => ({ ...recipe, source: 'workspace' })),
    ...builtInRecipes.map((recipe) => ({ ...recipe, source: 'built-in' })),
  ];
  const blocks = all.map(({ name, purpose, cost, source }) => {
    const title = `${colors.bold(name)}${source === 'workspace' ? colors.dim('  .loupe/recipes') : ''}`;
    return [title, ...[purpose, cost].filter(Boolean).map((line) => `  ${line}`)].join('\n');
  });
  return { json: { recipes: all, unreadable: own.unreadable }, text: blocks.join('\n') };
}

async function show(name: string, own: readonly Recipe[], colors: Style): Promise<VerbResult> {
  const { findRecipe, recipeConfig } = await import('../jobs/recipes/recipe.ts');
  const { assertValidConfig } = await import('../jobs/config-file.ts');
  const { tricksOf, trickText } = await import('../training/tricks.ts');
  const recipe = findRecipe(name, own);
  await assertValidConfig(recipe.config, `The recipe "${recipe.name}"`);
  const tricks = tricksOf(recipeConfig(recipe)).map(trickText);
  const lines = [
    colors.bold(recipe.name),
    ...[recipe.purpose, recipe.cost].filter(Boolean).map((line) => `  ${line}`),
    `  ${colors.dim('Tricks:')} ${tricks.join(', ') || 'none'}`,
    JSON.stringify(recipe.config, null, 2),
  ];
  return { json: { ...recipe, tricks }, text: lines.join('\n') };
}

async function save(name: string | undefined, from: string, folder: string, input: VerbInput): Promise<VerbResult> {
  if (name === undefined) throw new UsageError('A recipe needs a name.', 'loupe recipes <name> --from <run or config>');
  const { saveRecipe } = await import('../jobs/recipes/user-recipes.ts');
  const { isConfigFile } = await import('./train-target.ts');
  const { loadConfigFile } = await import('../jobs/config-file.ts');
  const { readJob } = await import('../jobs/read.ts');
  const config = isConfigFile(from) ? (await loadConfigFile(from)).config : readJob(from).config;
  const about = { purpose: textOf(input, 'purpose') ?? '', cost: textOf(input, 'cost') ?? '' };
  const file = saveRecipe(folder, { name, ...about, config }, { replace: input.values.replace === true });
  return {
    json: { name, file },
    text: `Saved ${shellPath(file, file)}\nNext: loupe train <data folder> --recipe ${shellPath(name, name)}`,
  };
}
