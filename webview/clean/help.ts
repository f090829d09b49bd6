import { element, setHidden } from '../ui/dom.ts';
import { keyHelp } from './keys.ts';

/** All keys, over the panel; any key closes it. */
export class KeyHelp {
  readonly root: HTMLElement;
  #before: Element | null = null;

  constructor() {
    const rows = keyHelp.map(([keys, text]) =>
      element('div', { class: 'help-row' }, element('dt', {}, element('kbd', {}, keys)), element('dd', {}, text)),
    );
    this.root = element(
      'div',
      { class: 'help', role: 'dialog', 'aria-label': 'Keys', tabindex: '-1', hidden: true },
      element('h2', {}, 'Keys'),
      element('dl', {}, ...rows),
    );
    this.root.addEventListener('keydown', (event) => {
      event.stopPropagation();
      event.preventDefault();
      this.hide();
    });
    this.root.addEventListener('click', () => this.hide());
    this.root.addEventListener('focusout', () => setHidden(this.root, true));
  }

  show(): void {
    this.#before = document.activeElement;
    setHidden(this.root, false);
    this.root.focus();
  }

  hide(): void {
    setHidden(this.root, true);
    if (this.#before instanceof HTMLElement) this.#before.focus();
  }
}
