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

/** Commands that do something with one run. */
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
    async [commands.stopRun](argument?: unknown) {
      const texts = {
        choose: vscode.l10n.t('Stop which run?'),
        none: vscode.l10n.t('No run is going on.'),
        direct: true,
      };
      const run = await targets.find(argument, canStop, texts);
      if (run && canStop(run)) requestStop(run.folder);
      store.refresh();
    },
    async [commands.resumeRun](argument?: unknown) {
      requireTrust();
      const texts = {
        choose: vscode.l10n.t('Resume which run?'),
        none: vscode.l10n.t('No run can be resumed.'),
        direct: true,
      };
      const run = await targets.find(argument, canResume, texts);
      if (!run) return;
      resumeRun(run.folder);
      requeue(run);
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
    async [commands.copyRunPath](argument?: unknown) {
      const run = await choose(argument, vscode.l10n.t('Copy the path of which run?'));
      if (run) await vscode.env.clipboard.writeText(run.folder);
    },
    async [commands.deleteRun](argument?: unknown) {
      const texts = { choose: vscode.l10n.t('Delete which run?'), none: vscode.l10n.t('There is no run to delete.') };
      const run = await targets.find(argument, ({ state }) => !isActive(state), texts);
      if (!run || !(await deleteRun(run))) return;
      panels.close(run.folder);
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

/** Asks, then moves the run to the trash; where there is none, asks again. Returns whether the run is gone. */
async function deleteRun(run: RunSummary): Promise<boolean> {
  assertNotLive(run.folder);
  const move = vscode.l10n.t('Move to Trash');
  const detail = vscode.l10n.t('Its curves, checkpoints and model go with it.');
  const question = vscode.l10n.t('Delete {0}?', run.name);
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, move)) !== move) return false;
  assertNotLive(run.folder);
  const uri = vscode.Uri.file(run.folder);
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
    return true;
  } catch {
    return await deleteForGood(run, uri);
  }
}

async function deleteForGood(run: RunSummary, uri: vscode.Uri): Promise<boolean> {
  const remove = vscode.l10n.t('Delete Permanently');
  const question = vscode.l10n.t("{0} can't be moved to a trash here. Delete it permanently?", run.name);
  if ((await vscode.window.showWarningMessage(question, { modal: true }, remove)) !== remove) return false;
  assertNotLive(run.folder);
  await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false });
  return true;
}
