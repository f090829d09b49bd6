import type { HistoryEntry } from '../../src/protocol/clean-panel.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { button } from '../ui/kit.ts';
import type { Pictures } from './pictures.ts';
import { fileName } from './row-text.ts';

const PAGE = 100;

export interface HistoryListeners {
  ask(offset: number, limit: number): void;
  onRevert(id: string): void;
  onOpen(path: string): void;
}

/** All edits of the data set, the newest first; each can be taken back by itself. */
export class HistoryView {
  readonly root: HTMLElement;
  readonly #listeners: HistoryListeners;
  readonly #pictures: Pictures;
  readonly #list = element('ol', { class: 'history', 'aria-label': 'Edits, the newest first' });
  readonly #empty = element('p', { class: 'quiet empty', hidden: true }, 'Nothing was edited yet.');
  readonly #more: HTMLElement;
  #shown = 0;

  constructor(pictures: Pictures, listeners: HistoryListeners) {
    this.#pictures = pictures;
    this.#listeners = listeners;
    this.#more = button('Show more', {
      appearance: 'secondary',
      onClick: () => listeners.ask(this.#shown, PAGE),
    });
    this.root = element(
      'section',
      { class: 'history-view', 'aria-label': 'History', hidden: true },
      this.#empty,
      this.#list,
      this.#more,
    );
  }

  /** Asks for as much as is shown, at least a page. */
  refresh(): void {
    const shown = Math.max(PAGE, this.#shown);
    this.#shown = 0;
    this.#listeners.ask(0, shown);
  }

  show(entries: readonly HistoryEntry[], total: number): void {
    if (this.#shown === 0) this.#list.replaceChildren();
    this.#list.append(...entries.map((entry) => this.#entry(entry)));
    this.#shown += entries.length;
    setHidden(this.#empty, total > 0);
    setHidden(this.#more, this.#shown >= total);
  }

  #entry({ id, at, by, text, images, count: all, counts, saved }: HistoryEntry): HTMLElement {
    const shown = images.map((image) => {
      const picture = element('img', { alt: fileName(image.path) });
      this.#pictures.show(picture, image);
      const node = element('button', { class: 'history-picture picture', type: 'button', title: image.path }, picture);
      node.addEventListener('click', () => this.#listeners.onOpen(image.path));
      return node;
    });
    const when = element('time', { datetime: at }, '');
    setText(when, new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }));
    const revert = element('button', { class: 'link', type: 'button' }, 'Take back');
    revert.setAttribute('aria-label', `Take back: ${text}`);
    revert.addEventListener('click', () => this.#listeners.onRevert(id));
    const more = all - images.length;
    return element(
      'li',
      { class: `history-entry${counts ? '' : ' history-undone'}` },
      element(
        'div',
        { class: 'history-text' },
        element('div', { class: 'history-what' }, text),
        element('div', { class: 'quiet' }, when, by ? ` · ${by}` : '', saved ? '' : ' · not saved'),
      ),
      element(
        'div',
        { class: 'history-pictures', 'aria-label': plural(all, 'image') },
        ...shown,
        more > 0 ? element('span', { class: 'quiet' }, `+ ${count(more)}`) : null,
      ),
      counts ? revert : element('span', { class: 'quiet' }, 'undone'),
    );
  }
}
