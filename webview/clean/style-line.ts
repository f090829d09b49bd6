import type { StyleNote } from '../../src/protocol/catalogue.ts';
import { element, setHidden } from '../ui/dom.ts';
import { plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button } from '../ui/kit.ts';

/** Above the candidates of a kind that most images of the set have: why those are none, and the way to them. */
export class StyleLine {
  readonly root = element('div', { class: 'style-line', role: 'note', hidden: true });
  readonly #onInspect: (query: string) => void;

  constructor(onInspect: (query: string) => void) {
    this.#onInspect = onInspect;
  }

  show(note: StyleNote | undefined): void {
    setHidden(this.root, note === undefined);
    if (!note) return;
    this.root.replaceChildren(
      icon('info'),
      element('span', { class: 'style-text' }, note.text),
      button(`Show ${plural(note.images, 'image')}`, {
        appearance: 'secondary',
        onClick: () => this.#onInspect(note.query),
      }),
    );
  }
}
