import { UsageError } from './usage-error.ts';
import { textOf, type VerbInput, type VerbOption } from './verb.ts';

/** `--set key=value`, of the verbs that work with a config. */
export const setOption: VerbOption = {
  type: 'string',
  multiple: true,
  short: 's',
  value: '<key=value>',
  help: 'Change a setting; may be repeated.',
};

/** `--recipe`, and as it was called before. */
export const recipeOptions = {
  recipe: { type: 'string', value: '<name>', help: 'Recipe to start from, for a data folder; see loupe recipes.' },
  preset: { type: 'string', value: '<name>', help: 'The same, by its older name.' },
} satisfies Record<string, VerbOption>;

/** What `--recipe` or `--preset` names. @throws UsageError when both are given */
export function recipeOf(input: VerbInput): string | undefined {
  const [recipe, preset] = [textOf(input, 'recipe'), textOf(input, 'preset')];
  if (recipe !== undefined && preset !== undefined) {
    throw new UsageError('--recipe and --preset are the same.', 'Give one of them.');
  }
  return recipe ?? preset;
}
