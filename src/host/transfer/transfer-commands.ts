import path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import { chooseDataSet, chooseFolder } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { commands, settings } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import {
  isFields,
  readAlgorithms,
  readBaseline,
  readProgress,
  readStart,
  readZoo,
  textOf,
  type ZooAnswer,
} from './answers.ts';
import { browseWeights, chooseWeights } from './choose-weights.ts';
import type { ReportDocuments } from './report-documents.ts';
import { algorithmReport, baselineReport, importReport, startReport } from './reports.ts';

type Ids = typeof commands;
type TransferCommand = Ids['startFromFolder' | 'measureBaseline' | 'whichAlgorithm' | 'getWeights' | 'importWeights'];

export interface TransferParts {
  processes: LoupeProcesses;
  dataSets: DataSetStore;
  reports: ReportDocuments;
}

interface Node {
  source: string;
}

/** Commands around pretrained networks: a first run, what to expect of one, and getting the weights. */
export function transferCommands(parts: TransferParts): Handlers<TransferCommand> {
  const { processes, dataSets, reports } = parts;

  const sourceOf = async (target: vscode.Uri | Node | undefined) =>
    target instanceof vscode.Uri ? target.fsPath : (target?.source ?? (await chooseDataSet(dataSets)));
  const zoo = async () => {
    const entries = readZoo(await processes.ask(['zoo', '--json'], { cwd: workspaceFolderFor(null) }));
    if (!entries) throw badAnswer('zoo');
    return entries;
  };

  return {
    async [commands.startFromFolder](target?: vscode.Uri | Node) {
      requireTrust();
      const folder = target instanceof vscode.Uri ? target.fsPath : (target?.source ?? (await chooseFolder()));
      if (folder === undefined) return;
      const name = dataSetName(folder);
      const args = ['start', folder, '--no-train'];
      const answer = readStart(await work(processes, vscode.l10n.t('Planning a first run on {0}', name), folder, args));
      if (!answer) throw badAnswer('start');
      await dataSets.add(folder);
      await vscode.window.showTextDocument(vscode.Uri.file(answer.config), { preview: false });
      await reports.show(vscode.l10n.t('First run on {0}', name), startReport(name, answer));
      offerTraining(answer.config);
    },
    async [commands.measureBaseline](target?: vscode.Uri | Node) {
      requireTrust();
      const source = await sourceOf(target);
      const weights = source === undefined ? undefined : await chooseWeights(await zoo());
      if (source === undefined || weights === undefined) return;
      const name = dataSetName(source);
      const title = vscode.l10n.t('Baseline of {0}', name);
      const answer = await work(processes, title, source, ['baseline', source, '--weights', weights]);
      const baseline = isFields(answer) ? readBaseline(answer.baseline) : null;
      if (!baseline || !isFields(answer)) throw badAnswer('baseline');
      const network = isFields(answer.network) ? textOf(answer.network.name) : '';
      return await reports.show(title, baselineReport(name, network, baseline));
    },
    async [commands.whichAlgorithm](target?: vscode.Uri | Node) {
      requireTrust();
      const source = await sourceOf(target);
      const features = source === undefined ? undefined : await chooseFeatures(zoo);
      if (source === undefined || features === undefined) return;
      const name = dataSetName(source);
      const title = vscode.l10n.t('Which Algorithm Fits {0}', name);
      const answer = await work(processes, title, source, ['which', source, ...features]);
      const algorithms = readAlgorithms(answer);
      if (!algorithms || !isFields(answer)) throw badAnswer('which');
      return await reports.show(title, algorithmReport(name, algorithms, textOf(answer.recommendation)));
    },
    async [commands.getWeights]() {
      requireTrust();
      const entry = await chooseEntry(await zoo());
      if (!entry || entry.here) return entry?.name;
      const mirror = vscode.workspace.getConfiguration().get<string>(settings.zooMirror) ?? '';
      const args = ['zoo', 'get', entry.name, ...(mirror === '' ? [] : ['--mirror', mirror])];
      await work(processes, vscode.l10n.t('Downloading {0}', entry.name), null, args);
      const done = vscode.l10n.t('{0} is on this machine: configs name it in "model.weights".', entry.name);
      void vscode.window.showInformationMessage(done);
      return entry.name;
    },
    async [commands.importWeights](target?: vscode.Uri) {
      requireTrust();
      const file = target?.fsPath ?? (await browseWeights());
      if (file === undefined) return;
      const name = path.basename(file);
      const answer = await work(processes, vscode.l10n.t('Looking into {0}', name), file, ['import', file]);
      return await reports.show(vscode.l10n.t('Weights {0}', name), importReport(name, answer));
    },
  };
}

function offerTraining(config: string): void {
  const train = vscode.l10n.t('Train');
  const question = vscode.l10n.t('{0} is ready to train.', path.basename(config));
  void vscode.window.showInformationMessage(question, train).then((answer) => {
    if (answer === train) void vscode.commands.executeCommand(commands.trainConfig, vscode.Uri.file(config));
  });
}

/** What the algorithms are to see, as arguments of `loupe which`. */
async function chooseFeatures(zoo: () => Promise<ZooAnswer[]>): Promise<string[] | undefined> {
  const picks = [
    {
      label: vscode.l10n.t('Features of a pretrained network'),
      detail: vscode.l10n.t('Usually by far the best.'),
      args: null,
    },
    {
      label: vscode.l10n.t('Shapes and colours'),
      detail: vscode.l10n.t('Histograms of gradients (HOG) and of colours; needs no weights.'),
      args: ['--features', 'hog-color'],
    },
  ];
  const pick = await vscode.window.showQuickPick(picks, {
    placeHolder: vscode.l10n.t('What should the algorithms see of an image?'),
  });
  if (!pick || pick.args) return pick?.args ?? undefined;
  const weights = await chooseWeights(await zoo());
  return weights === undefined ? undefined : ['--weights', weights];
}

async function chooseEntry(zoo: readonly ZooAnswer[]): Promise<ZooAnswer | undefined> {
  const picks = zoo.map((entry) => ({
    entry,
    label: `${entry.here ? '$(pass) ' : '$(cloud-download) '}${entry.name}`,
    description: vscode.l10n.t(
      '{0} MiB · {1}% top-1 · {2} px',
      entry.mebibytes.toFixed(1),
      entry.top1.toFixed(1),
      entry.side,
    ),
    detail: entry.here
      ? vscode.l10n.t('On this machine. Licence: {0}', entry.licence)
      : vscode.l10n.t('{0}. Licence: {1}', entry.task, entry.licence),
  }));
  const pick = await vscode.window.showQuickPick(picks, {
    title: vscode.l10n.t('Get Pretrained Weights'),
    placeHolder: vscode.l10n.t('Choosing one downloads it from its publisher, or from the mirror of the settings'),
    matchOnDetail: true,
  });
  return pick?.entry;
}

/** A verb in a process of its own, with a notification that shows how far it is and can cancel it. */
function work(processes: LoupeProcesses, title: string, near: string | null, args: string[]): Thenable<unknown> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return await processes.ask([...args, '--json', '--progress', 'json'], {
      cwd: workspaceFolderFor(near),
      signal: abort.signal,
      onLine: (line) => {
        const found = readProgress(line);
        if (found) progress.report({ message: found.total ? `${Math.round((100 * found.done) / found.total)}%` : '' });
      },
    });
  });
}

function badAnswer(verb: string): Problem {
  return new Problem('bad-answer', `loupe ${verb} gave no answer that can be read.`, 'See the log.');
}
