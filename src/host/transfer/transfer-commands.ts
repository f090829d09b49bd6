import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { chooseDataSet, chooseFolder } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { commands } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import { readReportFolder } from './answers.ts';
import type { BaselinePanel } from './baseline-panel.ts';
import type { BaselinePanels } from './baseline-panels.ts';
import { chooseWeights } from './choose-weights.ts';
import type { ReportIndex } from './report-index.ts';
import { askZoo } from './weights-commands.ts';
import { badAnswer, work } from './work.ts';

type Ids = typeof commands;
type TransferCommand = Ids['startFromFolder' | 'measureBaseline' | 'whichAlgorithm' | 'openReport' | 'deleteReport'];

export interface TransferParts {
  processes: LoupeProcesses;
  dataSets: DataSetStore;
  index: ReportIndex;
  baselinePanels: BaselinePanels;
}

/** What a tree item or a panel says. */
interface Target {
  source?: string;
  /** File, or name of the zoo; absent: the user is asked. */
  weights?: string | undefined;
  /** Of a report. */
  id?: string;
}

/** Commands around pretrained networks: a first run, and what to expect of one. */
export function transferCommands(parts: TransferParts): Handlers<TransferCommand> {
  const { processes, dataSets, index, baselinePanels } = parts;

  const sourceOf = async (target: vscode.Uri | Target | undefined, placeHolder: string) =>
    target instanceof vscode.Uri ? target.fsPath : (target?.source ?? (await chooseDataSet(dataSets, placeHolder)));
  /** Runs a verb that keeps a report, and shows the report. */
  const measure = async (title: string, source: string, args: string[]): Promise<BaselinePanel> => {
    const folder = readReportFolder(await work(processes, title, source, args));
    if (folder === null) throw badAnswer(args[0] ?? '');
    if (!dataSets.get(source)) await dataSets.add(source);
    index.refresh();
    return baselinePanels.showReport(source, path.basename(folder));
  };

  return {
    async [commands.startFromFolder](target?: vscode.Uri | Target) {
      requireTrust();
      const given = target instanceof vscode.Uri ? { source: target.fsPath } : target;
      const source = given?.source ?? (await chooseFolder());
      if (source === undefined) return;
      const title = vscode.l10n.t('Planning a first run on {0}', dataSetName(source));
      const weights = given?.weights === undefined ? [] : ['--weights', given.weights];
      const panel = await measure(title, source, ['start', source, '--no-train', ...weights]);
      const { plan, network } = index.read(panel.selected ?? '');
      if (plan) offerNext(plan.config, source, network !== null);
      return panel;
    },
    async [commands.measureBaseline](target?: vscode.Uri | Target) {
      requireTrust();
      const source = await sourceOf(target, vscode.l10n.t('What to expect of which data set?'));
      if (source === undefined) return;
      const weights = weightsOf(target) ?? (await chooseWeights(await askZoo(processes)));
      if (weights === undefined) return;
      const title = vscode.l10n.t('Baseline of {0}', dataSetName(source));
      return await measure(title, source, ['baseline', source, '--weights', weights]);
    },
    async [commands.whichAlgorithm](target?: vscode.Uri | Target) {
      requireTrust();
      const source = await sourceOf(target, vscode.l10n.t('Compare algorithms on which data set?'));
      const features = source === undefined ? undefined : await chooseFeatures(processes);
      if (source === undefined || features === undefined) return;
      const title = vscode.l10n.t('Which algorithm fits {0}', dataSetName(source));
      return await measure(title, source, ['which', source, ...features]);
    },
    async [commands.openReport](target?: vscode.Uri | Target) {
      const source = await sourceOf(target, vscode.l10n.t('What to expect of which data set?'));
      if (source === undefined) return;
      return baselinePanels.showReport(source, (target instanceof vscode.Uri ? null : target?.id) ?? null);
    },
    async [commands.deleteReport](target?: Target) {
      if (target?.id === undefined) return;
      const remove = vscode.l10n.t('Delete');
      const question = vscode.l10n.t('Delete this report?');
      const detail = vscode.l10n.t(
        'Only the report goes: what it was measured from stays, and it can be measured again.',
      );
      if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
      fs.rmSync(index.folderOf(target.id), { recursive: true, force: true });
      index.refresh();
    },
  };
}

function weightsOf(target: vscode.Uri | Target | undefined): string | undefined {
  return target instanceof vscode.Uri ? undefined : target?.weights;
}

/** What comes after a plan: the training; or, where there were no weights to begin with, getting some. */
function offerNext(config: string, source: string, pretrained: boolean): void {
  const train = vscode.l10n.t('Train');
  const get = vscode.l10n.t('Get Pretrained Weights…');
  const ready = vscode.l10n.t('{0} is ready to train.', path.basename(config));
  const without = vscode.l10n.t(
    '{0} is ready, but begins with random weights: there are no pretrained ones here, and they nearly always help.',
    path.basename(config),
  );
  const question = pretrained
    ? vscode.window.showInformationMessage(ready, train)
    : vscode.window.showInformationMessage(without, get, train);
  void question.then(async (answer) => {
    if (answer === train) await vscode.commands.executeCommand(commands.trainConfig, vscode.Uri.file(config));
    if (answer !== get) return;
    const weights = await vscode.commands.executeCommand<string | undefined>(commands.getWeights);
    if (weights !== undefined) await vscode.commands.executeCommand(commands.startFromFolder, { source, weights });
  });
}

/** What the algorithms are to see, as arguments of `loupe which`. */
async function chooseFeatures(processes: LoupeProcesses): Promise<string[] | undefined> {
  const picks = [
    {
      label: vscode.l10n.t('Features of a pretrained network'),
      detail: vscode.l10n.t('Usually by far the best.'),
      needs: 'weights',
    },
    {
      label: vscode.l10n.t('Shapes and colours'),
      detail: vscode.l10n.t('Histograms of gradients (HOG) and of colours; needs no weights.'),
      needs: 'nothing',
    },
    {
      label: vscode.l10n.t('Both'),
      detail: vscode.l10n.t('Shows what the pretrained network is worth; takes twice as long.'),
      needs: 'weights',
    },
  ];
  const pick = await vscode.window.showQuickPick(picks, {
    placeHolder: vscode.l10n.t('What should the algorithms see of an image?'),
  });
  if (!pick) return undefined;
  const handmade = pick === picks[0] ? [] : ['--features', 'hog-color'];
  if (pick.needs === 'nothing') return handmade;
  const weights = await chooseWeights(await askZoo(processes));
  return weights === undefined ? undefined : ['--weights', weights, ...handmade];
}
