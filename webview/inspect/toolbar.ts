import type { CatalogueField, CatalogueProgress, CatalogueQuery } from '../../src/protocol/catalogue.ts';
import type { InspectView } from '../../src/protocol/inspect-panel.ts';
import { segments } from '../ui/controls.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { progressRing } from '../ui/kit.ts';
import { fieldTitles, groupFields, progressText, sortFields } from './fields.ts';

/** Sides of a picture in the grid that the slider stops at, CSS pixels. */
export const zoomSides = [40, 56, 72, 96, 128, 160, 200, 256, 320] as const;

export interface ToolbarListeners {
  onQuery(change: Partial<CatalogueQuery>): void;
  onSide(side: number): void;
  onView(view: InspectView): void;
  onPlots(shown: boolean): void;
  onClearSelection(): void;
}

/** How many images there are, and how they are shown: order, groups, size, view. */
export class Toolbar {
  readonly root: HTMLElement;
  readonly #count = element('span', { class: 'tool-count', role: 'status' });
  readonly #progressText = element('span');
  readonly #progress = element(
    'span',
    { class: 'tool-progress quiet', hidden: true },
    progressRing(),
    this.#progressText,
  );
  readonly #selected = element('button', { class: 'link', type: 'button', hidden: true });
  readonly #sort = select('sort', sortFields, null);
  readonly #group = select('group', groupFields, 'no groups');
  readonly #direction = element('button', { class: 'icon-button', type: 'button' });
  readonly #zoom = element('input', { type: 'range', id: 'zoom', min: 0, max: zoomSides.length - 1, step: 1 });
  readonly #plots: HTMLElement;
  #descending = false;

  constructor(
    state: { query: CatalogueQuery; side: number; view: InspectView; plots: boolean },
    listeners: ToolbarListeners,
  ) {
    this.#plots = element('button', { class: 'tool-button', type: 'button' }, icon('pulse'), 'Plots');
    this.#plots.addEventListener('click', () => listeners.onPlots(this.#plots.getAttribute('aria-pressed') !== 'true'));
    this.#selected.addEventListener('click', () => listeners.onClearSelection());
    const sorted = () =>
      listeners.onQuery({ sort: { field: this.#sort.value as CatalogueField, descending: this.#descending } });
    this.#sort.addEventListener('change', sorted);
    this.#direction.addEventListener('click', () => {
      this.#descending = !this.#descending;
      sorted();
    });
    this.#group.addEventListener('change', () =>
      listeners.onQuery({ group: this.#group.value === '' ? undefined : (this.#group.value as CatalogueField) }),
    );
    this.#zoom.addEventListener('input', () => {
      const side = zoomSides[Number(this.#zoom.value)] ?? 128;
      setAttribute(this.#zoom, 'aria-valuetext', `${side} pixels`);
      listeners.onSide(side);
    });
    const views = [
      ['images', 'Images'],
      ['map', 'Map'],
      ['classes', 'Classes'],
    ] as const;
    this.root = element(
      'div',
      { class: 'toolbar inspect-toolbar' },
      segments('View', 'view', views, state.view, listeners.onView),
      this.#plots,
      this.#count,
      this.#progress,
      this.#selected,
      element(
        'div',
        { class: 'toolbar-end' },
        field('Group', 'group', this.#group),
        element('span', { class: 'field' }, element('label', { for: 'sort' }, 'Sort'), this.#sort, this.#direction),
        element('div', { class: 'slider' }, element('label', { for: 'zoom' }, 'Zoom'), this.#zoom),
      ),
    );
    this.show(state);
  }

  show({ query, side, plots }: { query: CatalogueQuery; side: number; plots: boolean }): void {
    this.#sort.value = query.sort?.field ?? 'path';
    this.#descending = query.sort?.descending ?? false;
    this.#group.value = query.group ?? '';
    const text = this.#descending ? 'Largest first' : 'Smallest first';
    setAttribute(this.#direction, 'aria-label', `${text}: turn the order around`);
    setAttribute(this.#direction, 'title', text);
    this.#direction.replaceChildren(icon(this.#descending ? 'down' : 'up'));
    const at = zoomSides.findIndex((known) => known >= side);
    this.#zoom.value = String(at < 0 ? zoomSides.length - 1 : at);
    setAttribute(this.#zoom, 'aria-valuetext', `${side} pixels`);
    setAttribute(this.#plots, 'aria-pressed', String(plots));
  }

  /** @param progress of a scan that is still finding images; null: there is none */
  showProgress(progress: CatalogueProgress | null): void {
    setHidden(this.#progress, progress === null);
    if (progress) setText(this.#progressText, progressText(progress));
  }

  /** @param all images of the data set */
  showCounts(total: number, all: number, selected: number): void {
    setText(this.#count, total === all ? plural(total, 'image') : `${count(total)} of ${plural(all, 'image')}`);
    setHidden(this.#selected, selected === 0);
    setText(this.#selected, `${count(selected)} selected`);
    setAttribute(this.#selected, 'aria-label', `${count(selected)} selected: select none`);
  }
}

function select(id: string, fields: readonly CatalogueField[], none: string | null): HTMLSelectElement {
  const options = fields.map((name) => element('option', { value: name }, fieldTitles[name]));
  return element('select', { id }, none === null ? null : element('option', { value: '' }, none), ...options);
}

function field(label: string, id: string, control: HTMLElement): HTMLElement {
  return element('span', { class: 'field' }, element('label', { for: id }, label), control);
}
