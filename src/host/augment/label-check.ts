import path from 'node:path';
import type { SettingValues, ToAugmentPanel } from '../../protocol/augment-panel.ts';
import type { LabelSafetyReport } from '../../protocol/augment-preview.ts';
import type { LoupeProcesses } from '../process.ts';

type SafetyMessage = Extract<ToAugmentPanel, { type: 'safety' }>;

/** One `loupe augment-check` process, and what came of it. */
export class LabelCheck {
  /** Kept for a panel that was hidden meanwhile. */
  last: SafetyMessage | null = null;
  private readonly processes: LoupeProcesses;
  private readonly send: (message: ToAugmentPanel) => void;
  private readonly controller = new AbortController();

  constructor(processes: LoupeProcesses, send: (message: ToAugmentPanel) => void) {
    this.processes = processes;
    this.send = send;
  }

  /** @throws Problem what the process says went wrong; being cancelled is no error. */
  async run(target: string, model: { folder: string; name: string }, values: SettingValues): Promise<void> {
    this.send({ type: 'checking', text: model.name, share: null });
    const sets = Object.entries(values).flatMap(([at, value]) => ['--set', `${at}=${value}`]);
    const args = ['augment-check', target, '--model', model.folder, '--json', '--progress', 'json', ...sets];
    try {
      const answer = await this.processes.ask(args, {
        cwd: path.dirname(target),
        signal: this.controller.signal,
        onLine: (line) => this.progress(line, model.name),
      });
      this.last = { type: 'safety', report: answer as LabelSafetyReport, model: model.name, values };
      this.send(this.last);
    } catch (error) {
      this.send({ type: 'safety', report: null, model: model.name, values });
      if (!this.controller.signal.aborted) throw error;
    }
  }

  cancel(): void {
    this.controller.abort();
  }

  private progress(line: string, text: string): void {
    try {
      const { what, done, total } = JSON.parse(line) as { what: string; done: number; total: number | null };
      if (what === 'check' && total) this.send({ type: 'checking', text, share: done / total });
    } catch {
      // A line of a library, for the log.
    }
  }
}
