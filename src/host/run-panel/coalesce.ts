/** Calls `send` at once when it was quiet, else once at the end of the interval: never more often, the last never lost. */
export class Coalescer {
  private readonly intervalMs: number;
  private readonly send: () => void;
  private timer: NodeJS.Timeout | null = null;
  private pending = false;

  constructor(intervalMs: number, send: () => void) {
    this.intervalMs = intervalMs;
    this.send = send;
  }

  request(): void {
    this.pending = true;
    if (!this.timer) this.fire();
  }

  /** Forgets what is pending. */
  dispose(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.pending = false;
  }

  private fire(): void {
    this.timer = null;
    if (!this.pending) return;
    this.pending = false;
    this.timer = setTimeout(() => this.fire(), this.intervalMs);
    this.send();
  }
}
