import fs from 'node:fs';
import path from 'node:path';
import { writeRunCard } from '../export/card/write.ts';
import { exportMlflow } from '../export/mlflow/export.ts';
import { TensorBoardLog } from '../export/tensorboard/log.ts';
import type { EventWriter } from '../jobs/event-writer.ts';
import { jobFiles } from '../jobs/job.ts';
import type { LoggingConfig } from './config.ts';

const UPDATE_MS = 2000;

/**
 * What a run writes for others: logs while it trains, and the model card at its end. A run never fails for their sake: what
 * can't be written is told as a warning, and given up.
 */
export class RunLogs {
  readonly #folder: string;
  readonly #config: LoggingConfig;
  readonly #events: EventWriter;
  #tensorboard: TensorBoardLog | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(folder: string, config: LoggingConfig, events: EventWriter) {
    this.#folder = folder;
    this.#config = config;
    this.#events = events;
  }

  /** After the `resume` event: what it superseded is left out. */
  begin(): void {
    if (!this.#config.tensorboard) return;
    this.#attempt('TensorBoard log', () => {
      this.#tensorboard = new TensorBoardLog(this.#folder, path.join(this.#folder, jobFiles.tensorboard));
      this.#timer = setInterval(() => this.#update(), UPDATE_MS);
      this.#timer.unref();
    });
  }

  /** The run has come to its end, or was stopped: everything about it is in its folder. */
  finish(): void {
    this.#attempt('model card', () => {
      const card = writeRunCard(this.#folder);
      this.#tensorboard?.addCard(fs.readFileSync(card, 'utf8'));
    });
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#update();
    if (!this.#config.mlflow) return;
    const store = path.resolve(this.#folder, '..', '..', 'mlruns');
    this.#attempt('MLflow run', () => exportMlflow(this.#folder, store));
  }

  #update(): void {
    const log = this.#tensorboard;
    if (!log) return;
    const written = this.#attempt('TensorBoard log', () => log.update());
    if (!written) this.#tensorboard = null;
  }

  #attempt(what: string, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      const message = `The ${what} can't be written: ${(error as Error).message}`;
      try {
        this.#events.append({ kind: 'warning', code: 'no-log', message });
      } catch {
        // Where not even the events can be written, the run's own failure says so.
      }
      return false;
    }
  }
}
