import { element, setHidden } from '../ui/dom.ts';
import { keyHelp } from './keys.ts';

/** All keys, over the panel; any key closes it. */
export class KeyHelp {
  readonly root: HTMLElement;
  #before: Element | null = null;

  /** @param onChange the user wants other keys */
  constructor(onChange: () => void) {
    const rows = keyHelp.map(([keys, text]) =>
      element('div', { class: 'help-row' }, element('dt', {}, element('kbd', {}, keys)), element('dd', {}, text)),
    );
    const change = element('button', { class: 'link', type: 'button' }, 'Change keys…');
    change.addEventListener('click', onChange);
    this.root = element(
      'div',
      { class: 'help', role: 'dialog', 'aria-label': 'Keys', tabindex: '-1', hidden: true },
      element('h2', {}, 'Keys'),
      element('dl', {}, ...rows),
      element('p', { class: 'help-foot quiet' }, 'These are the keys that Loupe comes with. ', change),
    );
    this.root.addEventListener('keydown', (event) => this.#key(event, change));
    this.root.addEventListener('click', () => this.hide());
    this.root.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node) || !this.root.contains(relatedTarget)) setHidden(this.root, true);
    });
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

  #key(event: KeyboardEvent, change: HTMLElement): void {
    event.stopPropagation();
    const isPressed = event.target === change && (event.key === 'Enter' || event.key === ' ');
    if (isPressed || event.key === 'Tab' || event.key === 'Shift') return;
    event.preventDefault();
    this.hide();
  }
}
