import fs from 'node:fs';
import path from 'node:path';

/** Tells files that are reached through a symbolic link: moving them would break the link, or change what lies elsewhere. */
export class Links {
  readonly #root: string;
  readonly #folders = new Map<string, boolean>();

  constructor(root: string) {
    this.#root = root;
  }

  /** @param file relative to the root, `/`-separated */
  isLinked(file: string): boolean {
    const stat = fs.lstatSync(path.join(this.#root, file), { throwIfNoEntry: false });
    return stat?.isSymbolicLink() === true || this.#isLinkedFolder(path.posix.dirname(file));
  }

  #isLinkedFolder(folder: string): boolean {
    if (folder === '.' || folder === '/' || folder.startsWith('..')) return false;
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const stat = fs.lstatSync(path.join(this.#root, folder), { throwIfNoEntry: false });
    const linked = stat?.isSymbolicLink() === true || this.#isLinkedFolder(path.posix.dirname(folder));
    this.#folders.set(folder, linked);
    return linked;
  }

  /** True where the images' own folder can't be written to, so that nothing in it can get another name. */
  isReadOnly(file: string): boolean {
    try {
      fs.accessSync(path.dirname(path.join(this.#root, file)), fs.constants.W_OK);
      return false;
    } catch {
      return true;
    }
  }
}
