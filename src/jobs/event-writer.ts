import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import type { JobEventBody } from '../protocol/events.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { jobFiles } from './job.ts';

const NEWLINE = 0x0a;
const SEARCH_BYTES = 64 * 1024;

/**
 * Appends to `events.jsonl`; the process that holds the run's lock is the only writer. A line is on its way to the disk
 * when `append` returns, so that kill −9 loses nothing that was appended. What a crash left of a last line is cut off
 * on opening; what a full disk left of one is cut off at once.
 */
export class EventWriter {
  readonly file: string;
  private readonly handle: number;
  private readonly inode: number;
  /** Length of the file up to its last whole line. */
  private end: number;

  /** @throws Problem `disk-full`, `no-permission`, `folder-missing` */
  constructor(folder: string) {
    this.file = path.join(folder, jobFiles.events);
    try {
      this.handle = fs.openSync(this.file, 'a+');
      this.inode = fs.fstatSync(this.handle).ino;
      this.end = endOfLastLine(this.handle);
      fs.ftruncateSync(this.handle, this.end);
    } catch (error) {
      throw fsProblem(error, 'open', this.file);
    }
  }

  /**
   * Adds the time and writes one line.
   * @throws Problem `disk-full`, `no-permission`, `folder-missing` (the run's folder was removed or moved); the file stays whole
   */
  append(event: JobEventBody): void {
    const { kind, ...rest } = event;
    const line = Buffer.from(`${JSON.stringify({ t: Date.now(), kind, ...rest })}\n`);
    this.assertInPlace();
    let written = 0;
    try {
      while (written < line.length) written += fs.writeSync(this.handle, line, written);
      this.end += line.length;
    } catch (error) {
      fs.ftruncateSync(this.handle, this.end);
      throw fsProblem(error, 'write', this.file);
    }
  }

  /** Waits until everything appended is on the disk (a checkpoint does that before it relies on it). */
  flush(): void {
    try {
      fs.fsyncSync(this.handle);
    } catch (error) {
      throw fsProblem(error, 'write', this.file);
    }
  }

  close(): void {
    fs.closeSync(this.handle);
  }

  /** A file that was deleted or moved with its folder still takes writes; nobody would ever see them. */
  private assertInPlace(): void {
    try {
      if (fs.statSync(this.file).ino === this.inode) return;
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw fsProblem(error, 'write', this.file);
    }
    throw new Problem(
      'folder-missing',
      `The run's folder was removed or moved while it was being written: ${path.dirname(this.file)}.`,
      'Start the run again, or put the folder back and resume it.',
    );
  }
}

/** Offset after the last newline of a file; 0 where there is none. */
function endOfLastLine(handle: number): number {
  const buffer = Buffer.alloc(SEARCH_BYTES);
  let end = fs.fstatSync(handle).size;
  while (end > 0) {
    const start = Math.max(0, end - SEARCH_BYTES);
    const read = fs.readSync(handle, buffer, 0, end - start, start);
    const at = buffer.lastIndexOf(NEWLINE, read - 1);
    if (read > 0 && at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}
