import * as vscode from 'vscode';
import { fieldOf } from '../../jobs/record.ts';
import { chooseDataSet } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import type { LabelApply } from './apply.ts';
import type { CleanPanels } from './clean-panels.ts';
import type { IssueIndex } from './issue-index.ts';
import type { IssueSearch } from './issue-search.ts';
import { isFindingKind } from './kinds.ts';

type Ids = typeof commands;

export interface CleanCommandParts {
  dataSets: DataSetStore;
  cleanPanels: CleanPanels;
  search: IssueSearch;
  issues: IssueIndex;
  apply: LabelApply;
}

/** Commands on the labels of a whole data set; from a tree item, a panel or the palette. */
export function cleanCommands({
  dataSets,
  cleanPanels,
  search,
  issues,
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
      if (cleanPanels.all().length > 0) return;
      const clean = vscode.l10n.t('Clean');
      const counts = Object.values(await issues.load(source));
      const found = counts.reduce((sum, count) => sum + count, 0);
      const name = dataSetName(source);
      const text =
        found === 0
          ? vscode.l10n.t('No issue was found in {0}.', name)
          : found === 1
            ? vscode.l10n.t('1 issue was found in {0}.', name)
            : vscode.l10n.t('{0} issues were found in {1}.', found.toLocaleString(vscode.env.language), name);
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
      const id = fieldOf(argument, 'id');
      if (source) await apply.undo(source, typeof id === 'string' ? id : null);
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

/** The only data set of the list, else the user's choice, which is in the list then. Undefined: none chosen. */
export async function chooseListed(store: DataSetStore, question: string): Promise<string | undefined> {
  const source = await chooseDataSet(store, question);
  if (source !== undefined && !store.get(source)) await store.add(source);
  return source;
}
