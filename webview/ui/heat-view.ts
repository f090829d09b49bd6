import { element, setHidden, setText } from './dom.ts';

/** A picture with a map of what counts laid over it, as strong as the user likes. */
export class HeatView {
  readonly root: HTMLElement;
  readonly #image = element('img', { alt: '' });
  readonly #heat = element('img', { class: 'heat', alt: '' });
  readonly #message = element('p', { class: 'heat-message', hidden: true });
  readonly #slider = element('input', { type: 'range', min: 0, max: 100, step: 5, id: 'opacity' });
  readonly #control: HTMLElement;

  /** @param opacity of the map, 0–1 */
  constructor(opacity: number, onOpacity: (opacity: number) => void) {
    this.#slider.value = String(Math.round(opacity * 100));
    const apply = () => {
      this.#heat.style.opacity = String(Number(this.#slider.value) / 100);
      this.#slider.setAttribute('aria-valuetext', `${this.#slider.value}%`);
    };
    this.#slider.addEventListener('input', () => {
      apply();
      onOpacity(Number(this.#slider.value) / 100);
    });
    apply();
    this.#control = element('div', { class: 'slider' }, element('label', { for: 'opacity' }, 'Map'), this.#slider);
    this.root = element(
      'div',
      { class: 'heat-view' },
      element('div', { class: 'heat-stack' }, this.#image, this.#heat),
      this.#message,
      this.#control,
    );
    this.clear();
  }

  /** @param uri of the picture alone; null: there is none yet */
  clear(uri: string | null = null, text = ''): void {
    setHidden(this.#heat, true);
    setHidden(this.#control, true);
    this.#show(uri, text);
    this.say('');
  }

  /** @param text what the picture shows, for screen readers */
  show(image: string, heat: string, text: string): void {
    this.#show(image, text);
    this.#heat.src = heat;
    setHidden(this.#heat, false);
    setHidden(this.#control, false);
    this.say('');
  }

  say(message: string): void {
    setHidden(this.#message, message === '');
    setText(this.#message, message);
  }

  #show(uri: string | null, text: string): void {
    setHidden(this.#image, uri === null);
    if (uri !== null) this.#image.src = uri;
    this.#image.alt = text;
  }
}
