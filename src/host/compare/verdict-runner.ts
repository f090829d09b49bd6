import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { jobFiles } from '../../jobs/job.ts';
import { Problem } from '../../problem.ts';
import type { ComparedRun, PairDetail, Verdict } from '../../protocol/compare.ts';
import type { LoupeProcesses } from '../process.ts';

const QUIET_MS = 300;
/** Pictures of each kind: more than anybody looks through. */
const IMAGES = '120';

/** Asks `loupe compare` whether differences are real: predictions are many megabytes, which the extension host leaves alone. */
export class VerdictRunner {
  private readonly processes: LoupeProcesses;
  private controller: AbortController | null = null;
  private timer: NodeJS.Timeout | undefined;
  private asked = '';

  constructor(processes: LoupeProcesses) {
    this.processes = processes;
  }

  /**
   * Asks where something changed since the last time, after a moment of quiet.
   * @param tell with null when the work begins
   */
  request(
    runs: readonly ComparedRun[],
    baseline: ComparedRun,
    tell: (verdicts: Verdict[] | null) => void,
    fail: (message: string) => void,
  ): void {
    const key = JSON.stringify([baseline.id, runs.map((run) => [run.id, run.name, predictedAt(run)])]);
    if (key === this.asked) return;
    this.asked = key;
    this.controller?.abort();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      tell(null);
      this.ask<{ verdicts: Verdict[] }>(runs, baseline, []).then(
        (answer) => answer && tell(answer.verdicts),
        (error: unknown) => fail(textOf(error)),
      );
    }, QUIET_MS);
  }

  /** The next request is answered even where nothing has changed. */
  forget(): void {
    this.asked = '';
  }

  /** The images that one of two runs has right, and both confusions; null where they have none in common. */
  async detail(a: ComparedRun, b: ComparedRun): Promise<PairDetail | null> {
    const list = await this.run<{ detail?: PairDetail }>([a, b], a, ['--images', IMAGES]);
    return list.detail ?? null;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.controller?.abort();
  }

  /** null: a later request has taken its place. */
  private async ask<Answer>(
    runs: readonly ComparedRun[],
    baseline: ComparedRun,
    options: string[],
  ): Promise<Answer | null> {
    const controller = new AbortController();
    this.controller = controller;
    try {
      return await this.run<Answer>(runs, baseline, options, controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return null;
      throw error;
    }
  }

  /** The runs go through a file: a command line has no room for hundreds. */
  private async run<Answer>(
    runs: readonly ComparedRun[],
    baseline: ComparedRun,
    options: string[],
    signal?: AbortSignal,
  ): Promise<Answer> {
    if (!vscode.workspace.isTrusted) {
      throw new Problem(
        'untrusted',
        vscode.l10n.t('Whether a difference is real is worked out in trusted workspaces.'),
        '',
      );
    }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-compare-'));
    try {
      const list = path.join(folder, 'runs.txt');
      fs.writeFileSync(
        list,
        runs
          .filter(({ foreign }) => foreign === null)
          .map(({ id }) => `${id}\n`)
          .join(''),
      );
      const args = ['compare', '--list', list, '--baseline', baseline.id, '--json', '--progress', 'none', ...options];
      return (await this.processes.ask(args, { cwd: baseline.id, ...(signal ? { signal } : {}) })) as Answer;
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Changes when a run has predicted anew. */
function predictedAt(run: ComparedRun): number {
  return fs.statSync(path.join(run.id, jobFiles.predictions), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function textOf(error: unknown): string {
  return error instanceof Problem ? `${error.message} ${error.advice}`.trim() : String(error);
}
