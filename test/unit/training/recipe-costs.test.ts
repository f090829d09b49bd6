import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { builtInRecipes } from '../../../src/jobs/recipes/built-in.ts';
import { findRecipe, type Recipe, recipeConfig } from '../../../src/jobs/recipes/recipe.ts';
import { buildNetwork } from '../../../src/training/network.ts';
import { segmentsOf } from '../../../src/training/segments.ts';

before(() => setBackend('cpu'));

/** Multiplications of the convolutions that an image costs over all epochs of a recipe. */
function workOf(recipe: Recipe): number {
  const config = recipeConfig(recipe);
  return segmentsOf(config, []).reduce((sum, segment) => {
    const model = buildNetwork(config, 10, segment);
    const perImage = model.layers.reduce((total, layer) => {
      const [, height = 0, width = 0] = layer.outputShape as number[];
      const kernels = layer.weights.map(({ shape }) => shape as number[]).filter((shape) => shape.length === 4);
      return total + kernels.reduce((all, shape) => all + shape.reduce((a, b) => a * b) * height * width, 0);
    }, 0);
    model.dispose();
    return sum + perImage * segment.epochs;
  }, 0);
}

for (const recipe of builtInRecipes) {
  const told = /about ([\d,]+) times the work of quick/.exec(recipe.cost)?.[1];
  if (!told) continue;
  test(`${recipe.name} is about ${told} times the work of quick`, () => {
    const times = workOf(recipe) / workOf(findRecipe('quick'));
    assert.ok(Math.abs(times / Number(told) - 1) < 0.1, `${times.toFixed(1)} times`);
  });
}

test('progressive resizing is half the pixels of as many epochs at full size', () => {
  const config = recipeConfig(findRecipe('progressive-resizing'));
  const segments = segmentsOf(config, []);
  const pixels = segments.reduce((sum, { epochs, width, height }) => sum + epochs * width * height, 0);
  const epochs = segments.reduce((sum, segment) => sum + segment.epochs, 0);
  const share = pixels / (epochs * config.input.width * config.input.height);
  assert.ok(share > 0.45 && share < 0.55, `${share}`);
});
