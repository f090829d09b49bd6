import * as vscode from 'vscode';
import { parseQuery } from '../../jobs/query.ts';
import { Problem } from '../../problem.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import type { RunStore } from './run-store.ts';
import type { RunView } from './run-view.ts';

type Ids = typeof commands;
type ViewCommand = Ids['filterRuns' | 'clearFilter' | 'sortRuns'];

/** Commands that choose which runs the tree shows and in which order. */
export function runViewCommands(store: RunStore, view: RunView): Handlers<ViewCommand> {
  return {
    async [commands.filterRuns]() {
      const query = await vscode.window.showInputBox({
        title: vscode.l10n.t('Filter Runs'),
        prompt: vscode.l10n.t('Example: {0}', 'val_accuracy > 0.9 and tag = "aug" and not state = failed'),
        value: view.query,
        validateInput: (text) => checkQuery(text, store),
      });
      if (query !== undefined) await view.setQuery(query);
    },
    [commands.clearFilter]: () => view.setQuery(''),
    async [commands.sortRuns]() {
      const picks = sortKeys().map((pick) => ({ ...pick, picked: pick.key === view.sort }));
      const items = picks.map((pick) => ({ ...pick, description: pick.picked ? vscode.l10n.t('current') : '' }));
      const chosen = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Sort runs by') });
      if (chosen) await view.setSort(chosen.key);
    },
  };
}

/** What is wrong with the query, or how many runs it keeps. */
function checkQuery(text: string, store: RunStore): vscode.InputBoxValidationMessage | null {
  try {
    const filter = parseQuery(text);
    if (!text.trim()) return null;
    const kept = store.all().filter(filter).length;
    const message = vscode.l10n.t('{0} of {1} runs', kept, store.all().length);
    return { message, severity: vscode.InputBoxValidationSeverity.Info };
  } catch (error) {
    const message = error instanceof Problem ? `${error.message} ${error.advice}` : String(error);
    return { message, severity: vscode.InputBoxValidationSeverity.Error };
  }
}

function sortKeys(): { key: string; label: string }[] {
  return [
    { key: 'created', label: vscode.l10n.t('Newest first') },
    { key: '+created', label: vscode.l10n.t('Oldest first') },
    { key: 'name', label: vscode.l10n.t('Name') },
    { key: 'val_accuracy', label: vscode.l10n.t('Validation accuracy') },
    { key: 'val_loss', label: vscode.l10n.t('Validation loss') },
    { key: 'starred', label: vscode.l10n.t('Starred first') },
    { key: 'state', label: vscode.l10n.t('State') },
    { key: 'duration', label: vscode.l10n.t('Duration') },
  ];
}
