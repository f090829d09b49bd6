import * as vscode from 'vscode';
import { builtInRecipes } from '../../jobs/recipes/built-in.ts';
import { type Recipe, recipeTitle } from '../../jobs/recipes/recipe.ts';
import { readUserRecipes, recipesFolderOf } from '../../jobs/recipes/user-recipes.ts';
import { configName } from '../configs/config-names.ts';
import { configSuffix } from '../ids.ts';
import { localFolders } from '../workspace.ts';

export type Choice = { recipe: Recipe } | { config: vscode.Uri };

const MAX_CONFIGS = 20;

/** Asks how to train: by a recipe, or a run config of the workspace. */
export async function chooseRecipe(): Promise<Choice | undefined> {
  const files = await vscode.workspace.findFiles(`**/*${configSuffix}`, '**/{node_modules,.loupe}/**', MAX_CONFIGS);
  const configPicks = files.map((config) => ({
    label: `$(json) ${configName(config.fsPath)}`,
    description: vscode.workspace.asRelativePath(config),
    detail: '',
    choice: { config } satisfies Choice,
  }));
  const own = localFolders().flatMap((folder) => readUserRecipes(recipesFolderOf(folder)).recipes);
  const picks: (vscode.QuickPickItem & { choice?: Choice })[] = [
    ...section(vscode.l10n.t('Your recipes'), own.map(recipePick)),
    ...section(vscode.l10n.t('Recipes'), builtInRecipes.map(recipePick)),
    ...section(vscode.l10n.t('Run configs of this workspace'), configPicks),
  ];
  const placeHolder = vscode.l10n.t('How should it train?');
  const picked = await vscode.window.showQuickPick(picks, {
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.choice;
}

function section<Pick>(label: string, picks: Pick[]): (Pick | { label: string; kind: vscode.QuickPickItemKind })[] {
  return picks.length > 0 ? [{ label, kind: vscode.QuickPickItemKind.Separator }, ...picks] : [];
}

const icons: Record<string, string> = {
  quick: 'zap',
  balanced: 'play',
  'transfer-frozen': 'mortar-board',
  'transfer-finetune': 'mortar-board',
  'transfer-keras': 'mortar-board',
  'small-images': 'symbol-misc',
  'large-images': 'file-media',
  'progressive-resizing': 'layers',
  'long-run': 'target',
  'noisy-labels': 'question',
  imbalanced: 'law',
  'ten-minutes': 'watch',
  'snapshot-ensemble': 'organization',
  'small-grey': 'symbol-number',
};

/** The two lines of a recipe: what it is for beside its name, what it costs below. */
export function recipePick(recipe: Recipe): vscode.QuickPickItem & { choice: Choice } {
  const { name, purpose, cost } = recipe;
  const label = `$(${icons[name] ?? 'bookmark'}) ${recipeTitle(name)}`;
  return { label, description: purpose, detail: cost, choice: { recipe } };
}
