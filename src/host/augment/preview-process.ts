import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { PreviewAnswer, PreviewLine, PreviewRequest } from '../../protocol/augment-preview.ts';
import type { LoupeProcesses } from '../process.ts';

export interface PreviewListeners {
  answered(answer: PreviewAnswer): void;
  /** @param alive the process goes on and may be asked again */
  failed(error: { message: string; advice: string }, alive: boolean): void;
}

/**
 * One `loupe augment-preview --serve` process of a panel. A request that comes while another is answered waits; of those that wait, the
 * newest replaces the others.
 */
export class PreviewProcess {
  private readonly child: ChildProcess;
  private readonly listeners: PreviewListeners;
  private nextId = 1;
  private asked = 0;
  private waiting: Omit<PreviewRequest, 'id'> | null = null;
  private isOver = false;

  /** @param target data source or `*.loupe.json`, absolute */
  constructor(processes: LoupeProcesses, target: string, listeners: PreviewListeners) {
    this.listeners = listeners;
    this.child = processes.converse(['augment-preview', target, '--serve', '--progress', 'none']);
    this.child.once('error', (error) => this.ended(error.message));
    this.child.once('exit', () => this.ended(''));
    this.child.stdin?.on('error', (error) => this.ended(error.message));
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on('line', (line) => this.read(line));
  }

  request(request: Omit<PreviewRequest, 'id'>): void {
    if (this.isOver) return;
    this.waiting = request;
    if (this.asked === 0) this.send();
  }

  dispose(): void {
    this.isOver = true;
    this.child.stdin?.end();
    this.child.kill();
  }

  private send(): void {
    if (!this.waiting) return;
    this.asked = this.nextId++;
    this.child.stdin?.write(`${JSON.stringify({ id: this.asked, ...this.waiting })}\n`);
    this.waiting = null;
  }

  private read(line: string): void {
    const message = parse(line);
    if (!message || this.isOver || 'ready' in message) return;
    if ('error' in message) this.failed(message.error, message.id !== null);
    else {
      this.asked = 0;
      this.listeners.answered(message);
      this.send();
    }
  }

  private failed(error: { message: string; advice: string }, alive: boolean): void {
    this.asked = 0;
    if (!alive) this.isOver = true;
    this.listeners.failed(error, alive);
    this.send();
  }

  private ended(why: string): void {
    if (this.isOver) return;
    this.isOver = true;
    const message = why || 'The process that draws the images has ended.';
    this.listeners.failed({ message, advice: '' }, false);
  }
}

function parse(line: string): PreviewLine | null {
  try {
    return JSON.parse(line) as PreviewLine;
  } catch {
    return null;
  }
}
