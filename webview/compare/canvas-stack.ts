import { element } from '../ui/dom.ts';

export interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/**
 * Two canvases on top of each other: below what changes with the data, above what changes with the pointer, so that a hover draws one
 * line and lays nothing out. The lower one fades while a run is highlighted.
 */
export class CanvasStack {
  readonly root: HTMLElement;
  readonly base = element('canvas', { class: 'canvas-base', 'aria-hidden': 'true' });
  readonly over = element('canvas', { class: 'canvas-over', 'aria-hidden': 'true' });
  width = 0;
  height = 0;
  #ratio = 1;

  /** @param onResize the size has changed; everything has to be drawn. */
  constructor(onResize: () => void) {
    this.root = element('div', { class: 'canvas-stack' }, this.base, this.over);
    new ResizeObserver(() => {
      const { clientWidth, clientHeight } = this.root;
      if (clientWidth === this.width && clientHeight === this.height && devicePixelRatio === this.#ratio) return;
      this.width = clientWidth;
      this.height = clientHeight;
      this.#ratio = devicePixelRatio;
      onResize();
    }).observe(this.root);
  }

  /** An empty base canvas of the current size. */
  beginBase(): CanvasRenderingContext2D {
    return this.#begin(this.base);
  }

  beginOver(): CanvasRenderingContext2D {
    return this.#begin(this.over);
  }

  fade(faded: boolean): void {
    this.base.classList.toggle('faded', faded);
  }

  #begin(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    const [width, height] = [Math.round(this.width * this.#ratio), Math.round(this.height * this.#ratio)];
    const context = canvas.getContext('2d')!;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    } else {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width, height);
    }
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    return context;
  }
}
