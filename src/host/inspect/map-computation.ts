import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import type { MapJob } from '../../protocol/inspect-panel.ts';
import type { IssueSearch } from '../clean/issue-search.ts';

interface Network extends vscode.QuickPickItem {
  /** Run's folder or name in the zoo; null: the best at hand; undefined: a file that is to be chosen. */
  weights: string | null | undefined;
}

/** The map of a data set is drawn by the search for issues, which describes all images anyway; this is the panel's side of it. */
export class MapComputation implements vscode.Disposable {
  private readonly search: IssueSearch;
  private readonly source: string;
  private readonly onChange: () => void;
  private readonly subscription: vscode.Disposable;
  private problem: MapJob['problem'] = null;

  constructor(search: IssueSearch, source: string, onChange: () => void) {
    this.search = search;
    this.source = source;
    this.onChange = onChange;
    this.subscription = search.onDidChange((changed) => changed === source && onChange());
  }

  get job(): MapJob {
    const progress = this.search.progressOf(this.source);
    const { problem } = this;
    return progress ? { running: true, ...progress, problem } : { running: false, text: '', share: null, problem };
  }

  /**
   * Asks by which network, and computes; what goes wrong is in `job`.
   * @param models runs that can describe images. @param zoo published weights that are on this machine
   */
  async compute(
    method: 'pca' | 'umap',
    models: readonly { folder: string; name: string }[],
    zoo: readonly string[],
  ): Promise<void> {
    const weights = await chooseNetwork(models, zoo);
    if (weights === undefined) return;
    this.problem = null;
    try {
      await this.search.find(this.source, { weights, map: method });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = { message: error.message, advice: error.advice };
    }
    this.onChange();
  }

  cancel(): void {
    this.search.cancel(this.source);
  }

  dispose(): void {
    this.subscription.dispose();
  }
}

/** Undefined: the user thought better of it. */
async function chooseNetwork(
  models: readonly { folder: string; name: string }[],
  zoo: readonly string[],
): Promise<string | null | undefined> {
  const best: Network = { label: `$(sparkle) ${vscode.l10n.t('The best network at hand')}`, weights: null };
  const published = zoo.map(
    (name): Network => ({ label: `$(package) ${name}`, description: vscode.l10n.t('pretrained'), weights: name }),
  );
  const runs = models.map(
    ({ folder, name }): Network => ({ label: `$(beaker) ${name}`, description: vscode.l10n.t('run'), weights: folder }),
  );
  const file: Network = { label: `$(file) ${vscode.l10n.t('A file of weights…')}`, weights: undefined };
  const chosen = await vscode.window.showQuickPick([best, ...published, ...runs, file], {
    placeHolder: vscode.l10n.t('Place the images by what which network sees in them?'),
  });
  if (!chosen || chosen.weights !== undefined) return chosen?.weights;
  const [uri] =
    (await vscode.window.showOpenDialog({
      openLabel: vscode.l10n.t('Use Weights'),
      filters: { [vscode.l10n.t('Weights')]: ['safetensors', 'pth', 'pt', 'bin', 'h5', 'keras', 'onnx'] },
    })) ?? [];
  return uri?.fsPath;
}
