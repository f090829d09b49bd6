import fs from 'node:fs';
import { errnoOf } from './fs-problem.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * Reads a growing file line by line, each line once. A last line without its newline is left for later (the writer is in
 * the middle of it, or died there). A file that shrank or was replaced is read again from its start.
 */
export class LineTail {
  readonly file: string;
  private offset = 0;
  private inode = 0;

  constructor(file: string) {
    this.file = file;
  }

  /**
   * Lines added since the last call, without newlines. `reset`: the file is another one or was rewritten, so that
   * everything that came before is void. A missing file has no lines.
   * @throws the file system's own error, except for a missing file
   */
  read(): { lines: string[]; reset: boolean } {
    let handle: number;
    try {
      handle = fs.openSync(this.file, 'r');
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
      const reset = this.offset > 0;
      this.offset = 0;
      this.inode = 0;
      return { lines: [], reset };
    }
    try {
      const { size, ino } = fs.fstatSync(handle);
      const reset = this.offset > 0 && (size < this.offset || ino !== this.inode);
      if (reset) this.offset = 0;
      this.inode = ino;
      return { lines: this.readTo(handle, size), reset };
    } finally {
      fs.closeSync(handle);
    }
  }

  private readTo(handle: number, size: number): string[] {
    const lines: string[] = [];
    let room = Math.min(CHUNK_BYTES, size - this.offset);
    while (this.offset < size && room > 0) {
      const buffer = Buffer.allocUnsafe(Math.min(room, size - this.offset));
      const read = fs.readSync(handle, buffer, 0, buffer.length, this.offset);
      const end = read > 0 ? buffer.lastIndexOf(NEWLINE, read - 1) : -1;
      if (end >= 0) {
        for (const line of buffer.toString('utf8', 0, end).split('\n')) lines.push(line);
        this.offset += end + 1;
        room = CHUNK_BYTES;
      } else if (read > 0 && this.offset + read < size) {
        room *= 2;
      } else {
        break;
      }
    }
    return lines;
  }
}
