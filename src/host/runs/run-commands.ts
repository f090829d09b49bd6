import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { continueRun, resumeRun } from '../../jobs/continue.ts';
import { writeConfigCopy } from '../../jobs/duplicate.ts';
import { jobFiles } from '../../jobs/job.ts';
import { assertNotLive } from '../../jobs/lock.ts';
import { isActive } from '../../jobs/status.ts';
import { requestStop } from '../../jobs/stop.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { freeConfigFile } from '../configs/config-names.ts';
import { commands } from '../ids.ts';
import type { ShowOptions } from '../panels/keyed-panels.ts';
import type { Handlers } from '../register.ts';
import type { RunPanels } from '../run-panel/run-panels.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import type { RunStore } from './run-store.ts';
import type { RunTargets } from './run-target.ts';
import { canContinue, canResume, canStop } from './run-text.ts';
import type { RunScheduler } from './scheduler.ts';

const any = () => true;

type Ids = typeof commands;
type RunCommand = Ids[
  | 'openRun'
  | 'stopRun'
  | 'resumeRun'
  | 'continueRun'
  | 'duplicateRun'
  | 'revealRun'
  | 'copyRunPath'
  | 'deleteRun'
  | 'showRunLog'];

export interface RunParts {
  store: RunStore;
  targets: RunTargets;
  scheduler: RunScheduler;
  panels: RunPanels;
}

/** Commands that do something with a run; stopping, resuming, deleting and copying paths with all that are selected. */
export function runCommands({ store, targets, scheduler, panels }: RunParts): Handlers<RunCommand> {
  const none = vscode.l10n.t('There is no run yet.');
  const choose = (argument: unknown, title: string) => targets.find(argument, any, { choose: title, none });
  const requeue = (run: RunSummary) => {
    scheduler.enqueue(run.folder);
    panels.show(run.folder);
  };

  return {
    async [commands.openRun](argument?: unknown, options?: ShowOptions) {
      const run = await choose(argument, vscode.l10n.t('Open which run?'));
      if (run) panels.show(run.folder, isFromTree(options) ? { preserveFocus: true } : {});
    },
    async [commands.stopRun](argument?: unknown, selected?: unknown) {
      const texts = {
        choose: vscode.l10n.t('Stop which run?'),
        none: vscode.l10n.t('No run is going on.'),
        direct: true,
      };
      const runs = await targets.findAll(argument, selected, canStop, texts);
      for (const run of runs) if (canStop(run)) requestStop(run.folder);
      store.refresh();
    },
    async [commands.resumeRun](argument?: unknown, selected?: unknown) {
      requireTrust();
      const texts = {
        choose: vscode.l10n.t('Resume which run?'),
        none: vscode.l10n.t('No run can be resumed.'),
        direct: true,
      };
      const runs = await targets.findAll(argument, selected, canResume, texts);
      for (const { folder } of runs) {
        resumeRun(folder);
        scheduler.enqueue(folder);
      }
      if (runs.length === 1 && runs[0]) panels.show(runs[0].folder);
    },
    async [commands.continueRun](argument?: unknown) {
      requireTrust();
      const texts = {
        choose: vscode.l10n.t('Continue which run?'),
        none: vscode.l10n.t('No finished run can be continued.'),
      };
      const run = await targets.find(argument, canContinue, texts);
      const epochs = run && (await askEpochs(run));
      if (!run || !epochs) return;
      continueRun(run.folder, epochs);
      requeue(run);
    },
    async [commands.duplicateRun](argument?: unknown) {
      const run = await choose(argument, vscode.l10n.t('Duplicate which run?'));
      if (!run) return;
      const file = freeConfigFile(workspaceFolderFor(run.folder), run.name);
      writeConfigCopy(run.folder, file, { name: path.basename(file, '.loupe.json') });
      await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    },
    async [commands.revealRun](argument?: unknown) {
      const run = await choose(argument, vscode.l10n.t('Reveal the folder of which run?'));
      if (run) await revealFolder(run.folder);
    },
    async [commands.copyRunPath](argument?: unknown, selected?: unknown) {
      const texts = { choose: vscode.l10n.t('Copy the path of which run?'), none };
      const runs = await targets.findAll(argument, selected, any, texts);
      if (runs.length > 0) await vscode.env.clipboard.writeText(runs.map(({ folder }) => folder).join('\n'));
    },
    async [commands.deleteRun](argument?: unknown, selected?: unknown) {
      const texts = { choose: vscode.l10n.t('Delete which run?'), none: vscode.l10n.t('There is no run to delete.') };
      const runs = await targets.findAll(argument, selected, ({ state }) => !isActive(state), texts);
      if (runs.length === 0) return;
      for (const run of await deleteRuns(runs)) panels.close(run.folder);
      store.refresh();
    },
    async [commands.showRunLog](argument?: unknown) {
      const run = await choose(argument, vscode.l10n.t('Show the log of which run?'));
      if (!run) return;
      const file = path.join(run.folder, jobFiles.log);
      if (!fs.existsSync(file)) {
        void vscode.window.showInformationMessage(vscode.l10n.t('{0} has not written a log yet.', run.name));
      } else await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: true });
    },
  };
}

/** Menus pass things of their own as second argument. */
function isFromTree(options: ShowOptions | undefined): boolean {
  return options?.preserveFocus === true;
}

async function askEpochs(run: RunSummary): Promise<number | undefined> {
  const wanted = await vscode.window.showInputBox({
    title: vscode.l10n.t('Continue {0}', run.name),
    prompt: vscode.l10n.t('Epochs to add to the {0} it has', run.epochs),
    value: String(run.params['training.epochs'] ?? 10),
    validateInput: (text) =>
      /^[1-9]\d{0,4}$/.test(text.trim()) ? null : vscode.l10n.t('A whole number of at least 1.'),
  });
  return wanted === undefined ? undefined : Number(wanted);
}

/** In the Explorer where it can be shown there, else in the file manager. */
export async function revealFolder(folder: string): Promise<void> {
  const uri = vscode.Uri.file(folder);
  const inWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(inWorkspace ? 'revealInExplorer' : 'revealFileInOS', uri);
}

/** Asks, then moves the runs to the trash; where there is none, asks again. Returns those that are gone. */
async function deleteRuns(runs: readonly RunSummary[]): Promise<RunSummary[]> {
  for (const run of runs) assertNotLive(run.folder);
  const move = vscode.l10n.t('Move to Trash');
  const [first] = runs;
  const question =
    runs.length === 1 && first
      ? vscode.l10n.t('Delete {0}?', first.name)
      : vscode.l10n.t('Delete {0} runs?', runs.length);
  const what = vscode.l10n.t('Curves, checkpoints and models go with them.');
  const detail = runs.length === 1 ? what : `${namesOf(runs)}\n\n${what}`;
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, move)) !== move) return [];
  const gone: RunSummary[] = [];
  const left: RunSummary[] = [];
  for (const run of runs) {
    assertNotLive(run.folder);
    try {
      await vscode.workspace.fs.delete(vscode.Uri.file(run.folder), { recursive: true, useTrash: true });
      gone.push(run);
    } catch {
      left.push(run);
    }
  }
  return left.length === 0 ? gone : [...gone, ...(await deleteForGood(left))];
}

async function deleteForGood(runs: readonly RunSummary[]): Promise<RunSummary[]> {
  const remove = vscode.l10n.t('Delete Permanently');
  const question = vscode.l10n.t("{0} can't be moved to a trash here. Delete permanently?", namesOf(runs));
  if ((await vscode.window.showWarningMessage(question, { modal: true }, remove)) !== remove) return [];
  for (const run of runs) {
    assertNotLive(run.folder);
    await vscode.workspace.fs.delete(vscode.Uri.file(run.folder), { recursive: true, useTrash: false });
  }
  return [...runs];
}

/** Of a question: the first few. */
const NAMED = 8;

function namesOf(runs: readonly RunSummary[]): string {
  const names = runs.slice(0, NAMED).map(({ name }) => name);
  const more = runs.length - names.length;
  return more > 0 ? vscode.l10n.t('{0} and {1} more', names.join(', '), more) : names.join(', ');
}
