import { element, setAttribute, setHidden } from '../ui/dom.ts';
import { count } from '../ui/format.ts';
import { digitKeys, matchingClasses } from './keys.ts';

/** Asks for a class: type a part of its name, press its digit, or take what is suggested with Enter. */
export class ClassPicker {
  readonly root: HTMLElement;
  readonly #title = element('div', { class: 'picker-title', id: 'picker-title' });
  readonly #input = element('input', {
    type: 'text',
    class: 'picker-input',
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': 'picker-list',
    'aria-autocomplete': 'list',
    placeholder: 'Class, or a new one',
    spellcheck: 'false',
  });
  readonly #list = element('ul', { class: 'picker-list', role: 'listbox', id: 'picker-list', 'aria-label': 'Classes' });
  #classes: { name: string; count: number }[] = [];
  /** Digit → class. */
  #digits = new Map<string, string>();
  #first: readonly string[] = [];
  #options: string[] = [];
  #at = 0;
  #done: ((name: string | null) => void) | null = null;

  constructor() {
    this.root = element(
      'div',
      { class: 'picker', role: 'dialog', 'aria-labelledby': 'picker-title', hidden: true },
      this.#title,
      this.#input,
      this.#list,
    );
    this.#input.addEventListener('input', () => this.#filter());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.root.addEventListener('focusout', (event) => {
      if (!(event.relatedTarget instanceof Node) || !this.root.contains(event.relatedTarget)) this.#close(null);
    });
  }

  get isOpen(): boolean {
    return this.#done !== null;
  }

  /**
   * @param first suggested classes, the likeliest first
   * @returns the class; null: none was chosen
   */
  choose(
    title: string,
    classes: readonly { name: string; count: number }[],
    first: readonly string[],
  ): Promise<string | null> {
    this.#close(null);
    this.#classes = [...classes];
    this.#digits = digitKeys(classes, first);
    this.#first = first;
    this.#title.textContent = title;
    this.#input.value = '';
    this.#filter();
    setHidden(this.root, false);
    this.#input.focus();
    return new Promise((resolve) => {
      this.#done = resolve;
    });
  }

  #filter(): void {
    const names = this.#classes.map(({ name }) => name);
    const ahead = [...this.#first.filter((name) => names.includes(name)), ...this.#digits.values()];
    this.#options = matchingClasses([...new Set([...ahead, ...names])], this.#input.value);
    const typed = this.#input.value.trim();
    if (typed && !names.includes(typed)) this.#options.push(typed);
    this.#at = 0;
    this.#draw();
  }

  #draw(): void {
    const counts = new Map(this.#classes.map(({ name, count: images }) => [name, images]));
    const digits = new Map([...this.#digits].map(([digit, name]) => [name, digit]));
    this.#list.replaceChildren(
      ...this.#options.slice(0, 200).map((name, i) => {
        const digit = digits.get(name);
        const images = counts.get(name);
        const node = element(
          'li',
          { class: 'picker-option', role: 'option', id: `picker-${i}`, 'aria-selected': String(i === this.#at) },
          element('kbd', { class: digit ? '' : 'picker-nokey' }, digit ?? ''),
          element('span', { class: 'picker-name' }, name),
          element('span', { class: 'quiet' }, images === undefined ? 'new class' : count(images)),
        );
        node.addEventListener('mousedown', (event) => {
          event.preventDefault();
          this.#close(name);
        });
        return node;
      }),
    );
    setAttribute(this.#input, 'aria-activedescendant', this.#options.length ? `picker-${this.#at}` : null);
    this.#list.children[this.#at]?.scrollIntoView({ block: 'nearest' });
  }

  #key(event: KeyboardEvent): void {
    event.stopPropagation();
    const last = Math.min(this.#options.length, 200) - 1;
    if (event.key === 'Escape') this.#close(null);
    else if (event.key === 'Enter') this.#close(this.#options[this.#at] ?? null);
    else if (event.key === 'ArrowDown') this.#at = Math.min(last, this.#at + 1);
    else if (event.key === 'ArrowUp') this.#at = Math.max(0, this.#at - 1);
    else if (this.#digits.has(event.key) && this.#input.value === '') {
      this.#close(this.#digits.get(event.key) ?? null);
    } else return;
    event.preventDefault();
    if (this.isOpen) this.#draw();
  }

  #close(name: string | null): void {
    const done = this.#done;
    this.#done = null;
    setHidden(this.root, true);
    done?.(name);
  }
}
