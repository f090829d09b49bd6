import * as vscode from 'vscode';
import { chooseFolder } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import type { LabelApply } from './apply.ts';
import type { CleanPanels } from './clean-panels.ts';
import type { IssueSearch } from './issue-search.ts';
import { isFindingKind } from './kinds.ts';

type Ids = typeof commands;

export interface CleanCommandParts {
  dataSets: DataSetStore;
  cleanPanels: CleanPanels;
  search: IssueSearch;
  apply: LabelApply;
}

/** Commands on the labels of a whole data set; from a tree item, a panel or the palette. */
export function cleanCommands({
  dataSets,
  cleanPanels,
  search,
  apply,
}: CleanCommandParts): Handlers<Ids['cleanDataSet' | 'findIssues' | 'applyLabels' | 'undoApply']> {
  const choose = (argument: unknown, question: string) => sourceOf(argument) ?? chooseListed(dataSets, question);
  return {
    async [commands.cleanDataSet](argument?: unknown) {
      const source = await choose(argument, vscode.l10n.t('Clean the labels of which data set?'));
      if (!source) return undefined;
      const kind = fieldOf(argument, 'kind');
      const text = fieldOf(argument, 'text');
      return await cleanPanels.show({
        source,
        ...(isFindingKind(kind) && { kind }),
        ...(typeof text === 'string' && { text }),
      });
    },
    async [commands.findIssues](argument?: unknown) {
      requireTrust();
      const source = await choose(argument, vscode.l10n.t('Find issues in which data set?'));
      if (!source) return;
      if (!(await search.find(source))) return;
      const clean = vscode.l10n.t('Clean');
      const text = vscode.l10n.t('Issues of {0} were looked for.', dataSetName(source));
      if (cleanPanels.all().length > 0) return;
      if ((await vscode.window.showInformationMessage(text, clean)) === clean) await cleanPanels.show({ source });
    },
    async [commands.applyLabels](argument?: unknown) {
      requireTrust();
      const source = await choose(argument, vscode.l10n.t('Apply the label edits of which data set?'));
      if (source) await apply.plan(source);
    },
    async [commands.undoApply](argument?: unknown) {
      requireTrust();
      const source = await choose(argument, vscode.l10n.t('Undo what was applied last to which data set?'));
      if (source) await apply.undo(source);
    },
  };
}

/** The data set that a command was called for; undefined: the user has to say. */
export function sourceOf(argument: unknown): string | undefined {
  if (argument instanceof vscode.Uri) return argument.fsPath;
  if (typeof argument === 'string') return argument;
  const source = fieldOf(argument, 'source');
  return typeof source === 'string' ? source : undefined;
}

function fieldOf(argument: unknown, name: string): unknown {
  return typeof argument === 'object' && argument !== null ? (argument as Record<string, unknown>)[name] : undefined;
}

/** The only data set of the list, else the user's choice. */
export async function chooseListed(store: DataSetStore, question: string): Promise<string | undefined> {
  const listed = store.all().map(({ source }) => source);
  if (listed.length === 1) return listed[0];
  if (listed.length === 0) {
    const folder = store.proposed()[0] ?? (await chooseFolder());
    if (folder) await store.add(folder);
    return folder;
  }
  const picks = listed.map((source) => ({
    label: `$(database) ${dataSetName(source)}`,
    description: vscode.workspace.asRelativePath(source),
    source,
  }));
  return (await vscode.window.showQuickPick(picks, { placeHolder: question }))?.source;
}
