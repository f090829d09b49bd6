import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { applyCompletion, type Completions, complete, type Vocabulary } from './query-text.ts';

/** A question a moment after the last key, not after every one. */
const TYPING_MS = 180;

/** The query as text, with completion of fields and values; what is wrong with it is said below, in words. */
export class QueryBox {
  readonly root: HTMLElement;
  readonly #input = element('input', {
    type: 'text',
    class: 'query-input',
    role: 'combobox',
    spellcheck: 'false',
    autocomplete: 'off',
    placeholder: 'Search: rose  class:tulip  split:test  issue:blurry  is:wrong  width<64',
    'aria-label': 'Query',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': 'query-list',
  });
  readonly #list = element('ul', { class: 'query-list', id: 'query-list', role: 'listbox', hidden: true });
  readonly #problem = element('p', { class: 'query-problem', role: 'status', hidden: true });
  readonly #clear: HTMLElement;
  readonly #words: () => Vocabulary;
  readonly #onChange: (text: string) => void;
  #completions: Completions | null = null;
  #chosen = -1;
  #timer = 0;

  constructor(words: () => Vocabulary, onChange: (text: string) => void) {
    this.#words = words;
    this.#onChange = onChange;
    this.#clear = element(
      'button',
      { class: 'icon-button', type: 'button', 'aria-label': 'Clear the query' },
      icon('close'),
    );
    this.#clear.addEventListener('click', () => {
      this.value = '';
      this.#input.focus();
      this.#changed(0);
    });
    this.root = element(
      'div',
      { class: 'query' },
      element('div', { class: 'query-field' }, this.#input, this.#clear, this.#list),
      this.#problem,
    );
    this.#input.addEventListener('input', () => {
      const caret = this.#input.selectionStart ?? 0;
      // Where no word is begun, nothing pops up uncalled-for.
      if (/\S$/.test(this.#input.value.slice(0, caret))) this.#suggest();
      else this.#close();
      this.#changed(TYPING_MS);
    });
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.#input.addEventListener('blur', () => this.#close());
    // Before the field loses the focus.
    this.#list.addEventListener('pointerdown', (event) => {
      const item = event.target instanceof Element ? event.target.closest('[role=option]') : null;
      event.preventDefault();
      if (item) this.#take([...this.#list.children].indexOf(item));
    });
    this.value = '';
  }

  get value(): string {
    return this.#input.value;
  }

  set value(text: string) {
    // A space that was just typed stays.
    if (this.#input.value.trim() !== text.trim()) this.#input.value = text;
    setHidden(this.#clear, text === '');
  }

  focus(): void {
    this.#input.focus();
    this.#input.select();
  }

  /** @param message null: nothing is wrong */
  refuse(message: string | null): void {
    setHidden(this.#problem, message === null);
    setText(this.#problem, message ?? '');
    setAttribute(this.#input, 'aria-invalid', message === null ? null : 'true');
  }

  #changed(after: number): void {
    setHidden(this.#clear, this.#input.value === '');
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#onChange(this.#input.value.trim()), after);
  }

  #suggest(): void {
    const caret = this.#input.selectionStart ?? this.#input.value.length;
    const completions = complete(this.#input.value, caret, this.#words());
    if (completions.items.length === 0) {
      this.#close();
      return;
    }
    this.#completions = completions;
    this.#list.replaceChildren(
      ...completions.items.map(({ label, detail }, at) =>
        element(
          'li',
          { role: 'option', id: `query-option-${at}`, class: 'query-option' },
          element('span', {}, label),
          element('span', { class: 'quiet' }, detail),
        ),
      ),
    );
    setHidden(this.#list, false);
    setAttribute(this.#input, 'aria-expanded', 'true');
    this.#choose(-1);
  }

  #close(): void {
    this.#completions = null;
    setHidden(this.#list, true);
    setAttribute(this.#input, 'aria-expanded', 'false');
    setAttribute(this.#input, 'aria-activedescendant', null);
  }

  #choose(at: number): void {
    this.#chosen = at;
    [...this.#list.children].forEach((item, index) => {
      setAttribute(item, 'aria-selected', String(index === at));
      if (index === at) item.scrollIntoView({ block: 'nearest' });
    });
    setAttribute(this.#input, 'aria-activedescendant', at < 0 ? null : `query-option-${at}`);
  }

  #take(at: number): void {
    const completion = this.#completions?.items[at];
    if (!this.#completions || !completion) return;
    const { text, caret } = applyCompletion(this.#input.value, this.#completions, completion);
    this.#input.value = text;
    this.#input.setSelectionRange(caret, caret);
    // After a field its values follow; after a value the query is asked.
    if (/[:>]$/.test(completion.insert)) this.#suggest();
    else {
      this.#close();
      this.#changed(0);
    }
  }

  #key(event: KeyboardEvent): void {
    const items = this.#completions?.items.length ?? 0;
    const { key } = event;
    if (items === 0) {
      if (key === 'ArrowDown' || (key === ' ' && event.ctrlKey)) this.#suggest();
      else if (key === 'Enter') this.#changed(0);
      else return;
    } else if (key === 'ArrowDown') this.#choose((this.#chosen + 1) % items);
    else if (key === 'ArrowUp') this.#choose((this.#chosen - 1 + items) % items);
    else if (key === 'Escape') this.#close();
    else if (key === 'Tab' && this.#chosen >= 0) this.#take(this.#chosen);
    else if (key === 'Enter') {
      if (this.#chosen >= 0) this.#take(this.#chosen);
      else {
        this.#close();
        this.#changed(0);
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
