import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { thumbnailFile } from '../files.ts';
import type { LoupeProcesses } from './process.ts';

/** Of small pictures where a panel does not ask for another, pixels. */
const SIDE = 96;
/** The process ends when nobody has asked for so long. */
const IDLE_MS = 30_000;

export interface Picture {
  /** Absolute path of an image file, or `<IDX file>#<index>`. */
  path: string;
  /** Content hash where it is known: a picture that was made before needs no process. */
  hash?: string;
  /** Longest side in pixels: 64, 96, 128, 256 or 512. */
  side?: number;
}

/** Small pictures of images for all panels, made by one `loupe thumbnails` process while there is something to make. */
export class Thumbnails implements vscode.Disposable {
  private readonly processes: LoupeProcesses;
  private readonly waiting = new Map<number, (file: string | null) => void>();
  private child: ChildProcess | null = null;
  private timer: NodeJS.Timeout | undefined;
  private nextId = 1;

  constructor(processes: LoupeProcesses) {
    this.processes = processes;
  }

  /** The picture's file; null where the image can't be read, or nothing may run in this workspace. */
  async file({ path, hash, side = SIDE }: Picture): Promise<string | null> {
    if (hash && fs.existsSync(thumbnailFile(hash, side))) return thumbnailFile(hash, side);
    if (!vscode.workspace.isTrusted) return null;
    const child = this.start();
    const id = this.nextId++;
    return await new Promise((resolve) => {
      this.waiting.set(id, resolve);
      child.stdin?.write(`${JSON.stringify({ id, path, hash, side })}\n`);
    });
  }

  /** Starts the process: pictures that were never made will soon be wanted. */
  warm(): void {
    if (vscode.workspace.isTrusted) this.start();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.child?.stdin?.end();
    this.ended(this.child);
  }

  private start(): ChildProcess {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), IDLE_MS);
    if (this.child) return this.child;
    const child = this.processes.converse(['thumbnails', '--lines']);
    this.child = child;
    child.once('error', () => this.ended(child));
    child.once('exit', () => this.ended(child));
    child.stdin?.on('error', () => this.ended(child));
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.answered(line));
    return child;
  }

  private answered(line: string): void {
    try {
      const { id, file } = JSON.parse(line) as { id: number; file?: string };
      this.waiting.get(id)?.(file ?? null);
      this.waiting.delete(id);
    } catch {
      // Not an answer: whoever waits gets null when the process ends.
    }
  }

  /** Lets the process go once it has answered everything. */
  private rest(): void {
    if (this.waiting.size > 0) {
      this.timer = setTimeout(() => this.rest(), IDLE_MS);
      return;
    }
    this.child?.stdin?.end();
    this.child = null;
  }

  private ended(child: ChildProcess | null): void {
    if (child !== this.child) return;
    this.child = null;
    for (const resolve of this.waiting.values()) resolve(null);
    this.waiting.clear();
  }
}
