import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Problem } from '../../problem.ts';
import type {
  CatalogueAnswer,
  CatalogueAnswers,
  CatalogueLine,
  CatalogueProgress,
  CatalogueQuestion,
  CatalogueRequest,
  Overview,
} from '../../protocol/catalogue.ts';

/** Without a user the process ends after so long; a panel that is opened again soon finds it warm. */
const IDLE_MS = 60_000;
/** So many ends within `CRASH_WINDOW_MS` that nobody asked for, and questions are no longer asked again. */
const MAX_CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;

export type CatalogueState =
  /** No process: nobody has asked yet, or it went to rest. */
  | { kind: 'resting' }
  | { kind: 'starting'; progress: CatalogueProgress | null }
  /** It answers; with progress while a scan is still finding images. */
  | { kind: 'ready'; progress: CatalogueProgress | null }
  | { kind: 'failed'; problem: Problem };

export interface CatalogueProcessOptions {
  /** Starts `loupe inspect <source> --lines`. @throws Problem where nothing may run */
  start(): ChildProcess;
  idleMs?: number;
}

interface Waiting {
  request: CatalogueRequest;
  resolve(answer: CatalogueAnswer): void;
  reject(error: Error): void;
}

interface Disposable {
  dispose(): void;
}

/**
 * One `loupe inspect <source> --lines` of a data set, shared by all that show it: started by the first question, started again where it
 * crashed (what it had not answered is asked again), ended when nobody holds it any more.
 */
export class CatalogueProcess {
  readonly source: string;
  private readonly options: CatalogueProcessOptions;
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<() => void>();
  private child: ChildProcess | null = null;
  private current: CatalogueState = { kind: 'resting' };
  private lastOverview: Overview | null = null;
  private crashes: number[] = [];
  private holders = 0;
  private idle: NodeJS.Timeout | undefined;
  private nextId = 1;

  constructor(source: string, options: CatalogueProcessOptions) {
    this.source = source;
    this.options = options;
  }

  get state(): CatalogueState {
    return this.current;
  }

  /** As last told; null before a first scan has found an image. */
  get overview(): Overview | null {
    return this.lastOverview;
  }

  /** Calls back when the state or the overview changed: with another `revision`, ids from before mean nothing. */
  onDidChange(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  /** Keeps the process alive until what is returned is disposed of. */
  hold(): Disposable {
    this.holders++;
    clearTimeout(this.idle);
    let held = true;
    return {
      dispose: () => {
        if (!held) return;
        held = false;
        this.holders--;
        this.restWhenIdle();
      },
    };
  }

  /**
   * Asks and, where need be, starts. Questions may be asked while the first scan runs.
   * @throws Problem what the process says is wrong with the request or the data set, `process-failed` where it is gone for good
   */
  ask<T extends CatalogueRequest['type']>(
    request: Extract<CatalogueRequest, { type: T }>,
  ): Promise<CatalogueAnswers[T]> {
    return new Promise<CatalogueAnswers[T]>((resolve, reject) => {
      const id = this.nextId++;
      // The answer to a request is of the request's type: `CatalogueAnswers` is the contract of the pipe.
      this.waiting.set(id, { request, resolve: resolve as Waiting['resolve'], reject });
      try {
        const running = this.child !== null;
        this.start();
        if (running) this.write(id, request);
      } catch (error) {
        this.waiting.delete(id);
        reject(error);
      }
    });
  }

  /** The journal or the findings on disk have changed: read again. */
  async refresh(): Promise<Overview> {
    return await this.ask({ type: 'refresh' });
  }

  /** Starts anew after a failure, or to see files that have changed. */
  restart(): void {
    this.crashes = [];
    this.end();
    this.start();
  }

  dispose(): void {
    clearTimeout(this.idle);
    this.end();
    this.listeners.clear();
    this.rejectAll(gone(''));
  }

  private start(): void {
    clearTimeout(this.idle);
    this.restWhenIdle();
    if (this.child) return;
    const child = this.options.start();
    this.child = child;
    this.become({ kind: 'starting', progress: null });
    child.once('error', (error) => this.ended(child, error.message));
    child.once('exit', (code, signal) => this.ended(child, signal ?? `exit code ${code}`));
    // Its exit says what there is to say.
    child.stdin?.on('error', () => undefined);
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (child === this.child) this.read(line);
      });
    }
    for (const [id, { request }] of this.waiting) this.write(id, request);
  }

  private write(id: number, request: CatalogueRequest): void {
    const question: CatalogueQuestion = { id, request };
    this.child?.stdin?.write(`${JSON.stringify(question)}\n`);
  }

  private read(text: string): void {
    const line = parse(text);
    if (!line) return;
    if ('ready' in line) {
      this.lastOverview = line.ready;
      this.become({ kind: 'ready', progress: this.current.kind === 'ready' ? this.current.progress : null });
    } else if ('progress' in line) this.progressed(line.progress);
    else if ('error' in line) this.failed(line.id, line.error);
    else this.answered(line.id, line.answer);
  }

  private progressed(progress: CatalogueProgress | null): void {
    const { kind } = this.current;
    this.become({ kind: kind === 'ready' ? kind : 'starting', progress });
  }

  private answered(id: number, answer: CatalogueAnswer): void {
    const asked = this.waiting.get(id);
    this.waiting.delete(id);
    if (asked?.request.type === 'overview' || asked?.request.type === 'refresh') {
      this.lastOverview = answer as Overview;
      this.announce();
    }
    asked?.resolve(answer);
    this.restWhenIdle();
  }

  private failed(id: number | null, error: { code: string; message: string; advice: string }): void {
    const problem = new Problem(error.code, error.message, error.advice);
    if (id === null) {
      this.end();
      this.giveUp(problem);
      return;
    }
    this.waiting.get(id)?.reject(problem);
    this.waiting.delete(id);
  }

  private ended(child: ChildProcess, why: string): void {
    if (child !== this.child) return;
    this.child = null;
    const now = Date.now();
    this.crashes = [...this.crashes.filter((at) => now - at < CRASH_WINDOW_MS), now];
    if (this.crashes.length >= MAX_CRASHES) {
      this.giveUp(gone(why));
      return;
    }
    this.become({ kind: 'resting' });
    if (this.waiting.size === 0 && this.holders === 0) return;
    try {
      this.start();
    } catch (error) {
      this.giveUp(error instanceof Problem ? error : gone(String(error)));
    }
  }

  private giveUp(problem: Problem): void {
    this.rejectAll(problem);
    this.become({ kind: 'failed', problem });
  }

  private rejectAll(problem: Problem): void {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { reject } of all) reject(problem);
  }

  private restWhenIdle(): void {
    clearTimeout(this.idle);
    if (this.holders > 0) return;
    this.idle = setTimeout(() => {
      if (this.holders > 0 || this.waiting.size > 0) return;
      this.end();
      this.become({ kind: 'resting' });
    }, this.options.idleMs ?? IDLE_MS);
  }

  private end(): void {
    const { child } = this;
    this.child = null;
    child?.stdin?.end();
    child?.kill();
  }

  private become(state: CatalogueState): void {
    this.current = state;
    this.announce();
  }

  private announce(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

function gone(why: string): Problem {
  const detail = why ? ` (${why})` : '';
  return new Problem(
    'process-failed',
    `The process that looks through the data set is gone${detail}.`,
    'Try again; "Loupe: Show Log" has what it said.',
  );
}

function parse(line: string): CatalogueLine | null {
  try {
    return JSON.parse(line) as CatalogueLine;
  } catch {
    return null;
  }
}
