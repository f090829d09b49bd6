import type { CatalogueAnswers } from '../../../src/protocol/catalogue.ts';
import { element, setAttribute, setHidden, setText } from '../../ui/dom.ts';
import { count } from '../../ui/format.ts';
import { PlotCanvas } from '../../ui/plot-canvas.ts';
import { colorAt, type PlotColors } from './colors.ts';

export interface SizeRange {
  width: { from: number; to: number };
  height: { from: number; to: number };
}

/** A part of the plot, 0–1 from its lower left corner. */
interface Box {
  x: [number, number];
  y: [number, number];
}

const PAD = { left: 34, right: 6, top: 6, bottom: 16 };
/** Of the keyboard, a part of the plot. */
const STEP = 1 / 12;

/** Width and height of the images, a point an image. Drag a box, or draw one with the keyboard, to see the images in it. */
export class SizePlot {
  readonly root: HTMLElement;
  readonly #canvas = new PlotCanvas((context, width, height) => this.#draw(context, width, height));
  readonly #plot: HTMLElement;
  readonly #note = element('p', { class: 'plot-note' });
  readonly #onSelect: (range: SizeRange | null) => void;
  #colors: PlotColors;
  #answer: CatalogueAnswers['scatter'] | null = null;
  #most = 1;
  #box: Box | null = null;
  #from: [number, number] | null = null;
  #hasSelection = false;

  constructor(colors: PlotColors, onSelect: (range: SizeRange | null) => void) {
    this.#colors = colors;
    this.#onSelect = onSelect;
    const label =
      'Size of the images: arrows move a box, Shift with arrows resizes it, Enter shows its images, Escape all';
    this.#plot = element(
      'div',
      { class: 'plot-box plot-square', tabindex: 0, role: 'slider', 'aria-valuenow': 0, 'aria-label': label },
      this.#canvas.canvas,
    );
    this.root = element(
      'section',
      { class: 'plot-card', 'aria-label': 'Size' },
      element('div', { class: 'plot-head' }, element('h3', {}, 'Width × height')),
      this.#plot,
      this.#note,
    );
    this.#plot.addEventListener('pointerdown', (event) => this.#down(event));
    this.#plot.addEventListener('pointermove', (event) => this.#move(event));
    this.#plot.addEventListener('pointerup', () => this.#commit());
    this.#plot.addEventListener('keydown', (event) => this.#key(event));
  }

  show(answer: CatalogueAnswers['scatter'], range: SizeRange | null, colors: PlotColors): void {
    this.#answer = answer;
    this.#colors = colors;
    // The axes stay while images are filtered away, so that a box stays where it was drawn.
    if (!range) this.#most = Math.max(1, ...answer.x, ...answer.y) * 1.04;
    this.#hasSelection = range !== null;
    const part = (value: number) => value / this.#most;
    this.#box = range && {
      x: [part(range.width.from), part(range.width.to)],
      y: [part(range.height.from), part(range.height.to)],
    };
    const sizes = new Set(answer.x.map((x, at) => x * 100_000 + answer.y[at]!));
    const one = sizes.size === 1 ? `All are ${answer.x[0]} × ${answer.y[0]} pixels.` : '';
    const sample =
      answer.total > answer.ids.length ? `${count(answer.ids.length)} of ${count(answer.total)} drawn.` : '';
    setText(this.#note, [one, sample].filter(Boolean).join(' '));
    setHidden(this.#note, one === '' && sample === '');
    this.#canvas.request();
  }

  #draw(context: CanvasRenderingContext2D, width: number, height: number): void {
    const [wide, high] = [width - PAD.left - PAD.right, height - PAD.top - PAD.bottom];
    const { x: xs, y: ys, color } = this.#answer ?? { x: [], y: [], color: [] };
    context.strokeStyle = this.#colors.grid;
    context.beginPath();
    context.moveTo(PAD.left, PAD.top + high);
    context.lineTo(PAD.left + wide, PAD.top);
    context.stroke();
    context.globalAlpha = xs.length > 500 ? 0.5 : 0.8;
    for (let at = 0; at < xs.length; at++) {
      context.fillStyle = colorAt(this.#colors, color[at]!);
      const left = PAD.left + (xs[at]! / this.#most) * wide;
      const top = PAD.top + high - (ys[at]! / this.#most) * high;
      context.fillRect(left - 1.5, top - 1.5, 3, 3);
    }
    context.globalAlpha = 1;
    context.strokeStyle = this.#colors.axis;
    context.strokeRect(PAD.left + 0.5, PAD.top + 0.5, wide - 1, high - 1);
    context.fillStyle = this.#colors.muted;
    context.font = `${this.#colors.fontSize}px ${this.#colors.fontFamily}`;
    context.textBaseline = 'bottom';
    context.textAlign = 'right';
    context.fillText(`${count(Math.round(this.#most))} px`, width - PAD.right, height);
    context.fillText('0', PAD.left - 3, height);
    context.textBaseline = 'top';
    context.fillText(count(Math.round(this.#most)), PAD.left - 3, PAD.top);
    if (!this.#box) return;
    const { x, y } = this.#box;
    context.strokeStyle = this.#colors.foreground;
    context.strokeRect(
      PAD.left + x[0] * wide,
      PAD.top + high * (1 - y[1]),
      Math.max(2, (x[1] - x[0]) * wide),
      Math.max(2, (y[1] - y[0]) * high),
    );
  }

  #place(event: PointerEvent): [number, number] {
    const { left, top, width, height } = this.#plot.getBoundingClientRect();
    const within = (value: number) => Math.max(0, Math.min(1, value));
    return [
      within((event.clientX - left - PAD.left) / (width - PAD.left - PAD.right)),
      within(1 - (event.clientY - top - PAD.top) / (height - PAD.top - PAD.bottom)),
    ];
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#plot.setPointerCapture(event.pointerId);
    this.#from = this.#place(event);
  }

  #move(event: PointerEvent): void {
    if (!this.#from) return;
    const [x, y] = this.#place(event);
    const sorted = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a]);
    this.#box = { x: sorted(this.#from[0], x), y: sorted(this.#from[1], y) };
    this.#canvas.request();
  }

  #commit(): void {
    const wasDrag = this.#from !== null;
    this.#from = null;
    const box = this.#box;
    const isSmall = !box || (box.x[1] - box.x[0] < 0.01 && box.y[1] - box.y[0] < 0.01);
    if (isSmall) {
      this.#box = null;
      this.#canvas.request();
      if (wasDrag && this.#hasSelection) this.#onSelect(null);
      return;
    }
    const pixels = ([from, to]: [number, number]) => ({ from: from * this.#most, to: to * this.#most });
    this.#onSelect({ width: pixels(box.x), height: pixels(box.y) });
  }

  #key(event: KeyboardEvent): void {
    const { key, shiftKey } = event;
    const along: Record<string, [number, number]> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, STEP],
      ArrowDown: [0, -STEP],
    };
    const move = along[key];
    if (move) {
      const box = this.#box ?? { x: [0.4, 0.6], y: [0.4, 0.6] };
      this.#box = { x: moved(box.x, move[0], shiftKey), y: moved(box.y, move[1], shiftKey) };
      const text = ([from, to]: [number, number]) => `${count(from * this.#most)} to ${count(to * this.#most)}`;
      setAttribute(this.#plot, 'aria-valuetext', `width ${text(this.#box.x)}, height ${text(this.#box.y)} pixels`);
      this.#canvas.request();
    } else if ((key === 'Enter' || key === ' ') && this.#box) this.#commit();
    else if (key === 'Escape' && (this.#box || this.#hasSelection)) {
      this.#box = null;
      this.#canvas.request();
      if (this.#hasSelection) this.#onSelect(null);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Both ends moved, or with `resize` the upper one; within 0–1. */
function moved([from, to]: [number, number], by: number, resize: boolean): [number, number] {
  if (resize) return [from, Math.max(from + STEP / 2, Math.min(1, to + by))];
  const step = Math.max(-from, Math.min(1 - to, by));
  return [from + step, to + step];
}
