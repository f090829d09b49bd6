import path from 'node:path';
import * as vscode from 'vscode';
import { commands, settings } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { isFields, readZoo, textOf, type ZooAnswer } from './answers.ts';
import { browseWeights } from './choose-weights.ts';
import type { ImportDocuments } from './import-documents.ts';
import { badAnswer, work } from './work.ts';

type WeightsCommand = (typeof commands)['getWeights' | 'importWeights'];

/** Commands that bring pretrained weights onto this machine, or say what a file of them holds. */
export function weightsCommands(processes: LoupeProcesses, documents: ImportDocuments): Handlers<WeightsCommand> {
  return {
    async [commands.getWeights]() {
      requireTrust();
      const entry = await chooseEntry(await askZoo(processes));
      if (!entry || entry.here) return entry?.name;
      const args = await chooseOrigin(entry);
      if (!args) return undefined;
      await work(processes, vscode.l10n.t('Getting {0}', entry.name), null, args);
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
      if (isUsable(answer)) offerBaseline(name, file);
      return await documents.show(file, answer);
    },
  };
}

/** What the zoo holds, and what of it is here. @throws Problem */
export async function askZoo(processes: LoupeProcesses): Promise<ZooAnswer[]> {
  const entries = readZoo(await processes.ask(['zoo', '--json'], { cwd: workspaceFolderFor(null) }));
  if (!entries) throw badAnswer('zoo');
  return entries;
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
    placeHolder: vscode.l10n.t('Which network? The next step says where it comes from.'),
    matchOnDetail: true,
  });
  return pick?.entry;
}

/** Where the weights come from, as arguments of `loupe`: nothing is downloaded before the user has seen the address. */
async function chooseOrigin({ name, mebibytes, url, sha256 }: ZooAnswer): Promise<string[] | undefined> {
  const mirror = vscode.workspace.getConfiguration().get<string>(settings.zooMirror) ?? '';
  const download = {
    label: vscode.l10n.t('$(cloud-download) Download {0} MiB', mebibytes.toFixed(1)),
    detail: mirror === '' ? url : vscode.l10n.t('From the mirror {0}', mirror),
    args: () => ['zoo', 'get', name, ...(mirror === '' ? [] : ['--mirror', mirror])],
  };
  const take = {
    label: vscode.l10n.t('$(folder-opened) Take a file that is here…'),
    detail: vscode.l10n.t('{0}, got by other ways; its SHA-256 has to begin with {1}', fileOf(url), sha256.slice(0, 8)),
    args: async () => {
      const file = await browseWeights();
      return file === undefined ? undefined : ['zoo', 'add', name, file];
    },
  };
  const placeHolder = vscode.l10n.t('Where from? A download that breaks off goes on where it was.');
  const pick = await vscode.window.showQuickPick([download, take], { title: name, placeHolder });
  return await pick?.args();
}

function fileOf(url: string): string {
  return url.split('/').at(-1) ?? url;
}

/** It holds a network that describes images. */
function isUsable(answer: unknown): boolean {
  if (!isFields(answer)) return false;
  return isFields(answer.frozen) || (isFields(answer.network) && textOf(answer.network.architecture) !== '');
}

function offerBaseline(name: string, weights: string): void {
  const measure = vscode.l10n.t('Instant Baseline');
  const question = vscode.l10n.t('What does {0} make of your images?', name);
  void vscode.window.showInformationMessage(question, measure).then((answer) => {
    if (answer === measure) void vscode.commands.executeCommand(commands.measureBaseline, { weights });
  });
}
