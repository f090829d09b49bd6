import type { CatalogueQuery, Overview } from '../../src/protocol/catalogue.ts';
import { findingKinds } from '../../src/protocol/findings.ts';
import { element, setHidden } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { roveOver, setStops } from '../ui/roving.ts';
import { fieldTitles, valueText } from './fields.ts';
import { toggleValue, valuesOf } from './query-text.ts';

/** Filters as chips: splits and kinds of issues to switch on, and what plots and the map have selected, to take away. */
export class Filters {
  readonly root = element('div', { class: 'chips', role: 'toolbar', 'aria-label': 'Filters', hidden: true });
  readonly #onChange: (change: Partial<CatalogueQuery>) => void;

  constructor(onChange: (change: Partial<CatalogueQuery>) => void) {
    this.#onChange = onChange;
    roveOver(
      this.root,
      () => this.#chips(),
      () => this.#chips().length,
    );
  }

  show(overview: Overview, query: CatalogueQuery): void {
    const at = this.#chips().indexOf(document.activeElement as HTMLElement);
    const splits = overview.splits.length > 1 ? overview.splits : [];
    const kinds = findingKinds.filter((kind) => (overview.issues[kind] ?? 0) > 0);
    this.root.replaceChildren(
      ...this.#taken(query),
      ...splits.map((split) => this.#toggle(query, 'split', split, null)),
      ...kinds.map((kind) => this.#toggle(query, 'issue', kind, overview.issues[kind] ?? 0)),
    );
    const chips = this.#chips();
    setHidden(this.root, chips.length === 0);
    const stop = chips[Math.max(0, Math.min(at, chips.length - 1))];
    setStops(chips, stop);
    if (at >= 0) stop?.focus();
  }

  #toggle(query: CatalogueQuery, field: string, value: string, images: number | null): HTMLElement {
    const chip = element(
      'button',
      { class: 'chip', type: 'button', 'aria-pressed': String(valuesOf(query.text, field).includes(value)) },
      field === 'issue' ? icon('warning') : null,
      value.replaceAll('-', ' '),
      images === null ? null : element('span', { class: 'chip-count' }, count(images)),
    );
    chip.addEventListener('click', () => this.#onChange({ text: toggleValue(query.text, field, value) }));
    return chip;
  }

  #taken(query: CatalogueQuery): HTMLElement[] {
    const ranges = query.ranges ?? [];
    const chips = ranges.map((range) =>
      this.#removable(
        `${fieldTitles[range.field]} ${valueText(range.field, range.from)} – ${valueText(range.field, range.to)}`,
        () => this.#onChange({ ranges: ranges.filter((other) => other !== range) }),
      ),
    );
    if (query.ids) {
      chips.push(
        this.#removable(`${plural(query.ids.length, 'image')} of the map`, () => this.#onChange({ ids: undefined })),
      );
    }
    return chips;
  }

  #removable(text: string, onRemove: () => void): HTMLElement {
    const chip = element(
      'button',
      { class: 'chip chip-taken', type: 'button', 'aria-label': `${text}: take this filter away` },
      text,
      icon('close'),
    );
    chip.addEventListener('click', onRemove);
    return chip;
  }

  #chips(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>('.chip')];
  }
}
