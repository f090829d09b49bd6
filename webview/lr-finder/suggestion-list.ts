import type { SuggestionMethod } from '../../src/protocol/lr-finder.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import type { Marker } from './markers.ts';
import { rateText } from './rate.ts';

const meanings: Record<SuggestionMethod, string> = {
  valley: 'A third to a half of the way down the longest descent. The usual choice.',
  steep: 'Where the loss falls fastest. Early noise can fool it.',
  slide: 'The largest rate before the loss turns up: an upper limit.',
  minimum: 'A tenth of the rate with the lowest loss.',
};

interface Row {
  root: HTMLElement;
  input: HTMLInputElement;
  rate: HTMLElement;
  range: HTMLElement;
  reset: HTMLElement;
}

/** The markers as a list to choose from: native radio buttons, which the arrow keys and screen readers know. */
export class SuggestionList {
  readonly root = element('section', { class: 'suggestions', 'aria-label': 'Suggestions' });
  readonly #rows = new Map<SuggestionMethod, Row>();
  readonly #list = element('div', { role: 'radiogroup', 'aria-label': 'Rate to take' });
  readonly #onSelect: (method: SuggestionMethod) => void;
  readonly #onReset: (method: SuggestionMethod) => void;

  constructor(onSelect: (method: SuggestionMethod) => void, onReset: (method: SuggestionMethod) => void) {
    this.#onSelect = onSelect;
    this.#onReset = onReset;
    this.root.append(element('h2', {}, 'Suggestions'), this.#list);
  }

  update(markers: readonly Marker[]): void {
    setHidden(this.root, markers.length === 0);
    for (const [method, { root }] of this.#rows) {
      setHidden(root, !markers.some((marker) => marker.method === method));
    }
    for (const marker of markers) {
      const { input, rate, range, reset } = this.#rows.get(marker.method) ?? this.#make(marker.method);
      input.checked = marker.selected;
      setText(rate, rateText(marker.rate));
      const spread = `${rateText(marker.min)} … ${rateText(marker.max)}`;
      const seeds = marker.max > marker.min ? `seeds ${spread}` : '';
      setText(range, marker.moved ? `moved from ${rateText(marker.suggested)}` : seeds);
      setHidden(reset, !marker.moved);
    }
  }

  #make(method: SuggestionMethod): Row {
    const input = element('input', { type: 'radio', name: 'suggestion', value: method });
    input.addEventListener('change', () => this.#onSelect(method));
    const rate = element('b', { class: 'suggestion-rate' });
    const range = element('span', { class: 'suggestion-range' });
    const reset = element('button', { class: 'link', type: 'button', title: `Put ${method} back` }, 'Put back');
    reset.addEventListener('click', () => this.#onReset(method));
    const label = element(
      'label',
      {},
      input,
      element('span', { class: 'suggestion-name' }, method),
      rate,
      element('span', { class: 'suggestion-text' }, meanings[method]),
    );
    const root = element(
      'div',
      { class: 'suggestion' },
      label,
      element('span', { class: 'suggestion-end' }, range, reset),
    );
    this.#list.append(root);
    const row = { root, input, rate, range, reset };
    this.#rows.set(method, row);
    return row;
  }
}
