import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import type { ApplyOutcome, ApplyPlan } from '../../protocol/apply.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { commands } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { readApplyOutcome, readApplyPlan } from './apply-answer.ts';
import type { CleanPanels } from './clean-panels.ts';
import type { LabelJournals } from './label-journals.ts';

/** Carries label edits out on the disk with `loupe apply`, after the user has seen exactly what changes. */
export class LabelApply {
  private readonly processes: LoupeProcesses;
  private readonly journals: LabelJournals;
  private readonly panels: () => CleanPanels;
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
  async read(source: string): Promise<ApplyPlan> {
    requireTrust();
    const plan = readApplyPlan(await this.ask(source, ['apply', source, '--dry-run', '--json']));
    if (!plan) throw new Problem('bad-answer', 'loupe apply --dry-run gave no plan.', 'See the log.');
    return plan;
  }

  /** Does it, with progress in a notification; it can be undone as a whole. */
  async run(source: string): Promise<ApplyOutcome | null> {
    requireTrust();
    const outcome = await this.work(
      source,
      ['apply', source, '--yes', '--json'],
      vscode.l10n.t('Applying label edits'),
    );
    if (!outcome) return null;
    const undo = vscode.l10n.t('Undo');
    const text = vscode.l10n.t(
      '{0} of {1} changes applied to {2}.',
      outcome.done,
      outcome.plan.steps.length,
      dataSetName(source),
    );
    void vscode.window.showInformationMessage(text, undo).then((choice) => {
      if (choice === undo) void vscode.commands.executeCommand(commands.undoApply, { source });
    });
    return outcome;
  }

  async undo(source: string): Promise<void> {
    const outcome = await this.work(source, ['undo', source, '--json'], vscode.l10n.t('Taking back what was applied'));
    if (!outcome) return;
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} is as it was before the edits were applied; the edits are in the journal still.',
        dataSetName(source),
      ),
    );
  }

  private async work(source: string, args: string[], title: string): Promise<ApplyOutcome | null> {
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: false };
    const answer = await vscode.window.withProgress(options, () => this.ask(source, args));
    this.journals.of(source).reread();
    this.done.fire(source);
    return readApplyOutcome(answer);
  }

  private async ask(source: string, args: string[]): Promise<unknown> {
    const journal = this.journals.of(source);
    if (journal.edits.pending().length > 0) await journal.saveAll();
    return await this.processes.ask(args, { cwd: workspaceFolderFor(source) });
  }

  dispose(): void {
    this.done.dispose();
  }
}
