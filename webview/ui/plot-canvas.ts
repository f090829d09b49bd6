import { element } from './dom.ts';

/** A canvas that fills its box, sharp on every screen, drawn again in the next frame after `request`. */
export class PlotCanvas {
  readonly canvas = element('canvas', { class: 'plot-canvas', 'aria-hidden': 'true' });
  readonly #draw: (context: CanvasRenderingContext2D, width: number, height: number) => void;
  #frame = 0;
  #width = 0;
  #height = 0;

  /** @param draw in CSS pixels, on an empty canvas */
  constructor(draw: (context: CanvasRenderingContext2D, width: number, height: number) => void) {
    this.#draw = draw;
    new ResizeObserver(() => this.#resized()).observe(this.canvas);
  }

  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  request(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #resized(): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === this.#width && height === this.#height) return;
    this.#width = width;
    this.#height = height;
    // At once: a canvas that was resized is empty.
    this.#paint();
  }

  #paint(): void {
    const context = this.canvas.getContext('2d');
    if (!context || this.#width === 0 || this.#height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(this.#width * ratio), Math.round(this.#height * ratio)];
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#height);
    this.#draw(context, this.#width, this.#height);
  }
}
