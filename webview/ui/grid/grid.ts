import './grid.css';
import { element, setAttribute, setText } from '../dom.ts';
import { GridLayout, type GridMove } from './layout.ts';
import { RowPages } from './pages.ts';
import { type ScrollScale, scrollScale } from './scaled-scroll.ts';
import { SelectionModel } from './selection.ts';

/** Rendered beyond each edge, as a share of the height that is seen. */
const OVERSCAN = 0.5;
/** Tiles are placed relative to a multiple of this many pixels: far down a long list, small numbers stay exact. */
const BASE_STEP = 16_384;
const GAP = 8;
const HEADER = 34;
/** Of a wheel that counts in lines. */
const LINE = 40;

/** A tile that is used again and again, for another row each time. */
export interface GridTile<Row> {
  root: HTMLElement;
  /** @param row undefined: not here yet */
  show(row: Row | undefined): void;
}

export interface GridGroup {
  name: string;
  count: number;
}

export interface GridOptions<Row, Key> {
  /** For screen readers. */
  label: string;
  /** Height of what a tile has under a picture of this side, pixels. */
  caption(side: number): number;
  makeTile(): GridTile<Row>;
  keyOf(row: Row): Key;
  /** At most `limit` rows from `offset` on. */
  fetch(offset: number, limit: number): Promise<readonly Row[]>;
  /** Keys of the items `from` … `to` (excluded), also of those that were never fetched. */
  keys(from: number, to: number): Promise<readonly Key[]>;
  /** Enter or a double click. */
  onActivate?(row: Row, index: number): void;
  onFocus?(row: Row | undefined, index: number): void;
  onSelect?(keys: ReadonlySet<Key>): void;
  /** Rows that are seen, the nearest to be seen after them; once a frame at most. */
  onVisible?(rows: readonly Row[]): void;
}

/**
 * A grid of any number of items: only what is seen is in the page, rows come in pages where they are looked at. One stop for Tab; arrow
 * keys, Home, End, Page Up and Page Down move, Shift with them or a click selects a range, Space and Ctrl-click select one more, Ctrl+A
 * all, Escape none.
 */
export class VirtualGrid<Row, Key> {
  readonly root: HTMLElement;
  readonly selection = new SelectionModel<Key>();
  readonly #options: GridOptions<Row, Key>;
  readonly #pages: RowPages<Row>;
  readonly #spacer = element('div', { class: 'grid-spacer', role: 'presentation' });
  readonly #layer = element('div', { class: 'grid-layer', role: 'presentation' });
  readonly #sticky = element('div', { class: 'grid-header grid-sticky', 'aria-hidden': 'true', hidden: true });
  readonly #tiles = new Map<number, GridTile<Row>>();
  readonly #free: GridTile<Row>[] = [];
  readonly #headers = new Map<number, HTMLElement>();
  #groups: readonly GridGroup[] = [];
  #layout: GridLayout;
  #scale: ScrollScale = scrollScale(0, 0);
  #side: number;
  #top = 0;
  #base = 0;
  /** What `scrollTop` was set to, to tell the user's scrolling from ours. */
  #expected = 0;
  #frame = 0;
  #size = { width: 0, height: 0 };
  #rangeId = 0;

  constructor(side: number, options: GridOptions<Row, Key>) {
    this.#options = options;
    this.#side = side;
    this.#layout = this.#makeLayout();
    this.#pages = new RowPages({
      fetch: options.fetch,
      onArrive: (from, to) => this.#arrived(from, to),
    });
    this.root = element(
      'div',
      { class: 'grid', role: 'listbox', 'aria-multiselectable': 'true', 'aria-label': options.label, tabindex: '-1' },
      this.#sticky,
      this.#spacer,
      this.#layer,
    );
    this.root.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.root.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    this.root.addEventListener('keydown', (event) => this.#key(event));
    this.root.addEventListener('click', (event) => this.#click(event));
    this.root.addEventListener('dblclick', (event) => this.#activate(this.#indexOf(event.target)));
    new ResizeObserver(() => this.#resized()).observe(this.root);
  }

  get count(): number {
    return this.#layout.count;
  }

  /** Pixels of a picture. */
  get side(): number {
    return this.#side;
  }

  /** The item at the upper left, to come back to. */
  get firstVisible(): number {
    return this.#layout.itemsBetween(this.#top, this.#top).from;
  }

  row(index: number): Row | undefined {
    return this.#pages.get(index);
  }

  /**
   * Another list. Selected keys stay selected.
   * @param groups one group without a name: no headers
   * @param at item to begin with
   * @param known rows that came with the counts, from a multiple of 200 on
   */
  setContents(groups: readonly GridGroup[], at = 0, known?: { offset: number; rows: readonly Row[] }): void {
    this.#groups = groups;
    this.#pages.reset();
    if (known) this.#pages.seed(known.offset, known.rows);
    this.#rangeId++;
    this.#layout = this.#makeLayout();
    this.selection.place(Math.max(0, Math.min(this.count - 1, at)));
    const hadFocus = this.root.contains(document.activeElement);
    this.#clear();
    this.#measure();
    this.#scrollTo(this.count > 0 && at > 0 ? this.#layout.place(this.selection.focus).y - GAP : 0);
    if (hadFocus) (this.#tiles.get(this.selection.focus)?.root ?? this.root).focus({ preventScroll: true });
  }

  /** The same list, which has become longer or shorter: what is looked at stays where it is, and rows are fetched again. */
  resize(groups: readonly GridGroup[]): void {
    this.#groups = groups;
    this.#layout = this.#makeLayout();
    if (this.selection.focus >= this.count) this.selection.place(Math.max(0, this.count - 1));
    this.#rearrange();
    for (const tile of this.#tiles.values()) setAttribute(tile.root, 'aria-setsize', this.count);
    this.#pages.renew();
    this.#scrollTo(this.#top);
  }

  /** Rows have changed where they are: they are fetched again, nothing moves or flickers. */
  refetch(): void {
    this.#pages.renew();
  }

  setSide(side: number): void {
    if (side === this.#side) return;
    const { focus } = this.selection;
    const anchor = this.#isSeen(focus) ? focus : this.firstVisible;
    const offset = this.count > 0 ? this.#layout.place(anchor).y - this.#top : 0;
    this.#side = side;
    this.#relayout();
    if (this.count > 0) this.#scrollTo(this.#layout.place(anchor).y - offset);
  }

  /** Fills the tiles again with what is known: selections or pictures have changed. */
  refresh(): void {
    for (const [index, tile] of this.#tiles) this.#fill(tile, index);
  }

  /** Tiles of rows that `accepts`, filled again. */
  refreshRows(accepts: (row: Row) => boolean): void {
    for (const [index, tile] of this.#tiles) {
      const row = this.#pages.get(index);
      if (row !== undefined && accepts(row)) this.#fill(tile, index);
    }
  }

  /** Moves the keyboard to an item and brings it into sight. @param take false: the page's focus stays where it is */
  focusItem(index: number, take = true): void {
    if (index < 0 || index >= this.count) return;
    const before = this.#tiles.get(this.selection.focus);
    this.selection.moveTo(index);
    if (before) before.root.tabIndex = -1;
    this.#reveal(index);
    this.#render();
    const tile = this.#tiles.get(index);
    if (tile) {
      tile.root.tabIndex = 0;
      if (take) tile.root.focus({ preventScroll: true });
    }
    this.#options.onFocus?.(this.#pages.get(index), index);
  }

  select(keys: Iterable<Key>): void {
    this.selection.replace(keys);
    this.#selected();
  }

  #makeLayout(): GridLayout {
    const named = this.#groups.some(({ name }) => name !== '');
    return new GridLayout(
      {
        width: this.#size.width || 1,
        side: this.#side,
        caption: this.#options.caption(this.#side),
        gap: GAP,
        header: named ? HEADER : 0,
      },
      this.#groups.map(({ count }) => count),
    );
  }

  #resized(): void {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (width === this.#size.width && height === this.#size.height) return;
    const anchor = this.firstVisible;
    const offset = this.count > 0 && anchor < this.count ? this.#top - this.#layout.place(anchor).y : 0;
    this.#size = { width, height };
    this.#relayout();
    if (this.count > 0 && anchor < this.count) this.#scrollTo(this.#layout.place(anchor).y + offset);
  }

  #relayout(): void {
    this.#layout = this.#makeLayout();
    this.#rearrange();
    this.#render();
  }

  /** Puts the tiles where the layout has them; each keeps its item, and so its picture. */
  #rearrange(): void {
    for (const header of this.#headers.values()) header.remove();
    this.#headers.clear();
    delete this.#sticky.dataset.group;
    this.#measure();
    for (const [index, tile] of this.#tiles) {
      if (index < this.count) this.#put(tile, index);
      else this.#release(index);
    }
  }

  #measure(): void {
    const { style } = this.root;
    style.setProperty('--tile-width', `${this.#layout.tileWidth}px`);
    style.setProperty('--tile-height', `${this.#layout.tileHeight}px`);
    style.setProperty('--tile-side', `${this.#side}px`);
    this.#scale = scrollScale(this.#layout.height, this.#size.height);
    this.#spacer.style.height = `${this.#scale.height}px`;
  }

  /** Takes every tile out of its place; the nodes are used again. */
  #clear(): void {
    for (const index of [...this.#tiles.keys()]) this.#release(index);
    for (const header of this.#headers.values()) header.remove();
    this.#headers.clear();
  }

  #release(index: number): void {
    const tile = this.#tiles.get(index);
    if (!tile) return;
    this.#tiles.delete(index);
    tile.root.hidden = true;
    tile.root.tabIndex = -1;
    delete tile.root.dataset.index;
    this.#free.push(tile);
  }

  #scrolled(): void {
    const { scrollTop } = this.root;
    if (this.#scale.scaled) {
      if (Math.abs(scrollTop - this.#expected) <= 1) return;
      this.#expected = scrollTop;
      this.#top = this.#scale.toContents(scrollTop);
    } else this.#top = scrollTop;
    this.#request();
  }

  /** A scrollbar that stands for more than its own height would jump by rows: the wheel moves the contents, the bar follows. */
  #wheel(event: WheelEvent): void {
    if (!this.#scale.scaled || event.ctrlKey) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : event.deltaMode === 0 ? 1 : this.#size.height;
    this.#scrollTo(this.#top + event.deltaY * unit);
  }

  #scrollTo(top: number): void {
    this.#top = this.#scale.clamp(top);
    this.#expected = this.#scale.toScroll(this.#top);
    this.root.scrollTop = this.#expected;
    this.#render();
  }

  #request(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => this.#render());
  }

  #render(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { height } = this.#size;
    if (height === 0) return;
    const extra = height * OVERSCAN;
    const { from, to } = this.#layout.itemsBetween(this.#top - extra, this.#top + height + extra);
    const { focus } = this.selection;
    const base = Math.floor(this.#top / BASE_STEP) * BASE_STEP;
    const moved = base !== this.#base;
    this.#base = base;
    this.#layer.style.transform = `translateY(${this.root.scrollTop - this.#top + base}px)`;
    for (const index of [...this.#tiles.keys()]) {
      if ((index < from || index >= to) && index !== focus) this.#release(index);
    }
    if (moved) for (const [index, tile] of this.#tiles) this.#put(tile, index);
    for (let index = from; index < to; index++) this.#ensure(index);
    if (focus < this.count) this.#ensure(focus);
    this.#renderHeaders(this.#top - extra, this.#top + height + extra);
    const seen = this.#layout.itemsBetween(this.#top, this.#top + height);
    this.#pages.want(from, to);
    this.#tellVisible(seen.from, seen.to, from, to);
  }

  #ensure(index: number): void {
    if (this.#tiles.has(index)) return;
    const tile = this.#free.pop() ?? this.#make();
    this.#tiles.set(index, tile);
    this.#put(tile, index);
    tile.root.hidden = false;
    tile.root.tabIndex = index === this.selection.focus ? 0 : -1;
    tile.root.dataset.index = String(index);
    setAttribute(tile.root, 'aria-posinset', index + 1);
    setAttribute(tile.root, 'aria-setsize', this.count);
    this.#fill(tile, index);
  }

  #make(): GridTile<Row> {
    const tile = this.#options.makeTile();
    tile.root.classList.add('grid-tile');
    tile.root.setAttribute('role', 'option');
    this.#layer.append(tile.root);
    return tile;
  }

  #put(tile: GridTile<Row>, index: number): void {
    const { x, y } = this.#layout.place(index);
    tile.root.style.transform = `translate(${x}px, ${y - this.#base}px)`;
  }

  #fill(tile: GridTile<Row>, index: number): void {
    const row = this.#pages.get(index);
    tile.show(row);
    const selected = row !== undefined && this.selection.keys.has(this.#options.keyOf(row));
    setAttribute(tile.root, 'aria-selected', String(selected));
  }

  #arrived(from: number, to: number): void {
    for (const [index, tile] of this.#tiles) if (index >= from && index < to) this.#fill(tile, index);
    const { focus } = this.selection;
    if (focus >= from && focus < to && this.root.contains(document.activeElement)) {
      this.#options.onFocus?.(this.#pages.get(focus), focus);
    }
    this.#request();
  }

  #tellVisible(seenFrom: number, seenTo: number, from: number, to: number): void {
    if (!this.#options.onVisible) return;
    const rows: Row[] = [];
    const take = (index: number) => {
      const row = this.#pages.get(index);
      if (row !== undefined) rows.push(row);
    };
    for (let index = seenFrom; index < seenTo; index++) take(index);
    for (let index = seenTo; index < to; index++) take(index);
    for (let index = from; index < seenFrom; index++) take(index);
    this.#options.onVisible(rows);
  }

  #renderHeaders(top: number, bottom: number): void {
    const wanted = this.#layout.headersBetween(top, bottom);
    const groups = new Set(wanted.map(({ group }) => group));
    for (const [group, header] of this.#headers) {
      if (groups.has(group)) continue;
      header.remove();
      this.#headers.delete(group);
    }
    for (const { group, y } of wanted) {
      let header = this.#headers.get(group);
      if (!header) {
        header = element('div', { class: 'grid-header', role: 'presentation' }, ...this.#headerText(group));
        this.#headers.set(group, header);
        this.#layer.append(header);
      }
      header.style.transform = `translateY(${y - this.#base}px)`;
    }
    const named = this.#groups.length > 0 && this.#groups.some(({ name }) => name !== '');
    const current = named ? this.#layout.groupAt(this.#top) : -1;
    this.#sticky.hidden = current < 0 || this.#top <= 0;
    if (this.#sticky.hidden || this.#sticky.dataset.group === String(current)) return;
    this.#sticky.dataset.group = String(current);
    this.#sticky.replaceChildren(...this.#headerText(current));
  }

  #headerText(group: number): Node[] {
    const { name, count } = this.#groups[group] ?? { name: '', count: 0 };
    const text = element('span', { class: 'grid-header-name' });
    setText(text, name);
    return [text, element('span', { class: 'quiet' }, count.toLocaleString('en-US'))];
  }

  #isSeen(index: number): boolean {
    if (index >= this.count) return false;
    const { y } = this.#layout.place(index);
    return y + this.#layout.tileHeight > this.#top && y < this.#top + this.#size.height;
  }

  #reveal(index: number): void {
    const { y } = this.#layout.place(index);
    const head = this.#headers.size > 0 || !this.#sticky.hidden ? HEADER : 0;
    if (y - GAP - head < this.#top) this.#scrollTo(y - GAP - head);
    else if (y + this.#layout.rowHeight > this.#top + this.#size.height) {
      this.#scrollTo(y + this.#layout.rowHeight - this.#size.height);
    }
  }

  #indexOf(target: EventTarget | null): number {
    const tile = target instanceof Element ? target.closest<HTMLElement>('.grid-tile') : null;
    return tile?.dataset.index === undefined ? -1 : Number(tile.dataset.index);
  }

  #activate(index: number): void {
    const row = this.#pages.get(index);
    if (row !== undefined) this.#options.onActivate?.(row, index);
  }

  #click(event: MouseEvent): void {
    const index = this.#indexOf(event.target);
    const row = this.#pages.get(index);
    if (row === undefined) return;
    const key = this.#options.keyOf(row);
    const adds = event.ctrlKey || event.metaKey;
    this.focusItem(index);
    if (event.shiftKey) void this.#extend(index, adds);
    else {
      if (adds) this.selection.toggle(index, key);
      else this.selection.only(index, key);
      this.#selected();
    }
  }

  async #extend(index: number, add: boolean): Promise<void> {
    const { anchor } = this.selection;
    const id = ++this.#rangeId;
    const [from, to] = [Math.min(anchor, index), Math.max(anchor, index) + 1];
    const keys = this.#knownKeys(from, to) ?? (await this.#options.keys(from, to));
    // Another list or another range was asked for meanwhile.
    if (id !== this.#rangeId) return;
    this.selection.extend(index, keys, add);
    this.#selected();
  }

  /** Null where not all rows are here. */
  #knownKeys(from: number, to: number): Key[] | null {
    const keys: Key[] = [];
    for (let index = from; index < to; index++) {
      const row = this.#pages.get(index);
      if (row === undefined) return null;
      keys.push(this.#options.keyOf(row));
    }
    return keys;
  }

  #selected(): void {
    this.refresh();
    this.#options.onSelect?.(this.selection.keys);
  }

  #key(event: KeyboardEvent): void {
    if (event.altKey || this.count === 0) return;
    const { focus } = this.selection;
    const to = this.#target(event, focus);
    if (to !== null) {
      event.preventDefault();
      if (event.shiftKey) {
        this.focusItem(to);
        void this.#extend(to, false);
      } else {
        this.focusItem(to);
        // Ctrl with an arrow goes elsewhere to select more; the next range still begins where the last did.
        if (!(event.ctrlKey || event.metaKey) || !event.key.startsWith('Arrow')) this.selection.anchor = to;
      }
      return;
    }
    const row = this.#pages.get(focus);
    if (event.key === 'Enter') this.#activate(focus);
    else if (event.key === ' ' && row !== undefined) {
      this.selection.toggle(focus, this.#options.keyOf(row));
      this.#selected();
    } else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) void this.#selectAll();
    else if (event.key === 'Escape' && this.selection.keys.size > 0) {
      this.select([]);
      event.stopPropagation();
    } else return;
    event.preventDefault();
  }

  async #selectAll(): Promise<void> {
    const id = ++this.#rangeId;
    const keys = this.#knownKeys(0, this.count) ?? (await this.#options.keys(0, this.count));
    if (id === this.#rangeId) this.select(keys);
  }

  #target({ key, ctrlKey, metaKey }: KeyboardEvent, at: number): number | null {
    const moves: Record<string, GridMove> = {
      ArrowLeft: 'left',
      ArrowRight: 'right',
      ArrowUp: 'up',
      ArrowDown: 'down',
      Home: ctrlKey || metaKey ? 'first' : 'row-start',
      End: ctrlKey || metaKey ? 'last' : 'row-end',
    };
    const move = moves[key];
    if (move) return this.#layout.move(at, move);
    const rows = Math.max(1, Math.floor(this.#size.height / this.#layout.rowHeight));
    if (key === 'PageDown') return this.#layout.moveRows(at, rows);
    if (key === 'PageUp') return this.#layout.moveRows(at, -rows);
    return null;
  }
}
