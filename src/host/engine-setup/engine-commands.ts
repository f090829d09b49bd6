import os from 'node:os';
import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import { commands, settings } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import { localFolders } from '../workspace.ts';
import {
  type FoundTensorFlow,
  readEngines,
  readSetUp,
  readTensorFlowList,
  readWork,
  type TensorFlowList,
  type TriedEngine,
} from './answers.ts';

/** Setting up TensorFlow, and choosing what computes. */
export function engineCommands(processes: LoupeProcesses): Handlers<(typeof commands)['setUpEngine' | 'chooseEngine']> {
  return {
    async [commands.setUpEngine]() {
      requireTrust();
      const list = readTensorFlowList(
        await ask(processes, vscode.l10n.t('Looking for TensorFlow'), ['setup', '--list', '--near', here()]),
      );
      if (!list) throw badAnswer('setup');
      const args = await chooseSetUp(list);
      if (args) await carryOut(processes, args);
    },
    async [commands.chooseEngine]() {
      requireTrust();
      const answer = readEngines(await ask(processes, vscode.l10n.t('Trying the engines'), ['engines']));
      if (!answer) throw badAnswer('engines');
      const name = await chooseEngine(answer.engines, answer.auto);
      if (name) await vscode.workspace.getConfiguration().update(settings.engine, name, target());
    },
  };
}

/** Setting up concerns the machine, so a window without a folder will do. */
function here(): string {
  return localFolders()[0] ?? os.homedir();
}

/** The workspace's setting where there is a workspace. */
function target(): vscode.ConfigurationTarget {
  return vscode.workspace.workspaceFolders ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
}

interface SetUpPick extends vscode.QuickPickItem {
  /** What `loupe setup` is asked for. */
  args?: string[];
}

async function chooseSetUp({ cards, found, refused }: TensorFlowList): Promise<string[] | undefined> {
  const separator = (label: string): SetUpPick => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const picks: SetUpPick[] = [
    ...(found.length > 0 ? [separator(vscode.l10n.t('On this machine'))] : []),
    ...found.map(installPick),
    separator(vscode.l10n.t('Install with pip, into a folder of Loupe’s own')),
    {
      label: vscode.l10n.t('$(cloud-download) TensorFlow for NVIDIA cards'),
      description: vscode.l10n.t('about 7 GB'),
      detail: cards[0] ?? vscode.l10n.t('No NVIDIA card or driver was found on this machine.'),
      args: ['--install', 'cuda'],
    },
    {
      label: vscode.l10n.t('$(cloud-download) TensorFlow for the processor'),
      description: vscode.l10n.t('about 2 GB'),
      args: ['--install', 'cpu'],
    },
    separator(vscode.l10n.t('Other')),
    { label: vscode.l10n.t('$(folder-opened) Choose a folder…'), args: ['--use'] },
    {
      label: vscode.l10n.t('$(discard) Undo'),
      detail: vscode.l10n.t('Removes what setting up left on this machine. Your own Pythons are not touched.'),
      args: ['--undo'],
    },
    ...(refused.length > 0 ? [separator(vscode.l10n.t('Found, but can’t be used'))] : []),
    ...refused.map(({ place, reason }) => ({ label: `$(error) ${place}`, detail: reason })),
  ];
  const pick = await vscode.window.showQuickPick(picks, {
    title: vscode.l10n.t('Set Up GPU Engine'),
    placeHolder: vscode.l10n.t('Which TensorFlow should Loupe train with?'),
    matchOnDetail: true,
  });
  if (pick?.args?.[0] !== '--use' || pick.args.length > 1) return pick?.args;
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      openLabel: vscode.l10n.t('Use This TensorFlow'),
    })) ?? [];
  return folder ? ['--use', folder.fsPath] : undefined;
}

function installPick({ folder, version, flavor, origin }: FoundTensorFlow): SetUpPick {
  const made =
    flavor === 'cuda' ? vscode.l10n.t('for NVIDIA cards') : flavor === 'cpu' ? vscode.l10n.t('for the processor') : '';
  return {
    label: `$(chip) TensorFlow ${version ?? ''}`,
    description: [made, origin].filter(Boolean).join(', '),
    detail: folder,
    args: ['--use', folder],
  };
}

async function carryOut(processes: LoupeProcesses, args: string[]): Promise<void> {
  const answer = await ask(processes, vscode.l10n.t('Setting up TensorFlow'), ['setup', ...args, '--near', here()]);
  if (args[0] === '--undo') {
    await vscode.window.showInformationMessage(vscode.l10n.t('Loupe’s link to TensorFlow was removed.'));
    return;
  }
  const outcome = readSetUp(answer);
  if (!outcome) throw badAnswer('setup');
  const ready = vscode.l10n.t('{0} is ready on {1}.', outcome.label, outcome.device);
  if (!outcome.noGpu) await vscode.window.showInformationMessage(ready);
  else await vscode.window.showWarningMessage(`${ready} ${outcome.noGpu.reason} ${outcome.noGpu.advice}`);
}

async function chooseEngine(engines: readonly TriedEngine[], auto: TriedEngine): Promise<string | undefined> {
  const current = vscode.workspace.getConfiguration().get<string>(settings.engine) ?? 'auto';
  const picks = [
    {
      name: 'auto',
      works: true,
      label: `$(sparkle) auto`,
      description: current === 'auto' ? vscode.l10n.t('in use') : '',
      detail: auto.works ? `${auto.label}: ${auto.reason}` : auto.reason,
    },
    ...engines.map((engine) => ({
      name: engine.name,
      works: engine.works,
      label: `${engine.works ? '$(pass)' : '$(circle-slash)'} ${engine.name}`,
      description: current === engine.name ? vscode.l10n.t('in use') : '',
      detail: engine.works ? `${engine.label}, ${engine.device}` : engine.reason,
    })),
  ];
  const pick = await vscode.window.showQuickPick(picks, {
    title: vscode.l10n.t('Choose Engine'),
    placeHolder: vscode.l10n.t('What computes in new runs'),
  });
  if (!pick) return undefined;
  if (!pick.works) {
    throw new Problem('engine-refused', pick.detail, vscode.l10n.t('Choose another engine.'));
  }
  return pick.name;
}

/** A verb with a cancellable notification that says what is being done. */
function ask(processes: LoupeProcesses, title: string, args: string[]): Thenable<unknown> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return processes.ask([...args, '--json', '--progress', 'json'], {
      cwd: here(),
      signal: abort.signal,
      onLine: (line) => {
        const message = readWork(line);
        if (message) progress.report({ message });
      },
    });
  });
}

function badAnswer(verb: string): Problem {
  return new Problem('bad-answer', `loupe ${verb} gave no answer that can be read.`, 'See the log.');
}
