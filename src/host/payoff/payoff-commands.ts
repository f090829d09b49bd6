import fs from 'node:fs';
import * as vscode from 'vscode';
import { isPayoffReport } from '../../jobs/payoff-reports.ts';
import { Problem } from '../../problem.ts';
import type { PayoffReport } from '../../protocol/payoff.ts';
import type { LabelJournals } from '../clean/label-journals.ts';
import type { ComparePanels } from '../compare/compare-panels.ts';
import { savedConfig } from '../configs/config-commands.ts';
import { chooseDataSet } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { commands, configSuffix } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import { defaultEngine } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import type { PayoffDocuments } from './payoff-documents.ts';
import type { PayoffIndex } from './payoff-index.ts';
import { payoffFigure, payoffMessage, payoffProgress } from './payoff-text.ts';

export interface PayoffParts {
  dataSets: DataSetStore;
  processes: LoupeProcesses;
  comparisons: ComparePanels;
  journals: LabelJournals;
  payoffs: PayoffIndex;
  payoffDocuments: PayoffDocuments;
}

/** What a tree item or a panel says. */
interface PayoffTarget {
  source?: string;
  /** Of a report; absent: the newest. */
  id?: string;
}

type Ids = typeof commands;
type PayoffCommand = Ids['measurePayoff' | 'showPayoff' | 'comparePayoff' | 'deletePayoff'];

/** Trains with and without the label edits and says what cleaning has changed; the report is kept, and shown whenever it is asked for. */
export function payoffCommands(parts: PayoffParts): Handlers<PayoffCommand> {
  const { dataSets, processes, comparisons, journals, payoffs, payoffDocuments } = parts;
  const compareRuns = ({ runs }: PayoffReport) => {
    comparisons.show({ kind: 'chosen', runs: runs.flatMap(({ folder }) => folder ?? []).sort() });
  };
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
      payoffs.refresh();
      const [compare, show] = [vscode.l10n.t('Compare the Runs'), vscode.l10n.t('Show Report')];
      const chosen = await vscode.window.showInformationMessage(payoffMessage(report, vscode.l10n.t), compare, show);
      if (chosen === compare) compareRuns(report);
      if (chosen === show) await payoffDocuments.show(report);
    },
    async [commands.showPayoff](target?: PayoffTarget) {
      const report = await reportOf(target, payoffs);
      if (!report && !payoffs.newest(target?.source)) await offerToMeasure(target?.source);
      return report && (await payoffDocuments.show(report));
    },
    async [commands.comparePayoff](target?: PayoffTarget) {
      const report = await reportOf(target, payoffs);
      if (report) compareRuns(report);
    },
    async [commands.deletePayoff](target?: PayoffTarget) {
      if (target?.id === undefined) return;
      const remove = vscode.l10n.t('Delete');
      const question = vscode.l10n.t('Delete this payoff?');
      const detail = vscode.l10n.t('Only the report goes: its trainings stay among the runs.');
      if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
      fs.rmSync(payoffs.folderOf(target.id), { recursive: true, force: true });
      payoffs.refresh();
    },
  };
}

async function offerToMeasure(source: string | undefined): Promise<void> {
  const measureNow = vscode.l10n.t('Measure Cleaning Payoff…');
  const none = vscode.l10n.t('No payoff of cleaning was measured here yet.');
  if ((await vscode.window.showInformationMessage(none, measureNow)) !== measureNow) return;
  await vscode.commands.executeCommand(commands.measurePayoff, source === undefined ? undefined : { source });
}

/** The one that is meant; of several data sets the user's choice, of each the newest. Undefined: there is none, or none was chosen. */
async function reportOf(target: PayoffTarget | undefined, payoffs: PayoffIndex): Promise<PayoffReport | undefined> {
  const { source, id } = target ?? {};
  if (id !== undefined) return payoffs.all().find((report) => report.id === id);
  if (source !== undefined) return payoffs.newest(source);
  const sources = [...new Set(payoffs.all().map((report) => report.source))];
  if (sources.length < 2) return payoffs.newest();
  const picks = sources.flatMap((one) => {
    const report = payoffs.newest(one);
    return report ? [{ label: dataSetName(one), description: payoffFigure(report), report }] : [];
  });
  const placeHolder = vscode.l10n.t('The payoff of cleaning which data set?');
  return (await vscode.window.showQuickPick(picks, { placeHolder }))?.report;
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
  if (!isPayoffReport(answer)) throw new Problem('bad-answer', vscode.l10n.t('loupe payoff gave no report.'), '');
  return answer;
}
