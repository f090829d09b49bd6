import fs from 'node:fs';

/** A value read from a file, read again only when the file's modification time, size or identity changed. */
export class CachedFile<T> {
  private readonly file: string;
  private readonly load: () => T;
  private entry: { key: string; value: T } | null = null;

  constructor(file: string, load: () => T) {
    this.file = file;
    this.load = load;
  }

  read(): T {
    const stat = fs.statSync(this.file, { throwIfNoEntry: false });
    const key = stat ? `${stat.mtimeMs}/${stat.size}/${stat.ino}` : 'none';
    if (this.entry?.key !== key) this.entry = { key, value: this.load() };
    return this.entry.value;
  }
}
