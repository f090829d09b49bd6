import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { formatNamed } from '../../export/formats.ts';
import { jobFiles } from '../../jobs/job.ts';
import { Problem } from '../../problem.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { commands } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import { revealFolder } from '../runs/run-commands.ts';
import type { RunTargets } from '../runs/run-target.ts';
import { requireTrust } from '../trust.ts';
import { chooseFormat } from './choose-format.ts';
import { chooseTarget } from './choose-target.ts';
import { type ExportAnswer, readExport, sizeText } from './export-answer.ts';

type Ids = typeof commands;
type ExportCommand = Ids['exportModel' | 'openModelCard'];

export interface ExportParts {
  targets: RunTargets;
  processes: LoupeProcesses;
}

/** What a keybinding or another extension passes to export without questions. */
interface ExportRequest {
  format: string;
  /** Absolute. */
  out: string;
  force?: boolean;
}

const hasModel = (run: RunSummary) => run.hasModel;

/** Commands that give a run's model to others. */
export function exportCommands({ targets, processes }: ExportParts): Handlers<ExportCommand> {
  const none = vscode.l10n.t('There is no trained model yet.');

  return {
    async [commands.exportModel](argument?: unknown, request?: unknown) {
      requireTrust();
      const run = await targets.find(argument, hasModel, {
        choose: vscode.l10n.t('Export the model of which run?'),
        none,
      });
      if (!run) return undefined;
      const asked = isRequest(request) ? fromRequest(request) : await ask(run);
      if (!asked) return undefined;
      const answer = await runExport(processes, run, asked);
      void announce(answer, asked.label);
      return answer;
    },
    async [commands.openModelCard](argument?: unknown) {
      const run = await targets.find(argument, hasModel, {
        choose: vscode.l10n.t('Open the model card of which run?'),
        none,
        direct: true,
      });
      if (!run) return;
      const file = path.join(run.folder, jobFiles.model, 'README.md');
      // A run of an older Loupe has none, and one that is going on has not written its own yet.
      if (!fs.existsSync(file)) {
        requireTrust();
        await processes.ask(['export', run.folder, '--format', 'card', '--json'], { cwd: run.folder });
      }
      await showCard(file);
    },
  };
}

interface Asked {
  label: string;
  args: string[];
}

async function ask(run: RunSummary): Promise<Asked | undefined> {
  const choice = await chooseFormat(run.name);
  const target = choice && (await chooseTarget(run, choice.format));
  if (!choice || !target) return undefined;
  const { format, preprocess } = choice;
  return {
    label: format.label,
    args: [
      ...['--format', format.name, '--out', target.path],
      ...(preprocess ? ['--preprocess', preprocess] : []),
      ...(target.force ? ['--force'] : []),
    ],
  };
}

function isRequest(value: unknown): value is ExportRequest {
  if (typeof value !== 'object' || value === null) return false;
  return 'format' in value && typeof value.format === 'string' && 'out' in value && typeof value.out === 'string';
}

function fromRequest({ format, out, force }: ExportRequest): Asked {
  const label = formatNamed(format)?.label ?? format;
  return { label, args: ['--format', format, '--out', out, ...(force === true ? ['--force'] : [])] };
}

async function runExport(processes: LoupeProcesses, run: RunSummary, { label, args }: Asked): Promise<ExportAnswer> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Exporting {0} as {1}', run.name, label),
    cancellable: true,
  };
  return await vscode.window.withProgress(options, async (_, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    const answer = readExport(
      await processes.ask(['export', run.folder, ...args, '--json', '--progress', 'none'], {
        cwd: run.folder,
        signal: abort.signal,
      }),
    );
    if (answer) return answer;
    throw new Problem('process-failed', vscode.l10n.t('The export gave no answer.'), vscode.l10n.t('See the log.'));
  });
}

async function announce({ path: target, card, bytes }: ExportAnswer, label: string): Promise<void> {
  const reveal = vscode.l10n.t('Reveal');
  const openCard = vscode.l10n.t('Open Model Card');
  const text = vscode.l10n.t('Exported {0} as {1}, {2}.', path.basename(target), label, sizeText(bytes));
  const buttons = card === null ? [reveal] : [reveal, openCard];
  const chosen = await vscode.window.showInformationMessage(text, ...buttons);
  if (chosen === reveal) await revealFolder(target);
  if (chosen === openCard && card !== null) await showCard(card);
}

/** As a preview: a card is to be read. */
async function showCard(file: string): Promise<void> {
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(file));
}
