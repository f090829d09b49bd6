import type { CatalogueQuery, CatalogueRow, Overview } from '../../src/protocol/catalogue.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { count, percent, plural } from '../ui/format.ts';
import { TilePicture } from '../ui/grid/image-tile.ts';
import { icon } from '../ui/icons.ts';
import { type CatalogueClient, Refusal } from './client.ts';
import { rowText } from './fields.ts';
import { quoted, withoutField } from './query-text.ts';
import { conspicuousClasses, meanSharpness } from './sharpness.ts';

/** Images of each class's contact sheet at first, and how many more come at a time. */
const SHEET = 24;
const MORE = 96;
/** That a mean is measured at. It is the square on the left of its picture; some of the images follow to the right of it. */
const MEAN_SIDE = 96;

export interface SheetListeners {
  onClass(name: string): void;
  onImage(row: CatalogueRow): void;
  onPictures(rows: readonly CatalogueRow[]): void;
  picture(row: CatalogueRow): string | null | undefined;
}

interface Sheet {
  name: string;
  root: HTMLElement;
  mean: HTMLImageElement;
  hint: HTMLElement;
  note: HTMLElement;
  strip: HTMLElement;
  more: HTMLElement;
  tiles: { row: CatalogueRow; tile: TilePicture }[];
  isAsked: boolean;
}

/** Every class at a glance: the mean of its images, and some of them. What is out of sight is not asked for. */
export class ClassSheets {
  readonly root = element('div', { class: 'sheets', role: 'list', 'aria-label': 'Classes', hidden: true });
  readonly #client: CatalogueClient;
  readonly #listeners: SheetListeners;
  readonly #observer: IntersectionObserver;
  #sheets = new Map<Element, Sheet>();
  #sharpness = new Map<string, number>();
  #query: CatalogueQuery = { text: '' };
  #key = '';

  constructor(client: CatalogueClient, listeners: SheetListeners) {
    this.#client = client;
    this.#listeners = listeners;
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), {
      root: this.root,
      rootMargin: '200px',
    });
  }

  /** Made anew where the query or the data set has changed. */
  update(query: CatalogueQuery, overview: Overview): void {
    const key = JSON.stringify([query, overview.revision]);
    if (key === this.#key) return;
    this.#key = key;
    this.#query = query;
    this.#observer.disconnect();
    this.#sharpness.clear();
    const total = overview.classes.reduce((sum, entry) => sum + entry.count, 0);
    const made = overview.classes.map((entry) => this.#make(entry.name, entry.count, total));
    this.#sheets = new Map(made.map((sheet) => [sheet.root, sheet]));
    this.root.replaceChildren(...made.map(({ root }) => root));
    for (const { root } of made) this.#observer.observe(root);
  }

  /** Small pictures have come. */
  refresh(): void {
    for (const { tiles } of this.#sheets.values()) {
      for (const { row, tile } of tiles) tile.show(this.#listeners.picture(row));
    }
  }

  #make(name: string, images: number, total: number): Sheet {
    const mean = element('img', {
      class: 'sheet-mean',
      alt: `Mean of the images of ${name}`,
      crossorigin: 'anonymous',
    });
    mean.hidden = true;
    const hint = element('p', { class: 'sheet-hint', hidden: true });
    const note = element('span', { class: 'quiet' });
    const open = element('button', { class: 'link sheet-name', type: 'button' }, name);
    open.addEventListener('click', () => this.#listeners.onClass(name));
    setText(note, `${plural(images, 'image')} · ${percent(total ? images / total : 0)}`);
    const more = element('button', { class: 'link sheet-more', type: 'button', hidden: true });
    const strip = element('div', { class: 'sheet-strip' }, more);
    const root = element(
      'section',
      { class: 'sheet', role: 'listitem', 'aria-label': name },
      element('div', { class: 'sheet-head' }, open, note),
      element('div', { class: 'sheet-picture' }, mean, element('span', { class: 'quiet' }, 'mean')),
      strip,
      hint,
    );
    const sheet: Sheet = { name, root, mean, hint, note, strip, more, tiles: [], isAsked: false };
    more.addEventListener('click', () => void this.#grow(sheet, MORE));
    mean.addEventListener('load', () => this.#measure(sheet));
    return sheet;
  }

  #seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const sheet = this.#sheets.get(target);
      if (!sheet || !isIntersecting || sheet.isAsked) continue;
      sheet.isAsked = true;
      void this.#fill(sheet);
    }
  }

  async #fill(sheet: Sheet): Promise<void> {
    await this.#grow(sheet, SHEET);
    if (sheet.tiles.length === 0) return;
    await this.#orSay(sheet, async () => {
      const { uri } = await this.#client.askWithPicture({ type: 'meanImage', className: sheet.name, split: null });
      if (uri !== null) sheet.mean.src = uri;
    });
  }

  /** The next images of the class, after those that are there; the keyboard goes on with the first of them. */
  async #grow(sheet: Sheet, limit: number): Promise<void> {
    const { strip, more, tiles } = sheet;
    const rest = withoutField(this.#query.text, 'class');
    const query = { ...this.#query, text: `${rest} class:${quoted(sheet.name)}`.trim(), group: undefined };
    await this.#orSay(sheet, async () => {
      const offset = tiles.length;
      const hadFocus = document.activeElement === more;
      const { rows, total } = await this.#client.ask({ type: 'page', query, offset, limit });
      if (tiles.length !== offset) return;
      const next = rows.map((row) => ({ row, tile: new TilePicture() }));
      tiles.push(...next);
      const nodes = next.map(({ row, tile }) => this.#tile(row, tile));
      strip.replaceChildren(...strip.children, ...nodes, more);
      setHidden(more, tiles.length >= total);
      setText(more, `Show ${count(Math.min(MORE, total - tiles.length))} more of ${count(total - tiles.length)}`);
      if (hadFocus) nodes[0]?.focus();
      this.#listeners.onPictures(rows);
      this.refresh();
    });
  }

  async #orSay({ hint }: Sheet, ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setHidden(hint, false);
      setText(hint, `${error.message} ${error.advice}`);
    }
  }

  #tile(row: CatalogueRow, tile: TilePicture): HTMLElement {
    const node = element(
      'button',
      { class: 'sheet-tile', type: 'button', 'aria-label': rowText(row), title: row.path },
      tile.root,
    );
    node.addEventListener('click', () => this.#listeners.onImage(row));
    return node;
  }

  /** A mean that is sharper than those of the other classes is told of. */
  #measure(sheet: Sheet): void {
    setHidden(sheet.mean, false);
    const canvas = element('canvas', { width: MEAN_SIDE, height: MEAN_SIDE });
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return;
    const side = Math.min(sheet.mean.naturalWidth, sheet.mean.naturalHeight);
    context.drawImage(sheet.mean, 0, 0, side, side, 0, 0, MEAN_SIDE, MEAN_SIDE);
    const { data } = context.getImageData(0, 0, MEAN_SIDE, MEAN_SIDE);
    this.#sharpness.set(sheet.name, meanSharpness(data, MEAN_SIDE, MEAN_SIDE));
    const conspicuous = conspicuousClasses(this.#sharpness);
    for (const other of this.#sheets.values()) {
      const isSharp = conspicuous.has(other.name);
      setHidden(other.hint, !isSharp);
      if (!isSharp) continue;
      other.hint.replaceChildren(
        icon('info'),
        ' The mean is sharper than those of the other classes: its images always look alike in one place. Look for a border, a watermark or one background.',
      );
    }
  }
}
