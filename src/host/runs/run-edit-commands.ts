import * as vscode from 'vscode';
import type { RunMeta } from '../../jobs/job.ts';
import { editMeta, normalizeTags } from '../../jobs/meta.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import type { RunStore } from './run-store.ts';
import type { RunTargets } from './run-target.ts';

type Ids = typeof commands;
type EditCommand = Ids['renameRun' | 'editNote' | 'editTags' | 'starRun' | 'unstarRun'];

/** Commands that change what the user says of a run. */
export function runEditCommands(store: RunStore, targets: RunTargets): Handlers<EditCommand> {
  const edit = async (argument: unknown, ask: (run: RunSummary) => Promise<RunMeta | undefined>) => {
    const texts = { choose: vscode.l10n.t('Edit which run?'), none: vscode.l10n.t('There is no run yet.') };
    const run = await targets.find(argument, () => true, texts);
    const change = run && (await ask(run));
    if (!run || !change) return;
    editMeta(run.folder, change);
    store.refresh();
  };
  return {
    [commands.renameRun]: (argument?: unknown) => edit(argument, askName),
    [commands.editNote]: (argument?: unknown) => edit(argument, askNote),
    [commands.editTags]: (argument?: unknown) => edit(argument, askTags),
    [commands.starRun]: (argument?: unknown) => edit(argument, async () => ({ starred: true })),
    [commands.unstarRun]: (argument?: unknown) => edit(argument, async () => ({ starred: false })),
  };
}

async function askName(run: RunSummary): Promise<RunMeta | undefined> {
  const name = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rename {0}', run.name),
    prompt: vscode.l10n.t('Empty: the name from its config'),
    value: run.name,
  });
  return name === undefined ? undefined : { name };
}

async function askNote(run: RunSummary): Promise<RunMeta | undefined> {
  const note = await vscode.window.showInputBox({
    title: vscode.l10n.t('Note on {0}', run.name),
    prompt: vscode.l10n.t('What is worth remembering about this run'),
    value: run.note,
  });
  return note === undefined ? undefined : { note };
}

async function askTags(run: RunSummary): Promise<RunMeta | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Tags of {0}', run.name),
    prompt: vscode.l10n.t('Separated by commas; filter with: tag = "baseline"'),
    value: run.tags.join(', '),
  });
  return text === undefined ? undefined : { tags: normalizeTags(text.split(',')) };
}
