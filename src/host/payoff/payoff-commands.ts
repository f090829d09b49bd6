import * as vscode from 'vscode';
import { isRecord } from '../../jobs/record.ts';
import { Problem } from '../../problem.ts';
import type { PayoffReport } from '../../protocol/payoff.ts';
import type { LabelJournals } from '../clean/label-journals.ts';
import type { ComparePanels } from '../compare/compare-panels.ts';
import { savedConfig } from '../configs/config-commands.ts';
import { chooseDataSet } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { commands, configSuffix } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import { defaultEngine } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { payoffMessage, payoffProgress } from './payoff-text.ts';

export interface PayoffParts {
  dataSets: DataSetStore;
  processes: LoupeProcesses;
  comparisons: ComparePanels;
  journals: LabelJournals;
}

/** Trains with and without the label edits and says what cleaning has changed; ends in the comparison of the runs. */
export function payoffCommands({
  dataSets,
  processes,
  comparisons,
  journals,
}: PayoffParts): Handlers<(typeof commands)['measurePayoff']> {
  return {
    /** @param target a config's URI or a data set of the tree; nothing: the config in the editor, else a data set */
    async [commands.measurePayoff](target?: vscode.Uri | { source: string }) {
      requireTrust();
      const subject = await subjectOf(target, dataSets);
      const seeds = subject && (await chooseSeeds());
      if (!subject || !seeds) return;
      // What is not saved is in no training.
      const journal = journals.of(subject);
      if (journal.edits.pending().length > 0) await journal.saveAll();
      const report = await measure(processes, subject, seeds);
      const compare = vscode.l10n.t('Compare the Runs');
      const chosen = await vscode.window.showInformationMessage(payoffMessage(report, vscode.l10n.t), compare);
      const runs = report.runs.flatMap(({ folder }) => folder ?? []);
      if (chosen === compare) comparisons.show({ kind: 'chosen', runs: runs.sort() });
    },
  };
}

async function subjectOf(
  target: vscode.Uri | { source: string } | undefined,
  dataSets: DataSetStore,
): Promise<string | undefined> {
  if (target !== undefined && !(target instanceof vscode.Uri)) return target.source;
  const uri = target ?? vscode.window.activeTextEditor?.document.uri;
  if (uri?.path.endsWith(configSuffix)) return await savedConfig(uri);
  workspaceFolderFor(null);
  return await chooseDataSet(dataSets, vscode.l10n.t('The payoff of cleaning which data set?'));
}

interface SeedPick extends vscode.QuickPickItem {
  seeds: number;
}

async function chooseSeeds(): Promise<number | undefined> {
  const picks = [3, 5, 1].map(
    (seeds): SeedPick => ({
      seeds,
      label: seeds === 1 ? vscode.l10n.t('1 seed') : vscode.l10n.t('{0} seeds', seeds),
      description: vscode.l10n.t('{0} trainings', 2 * seeds),
      detail:
        seeds === 1
          ? vscode.l10n.t('Quick; the luck of training can’t be told from the change.')
          : vscode.l10n.t('Tells the change from the luck of training.'),
    }),
  );
  const placeHolder = vscode.l10n.t('Train with and without your edits, with how many seeds each?');
  return (await vscode.window.showQuickPick(picks, { placeHolder }))?.seeds;
}

async function measure(processes: LoupeProcesses, subject: string, seeds: number): Promise<PayoffReport> {
  const workspace = workspaceFolderFor(subject);
  const { name, threads } = defaultEngine(vscode.Uri.file(workspace));
  const isConfig = subject.endsWith(configSuffix);
  const engine = isConfig ? [] : ['--set', `engine.name=${name}`, '--set', `engine.threads=${threads}`];
  const args = ['payoff', subject, '--seeds', String(seeds), ...engine, '--json', '--progress', 'json'];
  const where = vscode.ProgressLocation.Notification;
  const title = vscode.l10n.t('Payoff of cleaning');
  const answer = await vscode.window.withProgress(
    { location: where, title, cancellable: true },
    async (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const onLine = (line: string) => {
        const message = payoffProgress(line, vscode.l10n.t);
        if (message !== null) progress.report({ message });
      };
      return await processes.ask(args, { cwd: workspace, signal: controller.signal, onLine });
    },
  );
  if (!isReport(answer)) throw new Problem('bad-answer', vscode.l10n.t('loupe payoff gave no report.'), '');
  return answer;
}

function isReport(value: unknown): value is PayoffReport {
  return isRecord(value) && value.version === 1 && Array.isArray(value.runs) && Array.isArray(value.seeds);
}
