import path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import type { MapJob } from '../../protocol/inspect-panel.ts';
import type { LoupeProcesses } from '../process.ts';
import { readStep } from './step.ts';

const resting: MapJob = { running: false, text: '', share: null, problem: null };

interface Network extends vscode.QuickPickItem {
  /** A run's folder or a file of weights; null: to be chosen. */
  weights: string | null;
}

/** Computes the map of a data set: `loupe embed --map` in a process of its own, one at a time. */
export class MapJobs {
  job: MapJob = resting;
  private readonly processes: LoupeProcesses;
  private readonly source: string;
  private readonly onChange: () => void;
  private abort: AbortController | null = null;

  constructor(processes: LoupeProcesses, source: string, onChange: () => void) {
    this.processes = processes;
    this.source = source;
    this.onChange = onChange;
  }

  /** Asks by which network, and computes. What goes wrong is in `job`. @param models runs that can describe images */
  async compute(method: 'pca' | 'umap', models: readonly { folder: string; name: string }[]): Promise<void> {
    if (this.abort) return;
    const weights = await chooseNetwork(models, await this.pretrained());
    if (weights === undefined) return;
    const abort = new AbortController();
    this.abort = abort;
    this.become({ ...resting, running: true, text: vscode.l10n.t('Starting…') });
    try {
      const args = ['embed', this.source, '--weights', weights, '--map', method, '--json', '--progress', 'json'];
      await this.processes.ask(args, {
        cwd: path.dirname(this.source),
        signal: abort.signal,
        onLine: (line) => this.read(line),
      });
      this.become(resting);
    } catch (error) {
      const cancelled = abort.signal.aborted;
      const problem =
        error instanceof Problem
          ? { message: error.message, advice: error.advice }
          : { message: String(error), advice: '' };
      this.become(cancelled ? resting : { ...resting, problem });
    } finally {
      this.abort = null;
    }
  }

  cancel(): void {
    this.abort?.abort();
  }

  dispose(): void {
    this.cancel();
  }

  /** Published weights that are on this machine. */
  private async pretrained(): Promise<{ name: string; file: string }[]> {
    const answer = await this.processes.ask(['zoo', '--json'], { cwd: path.dirname(this.source) });
    const entries = typeof answer === 'object' && answer !== null && 'entries' in answer ? answer.entries : null;
    return Array.isArray(entries) ? entries.filter(isOnDisk) : [];
  }

  private read(line: string): void {
    const step = readStep(line);
    if (!step) return;
    const share = step.total === null || step.total === 0 ? null : step.done / step.total;
    const of = step.total === null ? String(step.done) : `${step.done}/${step.total}`;
    this.become({ running: true, text: `${step.what} ${of}`, share, problem: null });
  }

  private become(job: MapJob): void {
    this.job = job;
    this.onChange();
  }
}

/** A run's folder or a file of weights; undefined: the user thought better of it. */
async function chooseNetwork(
  models: readonly { folder: string; name: string }[],
  pretrained: readonly { name: string; file: string }[],
): Promise<string | undefined> {
  const runs = models.map(
    ({ folder, name }): Network => ({ label: `$(beaker) ${name}`, description: vscode.l10n.t('run'), weights: folder }),
  );
  const published = pretrained.map(
    (entry): Network => ({
      label: `$(package) ${entry.name}`,
      description: vscode.l10n.t('pretrained'),
      weights: entry.file,
    }),
  );
  const file: Network = { label: `$(file) ${vscode.l10n.t('Another file of weights…')}`, weights: null };
  const chosen = await vscode.window.showQuickPick([...published, ...runs, file], {
    placeHolder: vscode.l10n.t('Place the images by what which network sees in them?'),
  });
  if (!chosen) return undefined;
  if (chosen.weights !== null) return chosen.weights;
  const [uri] =
    (await vscode.window.showOpenDialog({
      openLabel: vscode.l10n.t('Use Weights'),
      filters: { [vscode.l10n.t('Weights')]: ['safetensors', 'pth', 'pt', 'bin', 'h5', 'keras', 'onnx'] },
    })) ?? [];
  return uri?.fsPath;
}

function isOnDisk(entry: unknown): entry is { name: string; file: string } {
  if (typeof entry !== 'object' || entry === null || !('name' in entry) || !('file' in entry)) return false;
  return typeof entry.name === 'string' && typeof entry.file === 'string';
}
