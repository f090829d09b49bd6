import path from 'node:path';
import * as vscode from 'vscode';
import { sortRuns } from '../../jobs/sort.ts';
import { Problem } from '../../problem.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { setContextKey } from '../context-keys.ts';
import { commands, contextKeys } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import type { RunPanels } from '../run-panel/run-panels.ts';
import type { RunStore } from '../runs/run-store.ts';
import { percent } from '../runs/run-text.ts';
import { requireTrust } from '../trust.ts';
import { bar, type Prediction, readPredictions } from './prediction.ts';

/** Files that the pickers offer. */
export const imageExtensions: readonly string[] = [
  'jpg',
  'jpeg',
  'png',
  'webp',
  'gif',
  'tif',
  'tiff',
  'avif',
  'bmp',
  'svg',
];

export interface ClassifyParts {
  store: RunStore;
  panels: RunPanels;
  processes: LoupeProcesses;
}

/** Classifies images with the run of the best validation accuracy, or with the run it is called for. */
export function classifyCommand(parts: ClassifyParts): Handlers<(typeof commands)['classify']> {
  return {
    async [commands.classify](target?: unknown, selected?: unknown) {
      requireTrust();
      await parts.store.ready();
      const run = typeof target === 'string' ? parts.store.get(target) : bestRun(parts.store.all());
      if (!run?.hasModel) {
        throw new Problem(
          'no-model',
          vscode.l10n.t('There is no trained model yet.'),
          vscode.l10n.t('Train one first.'),
        );
      }
      const images = imagesOf(target, selected) ?? (await chooseImages());
      if (images.length === 0) return undefined;
      const predictions = await predict(parts.processes, run, images);
      setContextKey(contextKeys.imageClassified, true);
      void show(predictions, run, parts.panels);
      return predictions;
    },
  };
}

/** Of the runs with a model: the best validation accuracy, runs without one last. */
export function bestRun(runs: readonly RunSummary[]): RunSummary | undefined {
  return sortRuns(
    runs.filter(({ hasModel }) => hasModel),
    'val_accuracy',
  )[0];
}

/** From the Explorer: the file clicked on and all that are selected with it; from the palette: the image that is open. */
function imagesOf(target: unknown, selected: unknown): vscode.Uri[] | null {
  if (Array.isArray(selected) && selected.length > 0) return selected.filter((uri) => uri instanceof vscode.Uri);
  if (target instanceof vscode.Uri) return [target];
  const open = target === undefined ? openImageUri() : undefined;
  return open ? [open] : null;
}

function openImageUri(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  return uri?.scheme === 'file' && imageExtensions.includes(extensionOf(uri)) ? uri : undefined;
}

function extensionOf(uri: vscode.Uri): string {
  return path.extname(uri.fsPath).slice(1).toLowerCase();
}

async function chooseImages(): Promise<vscode.Uri[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: vscode.l10n.t('Classify'),
    filters: { [vscode.l10n.t('Images')]: [...imageExtensions] },
    ...(folder ? { defaultUri: folder } : {}),
  });
  return chosen ?? [];
}

async function predict(processes: LoupeProcesses, run: RunSummary, images: vscode.Uri[]): Promise<Prediction[]> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Classifying with {0}', run.name),
    cancellable: true,
  };
  return await vscode.window.withProgress(options, async (_, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const files = images.map(({ fsPath }) => fsPath);
    const answer = await processes.ask(
      ['predict', run.folder, ...files, '--json', '--top', '5', '--progress', 'none'],
      {
        cwd: run.folder,
        signal: abort.signal,
      },
    );
    return readPredictions(answer);
  });
}

interface ResultPick extends vscode.QuickPickItem {
  act?: () => Thenable<unknown>;
}

/** One image: it opens, with its five most likely classes above. Several: a list of them with their class. */
async function show(predictions: Prediction[], run: RunSummary, panels: RunPanels): Promise<void> {
  const [first] = predictions;
  if (!first) return;
  if (predictions.length === 1 && openImageUri()?.fsPath !== first.path) await openImage(first.path, true);
  const quickPick = vscode.window.createQuickPick<ResultPick>();
  quickPick.title =
    predictions.length === 1
      ? vscode.l10n.t('{0}, by {1}', path.basename(first.path), run.name)
      : vscode.l10n.t('{0} images, by {1}', predictions.length, run.name);
  quickPick.placeholder = headline(predictions);
  quickPick.items = predictions.length === 1 ? classPicks(first) : imagePicks(predictions);
  const openRun = { iconPath: new vscode.ThemeIcon('graph-line'), tooltip: vscode.l10n.t('Open Run') };
  const again = { iconPath: new vscode.ThemeIcon('folder-opened'), tooltip: vscode.l10n.t('Classify other images…') };
  quickPick.buttons = [openRun, again];
  quickPick.onDidTriggerButton((button) => {
    quickPick.hide();
    if (button === openRun) panels.show(run.folder);
    else void vscode.commands.executeCommand(commands.classify, run.folder);
  });
  quickPick.onDidAccept(() => {
    const [chosen] = quickPick.selectedItems;
    quickPick.hide();
    void chosen?.act?.();
  });
  quickPick.onDidHide(() => quickPick.dispose());
  quickPick.show();
}

function headline(predictions: Prediction[]): string {
  const [first] = predictions;
  if (predictions.length > 1 || !first) return vscode.l10n.t('Choose an image to open it');
  const [best] = first.top;
  return best ? `${best.label}: ${percent(best.probability)}` : (first.skipped ?? '');
}

function classPicks(prediction: Prediction): ResultPick[] {
  if (prediction.skipped !== null) return [{ label: `$(warning) ${prediction.skipped}`, alwaysShow: true }];
  return prediction.top.map(({ label, probability }) => ({
    label,
    description: percent(probability),
    detail: bar(probability),
    alwaysShow: true,
  }));
}

function imagePicks(predictions: Prediction[]): ResultPick[] {
  return predictions.map((prediction) => {
    const [best] = prediction.top;
    const verdict = best ? `${best.label} · ${percent(best.probability)}` : `$(warning) ${prediction.skipped ?? ''}`;
    return {
      label: path.basename(prediction.path),
      description: verdict,
      act: () => openImage(prediction.path, false),
    };
  });
}

function openImage(file: string, preserveFocus: boolean): Thenable<unknown> {
  return vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), { preview: true, preserveFocus });
}
