import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { findConfigIssues } from '../../../src/jobs/config-file.ts';
import { builtInRecipes } from '../../../src/jobs/recipes/built-in.ts';
import { findRecipe, recipeConfig, recipeTitle } from '../../../src/jobs/recipes/recipe.ts';
import { readUserRecipes, saveRecipe } from '../../../src/jobs/recipes/user-recipes.ts';
import { difference, fillDefaults } from '../../../src/jobs/record.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { temporaryFolder } from './temporary.ts';

for (const recipe of builtInRecipes) {
  test(`the recipe ${recipe.name} is valid and says what it is for and what it costs`, async () => {
    assert.deepEqual(await findConfigIssues(recipe.config), []);
    assert.deepEqual(await findConfigIssues(recipeConfig(recipe)), []);
    for (const line of [recipe.purpose, recipe.cost]) assert.match(line, /^[A-Z].*[.?]$/);
  });
}

test('a title is made of the name', () => assert.equal(recipeTitle('small-grey'), 'Small grey'));

test('names are unique, and those of an older Loupe still work', () => {
  const names = builtInRecipes.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of ['quick', 'balanced', 'accurate', 'small-grey']) assert.ok(findRecipe(name));
  assert.equal(findRecipe('accurate').name, 'long-run');
  assert.throws(() => findRecipe('quik'), { code: 'unknown-recipe', message: /Did you mean "quick"/ });
  assert.deepEqual(recipeConfig(findRecipe('balanced')), defaultConfig);
});

test('a recipe keeps what a config changes of the defaults, but not its data, name and seed', (t) => {
  const folder = path.join(temporaryFolder(t), 'recipes');
  assert.deepEqual(readUserRecipes(folder), { recipes: [], unreadable: [] });
  const config = {
    ...recipeConfig(findRecipe('progressive-resizing')),
    name: 'mine',
    seed: 7,
    data: { ...defaultConfig.data, source: 'somewhere' },
  };
  const file = saveRecipe(folder, { name: 'my way', purpose: 'For me.', cost: '', config });
  const written = JSON.parse(fs.readFileSync(file, 'utf8'));
  assert.deepEqual(Object.keys(written.config), ['input', 'augment', 'model', 'training']);
  const [recipe] = readUserRecipes(folder).recipes;
  assert.deepEqual([recipe!.name, recipe!.purpose], ['my way', 'For me.']);
  assert.deepEqual(recipeConfig(recipe!), { ...config, name: '', seed: defaultConfig.seed, data: defaultConfig.data });
  assert.equal(findRecipe('my way', [recipe!]), recipe);
});

test('the user’s own goes before Loupe’s of that name, and is not replaced by accident', (t) => {
  const folder = temporaryFolder(t);
  const recipe = { name: 'quick', purpose: 'Mine.', cost: '', config: defaultConfig };
  saveRecipe(folder, recipe);
  assert.equal(findRecipe('quick', readUserRecipes(folder).recipes).purpose, 'Mine.');
  assert.throws(() => saveRecipe(folder, recipe), { code: 'recipe-exists' });
  saveRecipe(folder, { ...recipe, purpose: 'Other.' }, { replace: true });
  assert.equal(readUserRecipes(folder).recipes[0]?.purpose, 'Other.');
});

for (const name of ['', '../x', 'a/b', '.hidden', 'x'.repeat(61), 'a:b', 'end.']) {
  test(`"${name.slice(0, 10)}" is no name for a recipe`, (t) => {
    const recipe = { name, purpose: '', cost: '', config: defaultConfig };
    assert.throws(() => saveRecipe(temporaryFolder(t), recipe), { code: 'bad-recipe-name' });
  });
}

test('a file that is no recipe is told and passed over', (t) => {
  const folder = temporaryFolder(t);
  fs.writeFileSync(path.join(folder, 'torn.json'), '{');
  fs.writeFileSync(path.join(folder, 'other.json'), '{"epochs": 3}');
  fs.writeFileSync(path.join(folder, 'note.txt'), 'no recipe');
  const { recipes, unreadable } = readUserRecipes(folder);
  assert.deepEqual(recipes, []);
  assert.deepEqual(
    unreadable.map(({ file }) => path.basename(file)),
    ['other.json', 'torn.json'],
  );
  assert.match(unreadable[0]!.message, /"config"/);
});

test('a difference over the defaults gives the value again', () => {
  for (const [defaults, value, expected] of [
    [{ a: 1, b: { c: 2, d: 3 } }, { a: 1, b: { c: 2, d: 4 } }, { b: { d: 4 } }],
    [{ list: [1] }, { list: [1] }, {}],
    [{ list: [1] }, { list: [] }, { list: [] }],
    [{ a: 1 }, { a: 1, extra: true }, { extra: true }],
  ] as const) {
    assert.deepEqual(difference(defaults, value), expected);
    assert.deepEqual(fillDefaults(defaults, expected), value);
  }
});
