import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import type { LoupeProcesses } from '../process.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { type Progress, readProgress } from './answers.ts';

/**
 * A verb in a process of its own, with a notification that shows how far it is and can cancel it.
 * @param near file or folder whose workspace folder the verb works in; null: the first one
 * @throws Problem what the verb says went wrong; AbortError when it is cancelled
 */
export function work(
  processes: LoupeProcesses,
  title: string,
  near: string | null,
  args: readonly string[],
): Thenable<unknown> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return await processes.ask([...args, '--json', '--progress', 'json'], {
      cwd: workspaceFolderFor(near),
      signal: abort.signal,
      onLine: (line) => {
        const found = readProgress(line);
        if (found) progress.report({ message: progressText(found) });
      },
    });
  });
}

/** `Describing the images: 40%`, `12.3 of 13.6 MiB`. */
export function progressText({ what, done, total }: Progress): string {
  if (what === 'download') {
    const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
    return total === null
      ? vscode.l10n.t('{0} MiB', mebibytes(done))
      : vscode.l10n.t('{0} of {1} MiB', mebibytes(done), mebibytes(total));
  }
  const share = total ? `${Math.floor((100 * done) / total)}%` : String(done);
  const names: Record<string, string> = {
    scan: vscode.l10n.t('reading the images'),
    embed: vscode.l10n.t('describing the images'),
    neighbours: vscode.l10n.t('looking for neighbours'),
    probe: vscode.l10n.t('fitting probes'),
    compare: vscode.l10n.t('comparing algorithms'),
  };
  return names[what] ? `${names[what]} ${share}` : share;
}

export function badAnswer(verb: string): Problem {
  return new Problem('bad-answer', `loupe ${verb} gave no answer that can be read.`, 'See the log.');
}
