import path from 'node:path';
import * as vscode from 'vscode';
import { loupeFolderOf, pinBaseline } from '../../jobs/compare/baseline.ts';
import { Problem } from '../../problem.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { commands, settings } from '../ids.ts';
import type { Handlers } from '../register.ts';
import type { RunPanels } from '../run-panel/run-panels.ts';
import { runPicks } from '../runs/pick-run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { RunTargets } from '../runs/run-target.ts';
import { localFolders } from '../workspace.ts';
import type { ComparePanels } from './compare-panels.ts';

type Ids = typeof commands;
type CompareCommand = Ids['compareRuns' | 'compareAll' | 'compareWith' | 'pinBaseline' | 'addForeignRuns'];

export interface CompareCommandParts {
  store: RunStore;
  targets: RunTargets;
  panels: RunPanels;
  comparisons: ComparePanels;
}

/** Commands that open a comparison, or decide what stands in it. */
export function compareCommands({
  store,
  targets,
  panels,
  comparisons,
}: CompareCommandParts): Handlers<CompareCommand> {
  const compare = (runs: readonly string[]) => comparisons.show({ kind: 'chosen', runs: [...runs].sort() });
  return {
    /** From the tree with the run that was clicked and all that are selected; else asks. */
    async [commands.compareRuns](clicked?: unknown, selected?: unknown) {
      await store.ready();
      const chosen = Array.isArray(selected) ? selected.filter((run) => typeof run === 'string') : [];
      if (chosen.length > 1) return compare(chosen);
      const first = typeof clicked === 'string' ? store.get(clicked) : undefined;
      const runs = await pickRuns(store.all(), first ? [first] : []);
      return runs && compare(runs.map(({ folder }) => folder));
    },
    [commands.compareAll]: () => comparisons.show({ kind: 'query', query: '' }),
    /** The run of the Run panel in front, and others. */
    async [commands.compareWith](argument?: unknown) {
      await store.ready();
      const folder = typeof argument === 'string' ? argument : panels.active();
      const shown = folder === null ? undefined : store.get(folder);
      const runs = await pickRuns(store.all(), shown ? [shown] : []);
      return runs && compare(runs.map((run) => run.folder));
    },
    async [commands.pinBaseline](argument?: unknown) {
      const texts = {
        choose: vscode.l10n.t('Pin which run as baseline?'),
        none: vscode.l10n.t('There is no run yet.'),
      };
      const run = await targets.find(argument, () => true, texts);
      if (!run) return;
      pinBaseline(loupeFolderOf(run.folder), path.basename(run.folder));
      const message = vscode.l10n.t('{0} is the baseline: other runs are measured against it.', run.name);
      vscode.window.setStatusBarMessage(message, 5000);
    },
    [commands.addForeignRuns]: addForeignFolder,
  };
}

/** Asks for at least two runs, newest first; `first` are chosen already. Undefined: the user thought better of it. */
async function pickRuns(all: readonly RunSummary[], first: readonly RunSummary[]): Promise<RunSummary[] | undefined> {
  if (all.length < 2) {
    throw new Problem('too-few-runs', vscode.l10n.t('A comparison needs two runs, and there is {0}.', all.length), '');
  }
  const folders = new Set(first.map(({ folder }) => folder));
  const picks = runPicks(all).map((pick) => ({ ...pick, picked: folders.has(pick.run.folder) }));
  const chosen = await vscode.window.showQuickPick(picks, {
    placeHolder: vscode.l10n.t('Compare which runs? Choose two or more'),
    canPickMany: true,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) return undefined;
  if (chosen.length < 2) throw new Problem('too-few-runs', vscode.l10n.t('Choose at least two runs.'), '');
  return chosen.map(({ run }) => run);
}

/** Adds a folder of another tool's runs to the workspace's settings. */
async function addForeignFolder(): Promise<void> {
  const [root] = localFolders();
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: vscode.l10n.t('Add Runs'),
      title: vscode.l10n.t('Folder of TensorBoard, MLflow, Keras, Lightning or DVC runs'),
      ...(root ? { defaultUri: vscode.Uri.file(root) } : {}),
    })) ?? [];
  if (!folder) return;
  const below = root ? path.relative(root, folder.fsPath) : folder.fsPath;
  const entry =
    below.startsWith('..') || path.isAbsolute(below) ? folder.fsPath : below.replaceAll(path.sep, '/') || '.';
  const configuration = vscode.workspace.getConfiguration();
  const known = configuration.get<string[]>(settings.foreignFolders) ?? [];
  if (known.includes(entry)) return;
  await configuration.update(settings.foreignFolders, [...known, entry], vscode.ConfigurationTarget.Workspace);
}
