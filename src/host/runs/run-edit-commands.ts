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

/** Commands that change what the user says of a run; stars and tags of all that are selected. */
export function runEditCommands(store: RunStore, targets: RunTargets): Handlers<EditCommand> {
  const edit = async (argument: unknown, ask: (run: RunSummary) => Promise<RunMeta | undefined>) => {
    const texts = { choose: vscode.l10n.t('Edit which run?'), none: vscode.l10n.t('There is no run yet.') };
    const run = await targets.find(argument, () => true, texts);
    const change = run && (await ask(run));
    if (!run || !change) return;
    editMeta(run.folder, change);
    store.refresh();
  };
  const editAll = async (
    argument: unknown,
    selected: unknown,
    ask: (runs: RunSummary[]) => Promise<((run: RunSummary) => RunMeta) | undefined>,
  ) => {
    const texts = { choose: vscode.l10n.t('Edit which run?'), none: vscode.l10n.t('There is no run yet.') };
    const runs = await targets.findAll(argument, selected, () => true, texts);
    const change = runs.length > 0 ? await ask(runs) : undefined;
    if (!change) return;
    for (const run of runs) editMeta(run.folder, change(run));
    store.refresh();
  };
  const star = (starred: boolean) => (argument?: unknown, selected?: unknown) =>
    editAll(argument, selected, async () => () => ({ starred }));
  return {
    [commands.renameRun]: (argument?: unknown) => edit(argument, askName),
    [commands.editNote]: (argument?: unknown) => edit(argument, askNote),
    [commands.editTags]: (argument?: unknown, selected?: unknown) => editAll(argument, selected, askTags),
    [commands.starRun]: star(true),
    [commands.unstarRun]: star(false),
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

/** Of several runs the tags that all have; those that only some have stay. */
async function askTags(runs: RunSummary[]): Promise<((run: RunSummary) => RunMeta) | undefined> {
  const [first, ...others] = runs;
  const common = (first?.tags ?? []).filter((tag) => others.every(({ tags }) => tags.includes(tag)));
  const text = await vscode.window.showInputBox({
    title:
      others.length === 0
        ? vscode.l10n.t('Tags of {0}', first?.name ?? '')
        : vscode.l10n.t('Tags that all {0} runs have', runs.length),
    prompt: vscode.l10n.t('Separated by commas; filter with: tag = "baseline"'),
    value: common.join(', '),
  });
  if (text === undefined) return undefined;
  return ({ tags }) => ({ tags: normalizeTags([...tags.filter((tag) => !common.includes(tag)), ...text.split(',')]) });
}
