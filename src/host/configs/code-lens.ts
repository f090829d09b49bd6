import * as vscode from 'vscode';
import { isActive } from '../../jobs/status.ts';
import { commands, configSuffix } from '../ids.ts';
import type { FinderIndex, FoundRate } from '../lr-finder/finder-index.ts';
import type { RunStore } from '../runs/run-store.ts';
import { describeRun } from '../runs/run-text.ts';
import { runsOf } from './config-commands.ts';

/** "Train", the learning rate, the layers, the schedule and the newest run, above the first line of a `*.loupe.json`. */
export class ConfigLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly store: RunStore;
  private readonly index: FinderIndex;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly disposable: vscode.Disposable;

  constructor(store: RunStore, index: FinderIndex) {
    this.store = store;
    this.index = index;
    const selector = { scheme: 'file', pattern: `**/*${configSuffix}` };
    this.disposable = vscode.Disposable.from(
      vscode.languages.registerCodeLensProvider(selector, this),
      store.onDidChange(() => this.changed.fire()),
      index.onDidChange(() => this.changed.fire()),
      this.changed,
    );
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const top = new vscode.Range(0, 0, 0, 0);
    const file = document.uri.fsPath;
    const lenses: vscode.Command[] = [];
    if (vscode.workspace.isTrusted) {
      lenses.push({
        command: commands.trainConfig,
        title: `$(play) ${vscode.l10n.t('Train')}`,
        arguments: [document.uri],
      });
      lenses.push({
        command: commands.findRate,
        title: `$(pulse) ${vscode.l10n.t('Find Learning Rate')}`,
        arguments: [document.uri],
      });
      lenses.push({
        command: commands.previewAugment,
        title: `$(eye) ${vscode.l10n.t('Preview Augmentation')}`,
        arguments: [document.uri],
      });
      lenses.push({
        command: commands.chooseLayers,
        title: `$(list-tree) ${vscode.l10n.t('Trainable Layers')}`,
        arguments: [document.uri],
      });
    }
    const found = this.index.newestFor(file);
    if (found) {
      lenses.push({ command: commands.openFinder, title: foundText(found), arguments: [found.finder.folder] });
    }
    lenses.push({
      command: commands.previewSchedule,
      title: `$(graph) ${vscode.l10n.t('Preview Schedule')}`,
      arguments: [document.uri],
    });
    const runs = runsOf(file, this.store.all());
    const [newest] = runs;
    if (newest) {
      const about = describeRun(newest, vscode.l10n.t);
      const title = `$(graph-line) ${vscode.l10n.t('Open Run')}${about ? ` (${about})` : ''}`;
      lenses.push({ command: commands.openRun, title, arguments: [newest.folder] });
    }
    if (runs.length > 1) {
      const title = vscode.l10n.t('All {0} runs', runs.length);
      lenses.push({ command: commands.openRunOfConfig, title, arguments: [document.uri] });
    }
    return lenses.map((command) => new vscode.CodeLens(top, command));
  }

  dispose(): void {
    this.disposable.dispose();
  }
}

/** What the newest search for a rate came to, and whether it still holds. */
function foundText({ finder, stale, used }: FoundRate): string {
  const { verdict, state } = finder;
  if (isActive(state)) return `$(loading~spin) ${vscode.l10n.t('looking for the rate…')}`;
  if (!verdict?.usable) return `$(warning) ${vscode.l10n.t('no usable rate found')}`;
  const rate = verdict.rate;
  if (stale) return `$(warning) ${vscode.l10n.t('found {0}, for other settings', rate)}`;
  return used ? `$(check) ${vscode.l10n.t('found {0}, in use', rate)}` : vscode.l10n.t('found {0}', rate);
}
