import path from 'node:path';
import * as vscode from 'vscode';
import { commands } from '../ids.ts';
import type { ZooAnswer } from './answers.ts';

const FILES = '**/*.{pth,pt,safetensors,h5,keras,onnx}';
const UNSEEN = '**/{node_modules,.loupe,.git}/**';
const MOST_FILES = 50;

type WeightPick = vscode.QuickPickItem & { weights?: string; other?: 'browse' | 'get' };

/** Pretrained weights on this machine: downloaded ones, files of the workspace, or another file. Undefined: none was chosen. */
export async function chooseWeights(zoo: readonly ZooAnswer[]): Promise<string | undefined> {
  const files = await vscode.workspace.findFiles(FILES, UNSEEN, MOST_FILES);
  const separator = (label: string): WeightPick => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const here = zoo.filter((entry) => entry.here);
  const picks: WeightPick[] = [
    ...(here.length > 0 ? [separator(vscode.l10n.t('Downloaded'))] : []),
    ...here.map(({ name, task, top1 }) => ({
      label: name,
      description: `${task}, ${top1.toFixed(1)}%`,
      weights: name,
    })),
    ...(files.length > 0 ? [separator(vscode.l10n.t('In this workspace'))] : []),
    ...files.map((file) => ({
      label: path.basename(file.fsPath),
      description: vscode.workspace.asRelativePath(path.dirname(file.fsPath)),
      weights: file.fsPath,
    })),
    separator(vscode.l10n.t('Other')),
    { label: vscode.l10n.t('$(folder-opened) Choose a file…'), other: 'browse' },
    { label: vscode.l10n.t('$(cloud-download) Get pretrained weights…'), other: 'get' },
  ];
  const pick = await vscode.window.showQuickPick(picks, { placeHolder: vscode.l10n.t('By which pretrained network?') });
  if (pick?.other === 'browse') return await browseWeights();
  if (pick?.other === 'get') return await vscode.commands.executeCommand<string | undefined>(commands.getWeights);
  return pick?.weights;
}

export async function browseWeights(): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      filters: { [vscode.l10n.t('Weights')]: ['pth', 'pt', 'safetensors', 'h5', 'keras', 'json', 'bin', 'onnx'] },
      openLabel: vscode.l10n.t('Use These Weights'),
    })) ?? [];
  return file?.fsPath;
}
