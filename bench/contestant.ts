import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pythonPeersFolder } from '../test/python-peers.ts';

const folder = pythonPeersFolder();
const environment = {
  LOUPE_TENSORFLOW: folder,
  LOUPE_CACHE: path.join(folder, 'loupe-cache'),
  TF_CPP_MIN_LOG_LEVEL: '3',
  ...process.env,
};
/** One process that does the same as the others. */
export class Contestant {
  /** Median milliseconds of each round. */
  readonly medians: number[] = [];
  version = '';
  /** Seconds from starting the process to the end of its first step. */
  firstStep = 0;
  rss = 0;
  readonly #command: string;
  readonly #args: string[];
  #process: { child: ChildProcess; lines: AsyncIterator<string> } | null = null;
  #said = '';

  constructor(command: string, args: string[]) {
    this.#command = command;
    this.#args = args;
  }

  /** @returns what the process says of itself */
  async start(job: object): Promise<Record<string, unknown>> {
    const begun = performance.now();
    const child = spawn(this.#command, this.#args, { stdio: ['pipe', 'pipe', 'pipe'], env: environment });
    child.stderr.on('data', (text) => {
      this.#said = `${this.#said}${text}`.slice(-2000);
    });
    this.#process = { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    const answer = await this.#ask(JSON.stringify(job));
    this.firstStep = (performance.now() - begun) / 1000;
    this.version = String(answer.version);
    await this.#ask('3');
    return answer;
  }

  async time(stepsARound: number): Promise<void> {
    const { ms, rss } = await this.#ask(String(stepsARound));
    this.medians.push(median(ms as number[]));
    this.rss = Math.max(this.rss, Number(rss));
  }

  end(): void {
    this.#process?.child.stdin?.end();
  }

  async #ask(text: string): Promise<Record<string, unknown>> {
    if (!this.#process) throw new Error(`${this.#command} was not started.`);
    const { child, lines } = this.#process;
    child.stdin?.write(`${text}\n`);
    const died = once(child, 'exit').then(([code]) => {
      throw new Error(`${this.#command} ended with ${code}: ${this.#said}`);
    });
    died.catch(() => {});
    const next = await Promise.race([lines.next(), died]);
    if (next.done) throw new Error(`${this.#command} ended: ${this.#said}`);
    return JSON.parse(next.value) as Record<string, unknown>;
  }
}

/** Of their medians round by round: what disturbs one turn disturbs its neighbours too. */
export function ratio(peer: Contestant, ours: Contestant): number {
  return round(median(peer.medians.map((ms, i) => ms / (ours.medians[i] ?? Number.NaN))), 2);
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
