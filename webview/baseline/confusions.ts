import type { Baseline } from '../../src/protocol/baseline.ts';
import { element } from '../ui/dom.ts';
import { plural } from '../ui/format.ts';
import { roveOver, setStops } from '../ui/roving.ts';

/** The pairs of classes that are taken for each other, each with some of its images, which open in Inspect. */
export class Confusions {
  readonly root: HTMLElement;
  readonly #list = element('div', { class: 'confusions' });
  readonly #onInspect: (path: string) => void;
  #pictures = new Map<string, HTMLImageElement>();

  constructor(onInspect: (path: string) => void) {
    this.#onInspect = onInspect;
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Taken for each other' },
      element('h2', {}, 'Taken for each other'),
      this.#list,
    );
  }

  show({ confused }: Baseline): void {
    this.#pictures = new Map();
    const empty = element('p', { class: 'quiet' }, 'Not one image was taken for another class.');
    this.#list.replaceChildren(...(confused.length > 0 ? confused.map((pair) => this.#pair(pair)) : [empty]));
  }

  showPictures(pictures: readonly { path: string; uri: string | null }[]): void {
    for (const { path, uri } of pictures) {
      const picture = this.#pictures.get(path);
      if (picture && uri) picture.src = uri;
      picture?.parentElement?.classList.toggle('no-picture', uri === null);
    }
  }

  #pair({ label, predicted, images, examples }: Baseline['confused'][number]): HTMLElement {
    const tiles = examples.map(({ path }) => {
      const picture = element('img', { alt: '' });
      const title = `${path}: ${label}, taken for ${predicted}`;
      const tile = element('button', { class: 'example', type: 'button', title, 'aria-label': title }, picture);
      tile.addEventListener('click', () => this.#onInspect(path));
      this.#pictures.set(path, picture);
      return tile;
    });
    const row = element(
      'div',
      { class: 'examples', role: 'group', 'aria-label': `${label} taken for ${predicted}` },
      ...tiles,
    );
    setStops(tiles, tiles[0]);
    roveOver(
      row,
      () => tiles,
      () => tiles.length,
    );
    return element(
      'div',
      { class: 'confusion' },
      element(
        'h3',
        {},
        label,
        element('span', { class: 'quiet' }, ' taken for '),
        predicted,
        element('span', { class: 'quiet' }, ` · ${plural(images, 'image')}`),
      ),
      row,
    );
  }
}
