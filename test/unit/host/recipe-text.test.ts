import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaFile } from '../../../src/entries.ts';
import { recipeText } from '../../../src/host/train/recipe-text.ts';
import { parseConfig } from '../../../src/jobs/config-file.ts';
import { builtInRecipes } from '../../../src/jobs/recipes/built-in.ts';

for (const recipe of builtInRecipes) {
  test(`a config made of the recipe ${recipe.name} says what it is for and can be trained`, async () => {
    const text = recipeText(recipe, { name: 'flowers', source: 'data/flowers' });
    assert.ok(text.startsWith('// Recipe: '));
    assert.ok(text.includes(`// ${recipe.purpose}`) && text.includes(`// ${recipe.cost}`));
    const config = await parseConfig(text, 'the recipe', mediaFile('loupe.schema.json'));
    assert.deepEqual([config.name, config.data.source], ['flowers', 'data/flowers']);
  });
}
