import type { DataReport } from '../../src/protocol/baseline.ts';
import { element, setText } from '../ui/dom.ts';
import { remaining } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button } from '../ui/kit.ts';

/** What was chosen for a first run, and why; the config that holds it. */
export class Choices {
  readonly root: HTMLElement;
  readonly #list = element('dl', { class: 'terms choices' });
  readonly #time = element('p', { class: 'quiet' });

  constructor(onOpen: () => void) {
    const open = button('Open Config', {
      appearance: 'secondary',
      title: 'Change the choices before training',
      icon: icon('file'),
      onClick: onOpen,
    });
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Choices' },
      element('div', { class: 'card-head' }, element('h2', {}, 'Chosen for a first run'), open),
      this.#list,
      this.#time,
    );
  }

  show({ reasons, seconds }: NonNullable<DataReport['plan']>): void {
    this.#list.replaceChildren(
      ...reasons.flatMap(({ what, choice, why }) => [
        element('dt', {}, what),
        element('dd', {}, element('strong', {}, choice), element('span', { class: 'interval' }, why)),
      ]),
    );
    setText(this.#time, seconds === null ? '' : `Training takes ${remaining(seconds)} here.`);
  }
}
