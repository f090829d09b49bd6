/**
 * Which items of a list are selected, by their keys, so that another order or filter loses nothing; and where the keyboard is, by index.
 * As VS Code's lists: a click selects one, Ctrl adds or takes away, Shift selects from the anchor on.
 */
export class SelectionModel<Key> {
  /** Index that the keyboard is at. */
  focus = 0;
  /** Index that a range begins at. */
  anchor = 0;
  #keys = new Set<Key>();
  /** Of the last range, which the next one replaces. */
  #range: readonly Key[] = [];

  get keys(): ReadonlySet<Key> {
    return this.#keys;
  }

  only(index: number, key: Key): void {
    this.#keys = new Set([key]);
    this.#begin(index);
  }

  toggle(index: number, key: Key): void {
    if (!this.#keys.delete(key)) this.#keys.add(key);
    this.#begin(index);
  }

  /** @param range keys of the items between the anchor and `index`, both included. @param add what is selected elsewhere stays */
  extend(index: number, range: readonly Key[], add: boolean): void {
    if (add) for (const key of this.#range) this.#keys.delete(key);
    else this.#keys.clear();
    for (const key of range) this.#keys.add(key);
    this.#range = range;
    this.focus = index;
  }

  replace(keys: Iterable<Key>): void {
    this.#keys = new Set(keys);
    this.#range = [];
  }

  /** Where the keyboard goes without selecting. */
  moveTo(index: number): void {
    this.focus = index;
  }

  /** Another list: keys stay, places do not. */
  place(index: number): void {
    this.#begin(index);
  }

  #begin(index: number): void {
    this.focus = index;
    this.anchor = index;
    this.#range = [];
  }
}
