import fs from 'node:fs';
import path from 'node:path';

export interface WatchOptions {
  /** Milliseconds between looks; default 1000. */
  pollMs?: number;
  /** Only files with these endings, lower case with the dot; default: all. */
  extensions?: readonly string[];
  /** Tell files that are there already too. */
  existing?: boolean;
}

interface Seen {
  modified: number;
  bytes: number;
  /** Told since it has looked like this. */
  told: boolean;
}

/**
 * Tells every file that comes into a folder or changes there, once it has stayed as it is from one look to the next: a file that is
 * still being written is not told. Hidden files are left out; subfolders are looked through. Polls, because notifications are
 * missed on network drives and in containers.
 */
export class FolderWatch {
  readonly #folder: string;
  readonly #onFiles: (files: string[]) => void;
  readonly #extensions: readonly string[] | undefined;
  readonly #seen = new Map<string, Seen>();
  readonly #pollMs: number;
  #timer: NodeJS.Timeout;
  #closed = false;

  constructor(folder: string, onFiles: (files: string[]) => void, options: WatchOptions = {}) {
    this.#folder = path.resolve(folder);
    this.#onFiles = onFiles;
    this.#extensions = options.extensions;
    for (const [file, { modified, bytes }] of this.#list()) {
      this.#seen.set(file, { modified, bytes, told: options.existing !== true });
    }
    this.#pollMs = options.pollMs ?? 1000;
    this.#timer = setTimeout(() => this.#next(), this.#pollMs);
  }

  /** Looks now. */
  look(): void {
    const ready: string[] = [];
    const listed = this.#list();
    for (const [file, { modified, bytes }] of listed) {
      const before = this.#seen.get(file);
      const same = before?.modified === modified && before.bytes === bytes;
      if (same && !before.told && bytes > 0) {
        before.told = true;
        ready.push(file);
      } else if (!same) this.#seen.set(file, { modified, bytes, told: false });
    }
    for (const file of this.#seen.keys()) if (!listed.has(file)) this.#seen.delete(file);
    if (ready.length) this.#onFiles(ready.sort());
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Looks again and again, but for one part in twenty of the time at most: a large folder is looked at less often. */
  #next(): void {
    const from = performance.now();
    this.look();
    const taken = performance.now() - from;
    if (!this.#closed) this.#timer = setTimeout(() => this.#next(), Math.max(this.#pollMs, 19 * taken));
  }

  #list(): Map<string, { modified: number; bytes: number }> {
    const files = new Map<string, { modified: number; bytes: number }>();
    walk(this.#folder, (file) => {
      if (this.#extensions && !this.#extensions.includes(path.extname(file).toLowerCase())) return;
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      if (stat?.isFile()) files.set(file, { modified: stat.mtimeMs, bytes: stat.size });
    });
    return files;
  }
}

function walk(folder: string, visit: (file: string) => void): void {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) walk(file, visit);
    else visit(file);
  }
}
