import { UsageError } from './usage-error.ts';
import { textOf, type VerbInput } from './verb.ts';

/** What `--recipe` or, as it was called before, `--preset` names. */
export function recipeOption(input: VerbInput): string | undefined {
  const [recipe, preset] = [textOf(input, 'recipe'), textOf(input, 'preset')];
  if (recipe !== undefined && preset !== undefined) {
    throw new UsageError('--recipe and --preset are the same.', 'Give one of them.');
  }
  return recipe ?? preset;
}
