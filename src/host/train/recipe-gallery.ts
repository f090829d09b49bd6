import * as vscode from 'vscode';
import { writeAtomic } from '../../files.ts';
import { builtInRecipes } from '../../jobs/recipes/built-in.ts';
import type { Recipe } from '../../jobs/recipes/recipe.ts';
import { readUserRecipes, recipesFolderOf } from '../../jobs/recipes/user-recipes.ts';
import { configName, freeConfigFile } from '../configs/config-names.ts';
import { chooseDataSet } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { portableSource } from '../data-sets/list-file.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import { localFolders, workspaceFolderFor } from '../workspace.ts';
import { recipePick } from './choose-recipe.ts';
import { recipeText } from './recipe-text.ts';

interface Chosen {
  recipe: Recipe;
  train: boolean;
}

/** All recipes to look through: Enter makes a config of one, to be read before it is paid for; its button trains it at once. */
export function recipeGallery(dataSets: DataSetStore): Handlers<typeof commands.showRecipes> {
  return {
    async [commands.showRecipes]() {
      const folder = workspaceFolderFor(null);
      const chosen = await browse();
      const source = chosen && (await chooseDataSet(dataSets));
      if (!chosen || source === undefined) return;
      const { recipe } = chosen;
      const file = freeConfigFile(folder, `${dataSetName(source)}-${recipe.name}`);
      writeAtomic(file, recipeText(recipe, { name: configName(file), source: portableSource(folder, source) }));
      const uri = vscode.Uri.file(file);
      await vscode.window.showTextDocument(uri, { preview: false });
      if (chosen.train) await vscode.commands.executeCommand(commands.trainConfig, uri);
    },
  };
}

function browse(): Promise<Chosen | undefined> {
  const own = localFolders().flatMap((folder) => readUserRecipes(recipesFolderOf(folder)).recipes);
  const train = { iconPath: new vscode.ThemeIcon('play'), tooltip: vscode.l10n.t('Train with it now') };
  const items = (recipes: readonly Recipe[]) =>
    recipes.map((recipe) => ({ ...recipePick(recipe), recipe, buttons: [train] }));
  const heading = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { recipe?: Recipe }>();
  pick.title = vscode.l10n.t('Recipes');
  pick.placeholder = vscode.l10n.t('Enter makes a config of it; the play button trains at once');
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = [
    ...(own.length > 0 ? [heading(vscode.l10n.t('Your recipes')), ...items(own)] : []),
    heading(vscode.l10n.t('Recipes')),
    ...items(builtInRecipes),
  ];
  return new Promise((resolve) => {
    const choose = (recipe: Recipe | undefined, at: boolean) => {
      resolve(recipe && { recipe, train: at });
      pick.hide();
    };
    pick.onDidAccept(() => choose(pick.selectedItems[0]?.recipe, false));
    pick.onDidTriggerItemButton(({ item }) => choose(item.recipe, vscode.workspace.isTrusted));
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
