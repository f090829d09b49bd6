import type { PreviewAnswer, PreviewRow } from '../../src/protocol/augment-preview.ts';
import { element, setAttribute, setText } from '../ui/dom.ts';
import { blendOf, LEAST_SIDE, shownSize } from './pictures.ts';

/** Images as they are beside what training shows of them, a row an image under its label. Pictures are replaced in place. */
export class ImageGrid {
  readonly root = element('ul', { class: 'rows', 'aria-label': 'Images, as they are and augmented' });
  #rows: Row[] = [];

  update({ rows, width, height }: PreviewAnswer, roll: number): void {
    const fits =
      rows.length === this.#rows.length && rows.every((row, i) => row.draws.length === this.#rows[i]?.draws.length);
    if (!fits) {
      this.#rows = rows.map((row) => new Row(row.draws.length));
      this.root.replaceChildren(...this.#rows.map(({ root }) => root));
    }
    rows.forEach((row, i) => {
      this.#rows[i]?.update(row, { ...shownSize(width, height), isSmall: Math.max(width, height) < LEAST_SIDE }, roll);
    });
  }
}

interface Shown {
  width: number;
  height: number;
  isSmall: boolean;
}

class Row {
  readonly root: HTMLElement;
  readonly draws: Picture[];
  readonly #original = new Picture('picture-original');
  readonly #label = element('strong', { class: 'row-label' });
  readonly #path = element('span', { class: 'row-path' });

  constructor(draws: number) {
    this.draws = Array.from({ length: draws }, () => new Picture(''));
    this.root = element(
      'li',
      { class: 'row' },
      element('div', { class: 'row-title' }, this.#label, this.#path),
      element('div', { class: 'pictures' }, this.#original.root, ...this.draws.map(({ root }) => root)),
    );
  }

  update({ label, path, original, draws }: PreviewRow, size: Shown, roll: number): void {
    setText(this.#label, label);
    setText(this.#path, path);
    this.#original.update(original, { caption: 'original', alt: `${label}, as it is` }, size);
    this.draws.forEach((picture, k) => {
      const draw = draws[k];
      if (!draw) return;
      const blend = blendOf(draw, label);
      const caption = `epoch ${roll + k + 1}`;
      picture.update(
        draw.png,
        { caption: blend || caption, alt: `${label}, ${caption}${blend ? `, ${blend}` : ''}` },
        size,
      );
    });
  }
}

/** One image with a caption. */
export class Picture {
  readonly root: HTMLElement;
  readonly #image = element('img', { alt: '' });
  readonly #caption = element('figcaption');

  constructor(kind: string) {
    this.root = element('figure', { class: `picture ${kind}`.trim() }, this.#image, this.#caption);
  }

  update(png: string, { caption, alt }: { caption: string; alt: string }, { width, height, isSmall }: Shown): void {
    setAttribute(this.#image, 'src', `data:image/png;base64,${png}`);
    setAttribute(this.#image, 'alt', alt);
    setAttribute(this.#image, 'width', width);
    setAttribute(this.#image, 'height', height);
    this.root.classList.toggle('picture-small', isSmall);
    setText(this.#caption, caption);
    setAttribute(this.#caption, 'title', caption);
  }
}
