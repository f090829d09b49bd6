import path from 'node:path';
import * as vscode from 'vscode';
import { loadConfigFile } from '../../jobs/config-file.ts';
import { readJob } from '../../jobs/read.ts';
import { readUserRecipes, recipeNameProblem, recipesFolderOf, saveRecipe } from '../../jobs/recipes/user-recipes.ts';
import type { RunConfig } from '../../training/config.ts';
import { configName } from '../configs/config-names.ts';
import { commands, configSuffix } from '../ids.ts';
import type { Handlers } from '../register.ts';
import type { RunTargets } from '../runs/run-target.ts';
import { workspaceFolderFor } from '../workspace.ts';

type Ids = typeof commands;
type RecipeCommand = Ids['saveConfigAsRecipe' | 'saveRunAsRecipe'];

interface Source {
  config: RunConfig;
  name: string;
  /** File or folder of the workspace that the recipe is saved in. */
  place: string;
}

/** Commands that keep a way of training under a name. */
export function recipeCommands(parts: { targets: RunTargets; schemaFile: string }): Handlers<RecipeCommand> {
  return {
    async [commands.saveConfigAsRecipe](target?: vscode.Uri) {
      const uri = target ?? vscode.window.activeTextEditor?.document.uri;
      if (!uri?.path.endsWith(configSuffix)) return;
      const { config } = await loadConfigFile(uri.fsPath, parts.schemaFile);
      await save({ config, name: configName(uri.fsPath), place: uri.fsPath });
    },
    async [commands.saveRunAsRecipe](argument?: unknown) {
      const texts = {
        choose: vscode.l10n.t('Save the settings of which run?'),
        none: vscode.l10n.t('There is no run yet.'),
      };
      const run = await parts.targets.find(argument, () => true, texts);
      if (run) await save({ config: readJob(run.folder).config, name: run.name, place: run.folder });
    },
  };
}

async function save({ config, name, place }: Source): Promise<void> {
  const folder = recipesFolderOf(workspaceFolderFor(place));
  const taken = new Set(readUserRecipes(folder).recipes.map((recipe) => recipe.name));
  const title = vscode.l10n.t('Save as Recipe');
  const chosen = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t('Name of the recipe'),
    value: name,
    validateInput: (text) =>
      recipeNameProblem(text.trim()) ? vscode.l10n.t('Letters, digits, spaces, dots, - and _.') : null,
  });
  if (chosen === undefined) return;
  const recipe = chosen.trim();
  if (taken.has(recipe) && !(await confirmReplace(recipe))) return;
  const purpose = await vscode.window.showInputBox({
    title,
    ignoreFocusOut: true,
    prompt: vscode.l10n.t('What is it for? (may stay empty)'),
  });
  if (purpose === undefined) return;
  const cost = await vscode.window.showInputBox({
    title,
    ignoreFocusOut: true,
    prompt: vscode.l10n.t('What does it cost? (may stay empty)'),
  });
  if (cost === undefined) return;
  const file = saveRecipe(folder, { name: recipe, purpose, cost, config }, { replace: true });
  const open = vscode.l10n.t('Open');
  const message = vscode.l10n.t('{0} is offered when you train.', path.basename(file, '.json'));
  void vscode.window.showInformationMessage(message, open).then(async (answer) => {
    if (answer === open) await vscode.window.showTextDocument(vscode.Uri.file(file));
  });
}

async function confirmReplace(name: string): Promise<boolean> {
  const replace = vscode.l10n.t('Replace');
  const question = vscode.l10n.t('There is a recipe {0} already. Replace it?', name);
  return (await vscode.window.showWarningMessage(question, { modal: true }, replace)) === replace;
}
