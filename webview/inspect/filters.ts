import type { CatalogueQuery, Overview, StyleNote } from '../../src/protocol/catalogue.ts';
import { findingKinds } from '../../src/protocol/findings.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { roveOver, setStops } from '../ui/roving.ts';
import { fieldTitles, valueText } from './fields.ts';
import { hasTerms, toggleTerms, toggleValue, valuesOf } from './query-text.ts';

/**
 * Filters as chips: splits, kinds of issues and what is the set's style to switch on, and what plots and the map have selected, to take
 * away. What is said of a style stands below while its images are shown.
 */
export class Filters {
  readonly root = element('div', { class: 'filters', hidden: true });
  readonly #bar = element('div', { class: 'chips', role: 'toolbar', 'aria-label': 'Filters' });
  readonly #notes = element('div', { class: 'style-notes', role: 'status' });
  readonly #onChange: (change: Partial<CatalogueQuery>) => void;

  constructor(onChange: (change: Partial<CatalogueQuery>) => void) {
    this.#onChange = onChange;
    this.root.append(this.#bar, this.#notes);
    roveOver(
      this.#bar,
      () => this.#chips(),
      () => this.#chips().length,
    );
  }

  show(overview: Overview, query: CatalogueQuery): void {
    const at = this.#chips().indexOf(document.activeElement as HTMLElement);
    const splits = overview.splits.length > 1 ? overview.splits : [];
    const kinds = findingKinds.filter((kind) => (overview.issues[kind] ?? 0) > 0);
    this.#bar.replaceChildren(
      ...this.#taken(query),
      ...splits.map((split) => this.#toggle(query, 'split', split, null)),
      ...kinds.map((kind) => this.#toggle(query, 'issue', kind, overview.issues[kind] ?? 0)),
      ...overview.style.map((note) => this.#style(query, note)),
    );
    const shown = overview.style.filter((note) => hasTerms(query.text, note.query)).map(({ text }) => text);
    setText(this.#notes, shown.join(' '));
    setHidden(this.#notes, shown.length === 0);
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

  /** Quieter than an issue: what so many images have is none. */
  #style(query: CatalogueQuery, { kind, text, query: terms, images }: StyleNote): HTMLElement {
    const chip = element(
      'button',
      {
        ...{ class: 'chip chip-style', type: 'button', title: text },
        'aria-pressed': String(hasTerms(query.text, terms)),
      },
      icon('info'),
      `${kind.replaceAll('-', ' ')}: style`,
      element('span', { class: 'chip-count' }, count(images)),
    );
    chip.addEventListener('click', () => this.#onChange({ text: toggleTerms(query.text, terms) }));
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
