import type { CatalogueRow } from '../../src/protocol/catalogue.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import type { GridTile } from '../ui/grid/grid.ts';
import { TilePicture } from '../ui/grid/image-tile.ts';
import { icon } from '../ui/icons.ts';
import { editText, nameOf, rowText } from './fields.ts';

export interface CardSource {
  /** Undefined: not here yet; null: the image can't be read. */
  picture(row: CatalogueRow): string | null | undefined;
  /** What the grid is sorted by, in words; empty: nothing to tell. */
  value(row: CatalogueRow): string;
}

/** An image in the grid: its picture, class, and what is known to be wrong with it. */
export class ImageCard implements GridTile<CatalogueRow> {
  readonly root: HTMLElement;
  readonly #source: CardSource;
  readonly #picture = new TilePicture();
  readonly #label = element('span', { class: 'card-label' });
  readonly #value = element('span', { class: 'card-value' });
  readonly #issue = element('span', { class: 'card-mark card-issue', hidden: true }, icon('warning'));
  readonly #edit = element('span', { class: 'card-mark card-edit', hidden: true });

  constructor(source: CardSource) {
    this.#source = source;
    this.root = element(
      'div',
      {},
      this.#picture.root,
      element('span', { class: 'card-caption' }, this.#label, this.#value),
      this.#issue,
      this.#edit,
    );
  }

  show(row: CatalogueRow | undefined): void {
    this.#picture.show(row && this.#source.picture(row));
    const edit = row ? editText(row) : null;
    const label = row ? (row.edit?.label ?? row.label ?? nameOf(row.path)) : '';
    setText(this.#label, label);
    setText(this.#value, row ? this.#source.value(row) : '');
    setHidden(this.#issue, !row || row.issues.length === 0);
    setHidden(this.#edit, edit === null);
    setText(this.#edit, edit ?? '');
    this.root.classList.toggle('card-gone', row?.edit?.excluded === true || row?.edit?.deleted === true);
    setAttribute(this.root, 'aria-label', row ? rowText(row) : 'loading');
    setAttribute(
      this.root,
      'title',
      row ? `${row.path}${row.issues.length ? `\n${row.issues.join(', ')}` : ''}` : null,
    );
  }
}
