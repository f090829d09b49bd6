import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isRecord } from '../../jobs/record.ts';
import { Problem } from '../../problem.ts';
import type { LoupeProcesses } from '../process.ts';

/** What the process says once its model is loaded. */
export interface ReadyAnswer {
  labels: string[];
  engine: string;
  temperature: number | null;
}

/** An image to ask about: a file, or bytes that are none. */
export type Question = { path: string } | { name: string; data: string };

export type Answer =
  | { top: { label: string; probability: number }[]; ms: number }
  | { saliency: { label: string; probability: number; image: string; heat: string }; ms: number }
  | { cause: string; message: string };

/** One `loupe predict --lines`: a model that is loaded once and answers until it is closed. */
export class PredictProcess {
  readonly ready: Promise<ReadyAnswer>;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private nextId = 1;
  private settle: { resolve: (ready: ReadyAnswer) => void; reject: (error: Error) => void } | null = null;

  /** @param subject folder of a run or predictor */
  constructor(processes: LoupeProcesses, subject: string, options: { uncalibrated?: boolean } = {}) {
    this.child = processes.converse([
      'predict',
      subject,
      '--lines',
      '--json',
      ...(options.uncalibrated ? ['--uncalibrated'] : []),
    ]);
    this.ready = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    // Whoever asks gets the reason; nobody may be listening yet.
    this.ready.catch(() => undefined);
    this.child.once('error', (error) => this.ended(error.message));
    this.child.once('exit', (code) => this.ended(`it ended with code ${code}`));
    this.child.stdin?.on('error', () => undefined);
    let rest = '';
    if (this.child.stdout) {
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        // A Problem comes as one indented document.
        if (rest || line === '{') {
          rest += line;
          if (line === '}') {
            this.take(rest);
            rest = '';
          }
        } else this.take(line);
      });
    }
  }

  ask(question: Question, options: { top?: number; saliency?: string; label?: string | null } = {}): Promise<Answer> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.stdin?.write(`${JSON.stringify({ id, ...question, ...options })}\n`);
    });
  }

  /** Lets the process answer what it was asked and go. */
  close(): void {
    this.child.stdin?.end();
    this.child.kill();
  }

  private take(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return;
    }
    if (!isRecord(value)) return;
    if (isReady(value.ready)) this.settle?.resolve({ ...value.ready, engine: value.ready.engine.label });
    else if (isError(value.error)) {
      this.settle?.reject(new Problem(value.error.code, value.error.message, value.error.advice));
    } else if (typeof value.id === 'number') {
      this.waiting.get(value.id)?.(value as unknown as Answer);
      this.waiting.delete(value.id);
    }
  }

  private ended(why: string): void {
    this.settle?.reject(new Problem('process-failed', `The process that predicts is gone: ${why}.`, 'See the log.'));
    for (const resolve of this.waiting.values()) {
      resolve({ cause: 'process-failed', message: 'The process that predicts is gone.' });
    }
    this.waiting.clear();
  }
}

function isReady(value: unknown): value is { labels: string[]; engine: { label: string }; temperature: number | null } {
  return typeof value === 'object' && value !== null && 'labels' in value && 'engine' in value;
}

function isError(value: unknown): value is { code: string; message: string; advice: string } {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}
