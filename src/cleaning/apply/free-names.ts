import fs from 'node:fs';
import path from 'node:path';

/**
 * Gives out names that no file has, nor another step of the same plan, on any file system: names that differ in case or in the way an
 * accent is written count as one.
 */
export class FreeNames {
  readonly #root: string | null;
  readonly #folders = new Map<string, Set<string>>();
  /** As they were first asked for. */
  readonly #asked = new Map<string, string>();

  /** @param root null: only the names that are given out count, not those on the disk */
  constructor(root: string | null) {
    this.#root = root;
  }

  /** `wanted`, or with `-2`, `-3` … before its ending. `/`-separated, relative to the root. */
  take(wanted: string): string {
    const folder = path.posix.dirname(wanted);
    const { name, ext } = path.posix.parse(wanted);
    const taken = this.#namesIn(folder);
    for (let number = 1; ; number++) {
      const candidate = number === 1 ? `${name}${ext}` : `${name}-${number}${ext}`;
      if (taken.has(plain(candidate))) continue;
      taken.add(plain(candidate));
      return path.posix.join(folder, candidate);
    }
  }

  /** A folder that is `folder` to some file systems and not to others, e.g. `Tulip` beside `tulip`; null: there is none. */
  rivalOf(folder: string): string | null {
    const parent = path.posix.dirname(folder);
    const name = path.posix.basename(folder);
    const names = this.#entriesOf(parent);
    if (names.includes(name)) return null;
    const asked = this.#asked.get(plain(folder)) ?? name;
    this.#asked.set(plain(folder), asked);
    return names.find((other) => plain(other) === plain(name)) ?? (asked === name ? null : asked);
  }

  #namesIn(folder: string): Set<string> {
    const known = this.#folders.get(plain(folder)) ?? new Set(this.#entriesOf(folder).map(plain));
    this.#folders.set(plain(folder), known);
    return known;
  }

  #entriesOf(folder: string): string[] {
    if (this.#root === null) return [];
    try {
      return fs.readdirSync(path.resolve(this.#root, folder));
    } catch {
      return [];
    }
  }
}

function plain(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
