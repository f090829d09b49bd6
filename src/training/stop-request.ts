import { isStopRequested } from '../jobs/stop.ts';

/** Whether someone wants the run to stop: a `stop` file in its folder, or the caller's signal (the CLI turns SIGTERM and SIGINT into it). */
export class StopRequest {
  readonly #folder: string;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #stop = () => this.#controller.abort();

  constructor(folder: string, outer?: AbortSignal) {
    this.#folder = folder;
    this.#outer = outer;
    outer?.addEventListener('abort', this.#stop);
    if (outer?.aborted) this.#stop();
  }

  /** Looks for the `stop` file; cheap enough for every step. */
  get requested(): boolean {
    if (!this.#controller.signal.aborted && isStopRequested(this.#folder)) this.#stop();
    return this.#controller.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  close(): void {
    this.#outer?.removeEventListener('abort', this.#stop);
  }
}
