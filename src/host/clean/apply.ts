import path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import type { ApplyPlan } from '../../protocol/apply.ts';
import type { AppliedEdits } from '../../protocol/clean-panel.ts';
import { dataSetName } from '../data-sets/propose.ts';
import type { LoupeProcesses } from '../process.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { readApplied, readApplyPlan } from './apply-answer.ts';
import type { CleanPanels } from './clean-panels.ts';
import { rootOfSource } from './known-images.ts';
import type { LabelJournals } from './label-journals.ts';

/** Carries label edits out on the disk with `loupe apply`, after the user has seen exactly what changes. */
export class LabelApply {
  private readonly processes: LoupeProcesses;
  private readonly journals: LabelJournals;
  private readonly panels: () => CleanPanels;
  private readonly undone = new vscode.EventEmitter<{ source: string; outcome: AppliedEdits }>();
  readonly onDidUndo = this.undone.event;
  private readonly done = new vscode.EventEmitter<string>();
  /** Files of a data set were moved or thrown away, or put back. */
  readonly onDidApply = this.done.event;

  constructor(processes: LoupeProcesses, journals: LabelJournals, panels: () => CleanPanels) {
    this.processes = processes;
    this.journals = journals;
    this.panels = panels;
  }

  /** Shows in the panel what would change; the panel's button then applies it. */
  async plan(source: string): Promise<void> {
    await this.panels().show({ source, view: 'apply' });
  }

  /**
   * What applying would change now. Edits that are not saved are saved first: only what is in the journal is applied.
   * @throws Problem `no-edits` and others of `loupe apply`
   */
  async read(source: string): Promise<ApplyPlan & { hash: string }> {
    requireTrust();
    const plan = readApplyPlan(await this.ask(source, ['apply', source, '--dry-run', '--json']));
    if (!plan) throw new Problem('bad-answer', 'loupe apply --dry-run gave no plan.', 'See the log.');
    return plan;
  }

  /**
   * Does what a plan says and nothing else, with progress in a notification; it can be undone as a whole. What came of it is the panel's to say.
   * @param hash of the plan that the user has seen
   * @throws Problem where the plan would be another by now
   */
  async run(source: string, hash: string): Promise<AppliedEdits | null> {
    requireTrust();
    const args = ['apply', source, '--in-place', '--expect', hash, '--json'];
    return readApplied(await this.work(source, args, vscode.l10n.t('Applying label edits')));
  }

  /** Writes a cleaned copy of the data set into a folder that the user chooses. */
  async copy(source: string): Promise<void> {
    requireTrust();
    const chosen = await vscode.window.showOpenDialog({
      ...{ canSelectFolders: true, canSelectFiles: false, defaultUri: vscode.Uri.file(path.dirname(source)) },
      openLabel: vscode.l10n.t('Copy Here'),
      title: vscode.l10n.t('Empty folder for the cleaned copy'),
    });
    const folder = chosen?.[0]?.fsPath;
    if (!folder) return;
    await this.work(source, ['apply', source, '--to', folder, '--json'], vscode.l10n.t('Copying the cleaned data set'));
    void vscode.window.showInformationMessage(vscode.l10n.t('The cleaned copy is in {0}.', folder));
  }

  /** Writes a manifest of the cleaned data set, as a file that the user chooses. */
  async manifest(source: string): Promise<void> {
    requireTrust();
    const target = await vscode.window.showSaveDialog({
      filters: { CSV: ['csv'] },
      defaultUri: vscode.Uri.file(path.join(rootOfSource(source), 'cleaned.csv')),
    });
    if (!target) return;
    const args = ['apply', source, '--manifest', target.fsPath, '--json'];
    await this.work(source, args, vscode.l10n.t('Writing the manifest'));
    void vscode.window.showInformationMessage(
      vscode.l10n.t('{0} names the images of the cleaned data set.', target.fsPath),
    );
  }

  /** Takes back what was applied last. The edits stay in the journal. @param id of an apply, which is taken back and no other */
  async undo(source: string, id: string | null): Promise<void> {
    const args = ['undo', source, ...(id === null ? [] : [id]), '--json'];
    const undone = readApplied(await this.work(source, args, vscode.l10n.t('Taking back what was applied')));
    if (!undone) return;
    this.undone.fire({ source, outcome: undone });
    if (
      this.panels()
        .all()
        .some((panel) => panel.visible && panel.shows(source))
    )
      return;
    const left = undone.refused.length;
    const name = dataSetName(source);
    const text =
      left > 0
        ? vscode.l10n.t(
            '{0} files of {1} are back in their places; {2} were changed since and left alone.',
            undone.done,
            name,
            left,
          )
        : vscode.l10n.t(
            '{0} files of {1} are back in their places; the edits are still in the journal.',
            undone.done,
            name,
          );
    void vscode.window.showInformationMessage(text);
  }

  private async work(source: string, args: string[], title: string): Promise<unknown> {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: false };
    const answer = await vscode.window.withProgress(options, () => this.ask(source, args));
    this.journals.of(source).reread();
    this.done.fire(source);
    return answer;
  }

  private async ask(source: string, args: string[]): Promise<unknown> {
    const journal = this.journals.of(source);
    if (journal.edits.pending().length > 0) await journal.saveAll();
    return await this.processes.ask(args, { cwd: workspaceFolderFor(source) });
  }

  dispose(): void {
    this.undone.dispose();
    this.done.dispose();
  }
}
