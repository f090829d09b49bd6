import { element, setHidden } from '../dom.ts';
import { icon } from '../icons.ts';

/** Longest side, pixels, of images whose pixels are shown as they are. */
const TINY = 64;

/** The square of a tile that a small picture is drawn in: waiting, drawn, or said to be unreadable. */
export class TilePicture {
  readonly root: HTMLElement;
  readonly #image = element('img', { alt: '', decoding: 'async', draggable: 'false' });
  readonly #broken = element('span', { class: 'tile-broken', hidden: true }, icon('warning'), 'unreadable');
  #uri: string | null | undefined;

  constructor() {
    this.root = element('span', { class: 'tile-picture' }, this.#image, this.#broken);
    this.#image.hidden = true;
    this.#image.addEventListener('load', () => {
      this.#image.classList.toggle('tile-tiny', Math.max(this.#image.naturalWidth, this.#image.naturalHeight) <= TINY);
      setHidden(this.#image, false);
    });
    this.#image.addEventListener('error', () => this.#fail());
  }

  /** @param uri undefined: not here yet; null: the image can't be read */
  show(uri: string | null | undefined): void {
    if (uri === this.#uri) return;
    this.#uri = uri;
    setHidden(this.#broken, uri !== null);
    // The node showed another image before: nothing is better than the wrong one.
    setHidden(this.#image, true);
    if (uri) this.#image.src = uri;
    else this.#image.removeAttribute('src');
  }

  #fail(): void {
    if (!this.#uri) return;
    setHidden(this.#image, true);
    setHidden(this.#broken, false);
  }
}
