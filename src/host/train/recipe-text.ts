import { type Recipe, recipeTitle } from '../../jobs/recipes/recipe.ts';

/** A config made of a recipe, with what it is for and what it costs above it. */
export function recipeText(recipe: Recipe, { name, source }: { name: string; source: string }): string {
  const remarks = [`Recipe: ${recipeTitle(recipe.name)}.`, recipe.purpose, recipe.cost].filter(Boolean);
  const lines = remarks.map((remark) => `// ${remark.replaceAll(/\s+/g, ' ')}`);
  return `${lines.join('\n')}\n${JSON.stringify({ name, data: { source }, ...recipe.config }, null, 2)}\n`;
}
