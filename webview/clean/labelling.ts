import { type CleanKeyAct, keyOf } from '../../src/protocol/clean-keys.ts';
import type { UnlabelledRow } from '../../src/protocol/clean-panel.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { count, percent, plural } from '../ui/format.ts';
import { button } from '../ui/kit.ts';
import { digitKeys } from './keys.ts';
import type { Pictures } from './pictures.ts';
import { fileName } from './row-text.ts';

const BLOCK = 50;
/** Pictures of what comes next. */
const AHEAD = 12;
const MOST_SUGGESTED = 5;

export interface LabellingListeners {
  ask(offset: number, limit: number): void;
  onLabel(image: { path: string; hash: string }, to: string): void;
  onOther(suggested: string[]): void;
  onAddImages(): void;
  onOpen(path: string): void;
}

/** Gives labels to images that have none, one key an image, the most useful first. */
export class Labelling {
  readonly root: HTMLElement;
  readonly #listeners: LabellingListeners;
  readonly #pictures: Pictures;
  readonly #large: Pictures;
  readonly #picture = element('img', { alt: '' });
  readonly #name = element('div', { class: 'new-name' });
  readonly #why = element('div', { class: 'quiet' });
  readonly #choices = element('div', { class: 'new-choices', role: 'group', 'aria-label': 'Classes' });
  readonly #queue = element('div', { class: 'new-queue', 'aria-hidden': 'true' });
  readonly #count = element('span', { class: 'quiet' });
  readonly #add: HTMLElement;
  readonly #stage: HTMLElement;
  readonly #empty: HTMLElement;
  #classes: { name: string; count: number }[] = [];
  #rows = new Map<number, UnlabelledRow>();
  #asked = new Set<number>();
  #total = 0;
  #at = 0;
  #wantsFocus = false;

  /** @param pictures of what comes next; @param large of the image that is labelled */
  constructor(pictures: Pictures, large: Pictures, listeners: LabellingListeners) {
    this.#pictures = pictures;
    this.#large = large;
    this.#listeners = listeners;
    this.#stage = element(
      'div',
      {
        class: 'new-stage',
        tabindex: '0',
        'aria-label': 'Image to label: digits pick a class, Enter takes the likeliest',
      },
      element('div', { class: 'new-picture picture' }, this.#picture),
      element('div', { class: 'new-side' }, this.#name, this.#why, this.#choices),
    );
    this.#empty = element(
      'div',
      { class: 'empty', hidden: true },
      element('p', {}, 'No image waits for a label.'),
      element(
        'p',
        { class: 'quiet' },
        'Images that you add lie in “unlabelled” beside the class folders until they have a class; applying the edits moves them there.',
      ),
      button('Add images…', { appearance: 'primary', onClick: () => listeners.onAddImages() }),
    );
    this.#add = button('Add images…', { appearance: 'secondary', onClick: () => listeners.onAddImages() });
    this.root = element(
      'section',
      { class: 'new-view', 'aria-label': 'New images', hidden: true },
      element('div', { class: 'new-head' }, this.#count, this.#add),
      this.#empty,
      this.#stage,
      this.#queue,
    );
    this.#stage.addEventListener('keydown', (event) => this.#key(event));
  }

  setClasses(classes: readonly { name: string; count: number }[]): void {
    this.#classes = [...classes];
  }

  reset(): void {
    this.#rows.clear();
    this.#asked.clear();
    this.#at = 0;
    this.#ask(0);
  }

  /** Asks again for what may have changed; what is on the stage stays there until it is known. */
  refresh(): void {
    this.#asked.clear();
    this.#ask(0);
  }

  fill(offset: number, rows: readonly UnlabelledRow[], total: number): void {
    const current = this.#rows.get(this.#at)?.image.path;
    this.#total = total;
    if (offset === 0) this.#rows.clear();
    rows.forEach((row, i) => {
      this.#rows.set(offset + i, row);
    });
    if (offset === 0) {
      const still = rows.findIndex(({ image, label }) => image.path === current && label === null);
      this.#at = still < 0 ? this.#nextFrom(0) : still;
    }
    this.#draw();
    if (this.#wantsFocus && total > 0) this.focus();
  }

  /** Labels were given or taken back. */
  labelled(images: readonly { path: string; hash: string; label: string | null }[]): void {
    const labels = new Map(images.map(({ path, hash, label }) => [`${hash}\0${path}`, label]));
    for (const [at, row] of this.#rows) {
      const key = `${row.image.hash}\0${row.image.path}`;
      if (!labels.has(key)) continue;
      const label = labels.get(key) ?? null;
      this.#rows.set(at, { ...row, label });
      if (label !== null && row.label === null && at === this.#at) this.#at = this.#nextFrom(at + 1);
      // What was taken back is what the user wants to see again.
      if (label === null && row.label !== null) this.#at = at;
    }
    this.#draw();
  }

  /** Now, or as soon as there is an image to label. */
  focus(): void {
    this.#wantsFocus = this.#stage.hidden !== false;
    this.#stage.focus();
  }

  /** Labels the image on the stage and goes on. */
  label(to: string): void {
    const row = this.#rows.get(this.#at);
    if (!row) return;
    this.#rows.set(this.#at, { ...row, label: to });
    this.#listeners.onLabel({ path: row.image.path, hash: row.image.hash }, to);
    this.#at = this.#nextFrom(this.#at + 1);
    this.#draw();
  }

  /** A keybinding of VS Code, or a command of its palette. */
  command(act: CleanKeyAct): void {
    const row = this.#rows.get(this.#at);
    if (!row) return;
    const likeliest = row.suggestions[0]?.label;
    if (act === 'accept' && likeliest !== undefined) this.label(likeliest);
    else if (act === 'relabel') this.#other(row);
    else if (act === 'open') this.#listeners.onOpen(row.image.path);
  }

  #other({ suggestions }: UnlabelledRow): void {
    this.#listeners.onOther(suggestions.map(({ label }) => label));
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.#rows.get(this.#at);
    if (!row) return;
    const digit = this.#keys(row).get(event.key);
    if (digit !== undefined) this.label(digit);
    else if (event.key === '/') this.#other(row);
    else if (event.key === 'ArrowRight' || event.key === ' ') this.#go(this.#at + 1);
    else if (event.key === 'ArrowLeft') this.#go(this.#at - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #keys(row: UnlabelledRow): Map<string, string> {
    return digitKeys(
      this.#classes,
      row.suggestions.map(({ label }) => label),
    );
  }

  #go(at: number): void {
    this.#at = Math.max(0, Math.min(this.#total - 1, at));
    this.#draw();
  }

  #nextFrom(at: number): number {
    for (let next = at; next < this.#total; next++) if (this.#rows.get(next)?.label == null) return next;
    return Math.max(0, this.#total - 1);
  }

  #ask(block: number): void {
    if (this.#asked.has(block)) return;
    this.#asked.add(block);
    this.#listeners.ask(block * BLOCK, BLOCK);
  }

  #draw(): void {
    setHidden(this.#empty, this.#total > 0);
    setHidden(this.#add, this.#total === 0);
    setHidden(this.#stage, this.#total === 0);
    setHidden(this.#queue, this.#total === 0);
    const done = [...this.#rows.values()].filter(({ label }) => label !== null).length;
    setText(
      this.#count,
      this.#total === 0
        ? ''
        : done < this.#total
          ? `${count(done)} of ${plural(this.#total, 'new image')} labelled, the most useful first`
          : `${count(done)} of ${plural(this.#total, 'new image')} labelled: applying the edits moves them to their classes`,
    );
    for (const at of [this.#at, this.#at + AHEAD]) if (at < this.#total) this.#ask(Math.floor(at / BLOCK));
    const row = this.#rows.get(this.#at);
    if (!row) return;
    this.#large.show(this.#picture, row.image);
    const next = this.#rows.get(this.#at + 1);
    if (next) this.#large.want(next.image);
    this.#picture.alt = fileName(row.image.path);
    setText(this.#name, fileName(row.image.path));
    setText(this.#why, row.label === null ? row.why : `Labelled ${row.label}. ${row.why}`);
    this.#choices.replaceChildren(...this.#choiceNodes(row));
    this.#queue.replaceChildren(
      ...Array.from({ length: AHEAD }, (_, i) => this.#rows.get(this.#at + 1 + i))
        .filter((next) => next !== undefined)
        .map((next) => {
          const node = element('img', { alt: '' });
          this.#pictures.show(node, next.image);
          return element('span', { class: 'picture new-next' }, node);
        }),
    );
  }

  #choiceNodes(row: UnlabelledRow): HTMLElement[] {
    const digits = new Map([...this.#keys(row)].map(([digit, name]) => [name, digit]));
    const probable = new Map(
      row.suggestions.slice(0, MOST_SUGGESTED).map(({ label, probability }) => [label, probability]),
    );
    const names = [...new Set([...probable.keys(), ...digits.keys()])];
    const nodes = names.map((name) => {
      const probability = probable.get(name);
      const fill = element('span', { class: 'bar-share bar-best' });
      fill.style.width = `${Math.round((probability ?? 0) * 100)}%`;
      const node = element(
        'button',
        { class: 'new-choice', type: 'button', tabindex: '-1', 'aria-pressed': String(row.label === name) },
        element('kbd', { class: digits.has(name) ? '' : 'picker-nokey' }, digits.get(name) ?? ''),
        element('span', { class: 'new-choice-name' }, name),
        ...(probability === undefined
          ? []
          : [
              element('span', { class: 'row-bar-track' }, fill),
              element('span', { class: 'row-bar-value' }, percent(probability, 0)),
            ]),
      );
      node.addEventListener('click', () => {
        this.label(name);
        this.focus();
      });
      return node;
    });
    const other = element(
      'button',
      { class: 'new-choice', type: 'button', tabindex: '-1' },
      element('kbd', {}, keyOf('relabel')),
      element('span', { class: 'new-choice-name' }, 'Another class…'),
    );
    other.addEventListener('click', () => this.#other(row));
    return [...nodes, other];
  }
}
