import { element, setAttribute } from '../ui/dom.ts';
import { line } from './axes.ts';
import { CanvasStack } from './canvas-stack.ts';
import { type ColumnAxis, isBrushedIn } from './column-axis.ts';
import type { RunListeners } from './line-chart.ts';
import type { RunLine } from './run-line.ts';
import { type CompareTheme, colorOf } from './theme.ts';

export type Brushes = Record<string, [low: number, high: number]>;

export interface ParallelListeners extends RunListeners {
  brush(brushes: Brushes): void;
}

const top = 34;
const bottomRoom = 30;
const side = 70;
/** Least distance of two axes; a narrow panel scrolls. */
const axisRoom = 84;
/** How far from an axis a press is meant for it; pixels. */
const grip = 16;
const reach = 14;

/** Settings and figures as parallel axes, a run a line; a part of an axis can be kept, by pointer or keyboard. */
export class ParallelChart {
  readonly root: HTMLElement;
  readonly stack: CanvasStack;
  readonly #plot: HTMLElement;
  readonly #handles = element('div', { class: 'axis-handles' });
  readonly #listeners: ParallelListeners;
  #theme: CompareTheme;
  #lines: readonly RunLine[] = [];
  #axes: readonly ColumnAxis[] = [];
  #brushes: Brushes = {};
  #highlighted: string | null = null;
  #selected: string | null = null;
  #pressed: { axis: ColumnAxis; from: number } | null = null;
  #handleKey = '';

  constructor(theme: CompareTheme, listeners: ParallelListeners) {
    this.#theme = theme;
    this.#listeners = listeners;
    this.stack = new CanvasStack(() => this.#draw());
    this.#plot = element('div', { class: 'plot plot-parallel' }, this.stack.root, this.#handles);
    this.root = element('div', { class: 'chart chart-wide' }, this.#plot);
    this.#plot.addEventListener('pointermove', (event) => this.#move(event));
    this.#plot.addEventListener('pointerleave', () => this.#listeners.hover(null));
    this.#plot.addEventListener('pointerdown', (event) => this.#press(event));
    this.#plot.addEventListener('pointerup', (event) => this.#release(event));
    this.#plot.addEventListener('pointercancel', () => {
      this.#pressed = null;
    });
  }

  update(lines: readonly RunLine[], axes: readonly ColumnAxis[], brushes: Brushes, theme: CompareTheme): void {
    this.#lines = lines;
    this.#axes = axes;
    this.#brushes = brushes;
    this.#theme = theme;
    this.#plot.style.minWidth = `${2 * side + (axes.length - 1) * axisRoom}px`;
    this.#draw();
  }

  highlight(id: string | null): void {
    if (id === this.#highlighted) return;
    this.#highlighted = id;
    this.#drawOver();
  }

  select(id: string | null): void {
    if (id === this.#selected) return;
    this.#selected = id;
    this.#drawOver();
  }

  #xOf(at: number): number {
    const room = this.stack.width - 2 * side;
    return side + (this.#axes.length > 1 ? (room * at) / (this.#axes.length - 1) : room / 2);
  }

  get #bottom(): number {
    return this.stack.height - bottomRoom;
  }

  /** Pixels of a run on every axis; below the axes where it has no value. */
  #points(lineOf: RunLine): [x: number, y: number][] {
    return this.#axes.map((axis, at) => {
      const place = axis.place(lineOf.run);
      const y = place === undefined ? this.#bottom + 16 : axis.scale(this.#bottom, top).toPixel(place);
      return [this.#xOf(at), y];
    });
  }

  #draw(): void {
    const context = this.stack.beginBase();
    if (this.stack.width === 0 || this.#axes.length === 0) return;
    const many = this.#lines.length > 40;
    context.lineWidth = many ? 1 : 1.5;
    for (const isIn of [false, true]) {
      context.globalAlpha = isIn ? (many && !this.#theme.highContrast ? 0.7 : 1) : 0.12;
      for (const entry of this.#lines) {
        if (isBrushedIn(entry.run, this.#axes, this.#brushes) !== isIn) continue;
        context.strokeStyle = isIn ? colorOf(this.#theme, entry.look) : this.#theme.muted;
        context.setLineDash(isIn && !many ? [...entry.look.dash] : []);
        this.#path(context, entry);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
    for (const [at, axis] of this.#axes.entries()) this.#drawAxis(context, axis, this.#xOf(at));
    this.#placeHandles();
    this.#drawOver();
  }

  #drawAxis(context: CanvasRenderingContext2D, axis: ColumnAxis, x: number): void {
    const theme = this.#theme;
    const scale = axis.scale(this.#bottom, top);
    context.strokeStyle = theme.muted;
    context.lineWidth = 1;
    line(context, x + 0.5, top, x + 0.5, this.#bottom);
    context.font = `600 ${theme.fontSize}px ${theme.fontFamily}`;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    context.fillStyle = theme.foreground;
    const width = this.#axes.length > 1 ? this.#xOf(1) - this.#xOf(0) - 12 : 200;
    context.fillText(shortened(context, axis.column.label, width), x, 16);
    context.font = `${theme.fontSize}px ${theme.fontFamily}`;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    const room = Math.max(30, width - 10);
    for (const tick of scale.ticks.length > 12
      ? scale.ticks.filter((_, at) => at % Math.ceil(scale.ticks.length / 12) === 0)
      : scale.ticks) {
      const y = scale.toPixel(tick);
      const label = shortened(context, axis.text(tick), Math.min(room, side));
      const { width: wide } = context.measureText(label);
      context.fillStyle = theme.background;
      context.globalAlpha = 0.72;
      context.fillRect(x + 5, y - 7, wide + 4, 14);
      context.globalAlpha = 1;
      context.fillStyle = theme.muted;
      context.fillText(label, x + 7, y);
      context.strokeStyle = theme.muted;
      line(context, x - 3, y, x + 3, y);
    }
    const brush = this.#brushes[axis.column.key];
    if (!brush) return;
    const [low, high] = this.#brushPixels(axis, brush);
    context.fillStyle = theme.foreground;
    context.globalAlpha = 0.16;
    context.fillRect(x - 8, high, 16, low - high);
    context.globalAlpha = 1;
    context.strokeStyle = theme.foreground;
    context.strokeRect(x - 7.5, high, 15, low - high);
  }

  /** A little larger than the values at its ends, so that a single value can be seen. */
  #brushPixels(axis: ColumnAxis, [low, high]: readonly [number, number]): [low: number, high: number] {
    const scale = axis.scale(this.#bottom, top);
    return [scale.toPixel(low) + 5, scale.toPixel(high) - 5];
  }

  #path(context: CanvasRenderingContext2D, entry: RunLine): void {
    context.beginPath();
    for (const [x, y] of this.#points(entry)) context.lineTo(x, y);
  }

  #drawOver(): void {
    if (this.stack.width === 0) return;
    const context = this.stack.beginOver();
    this.stack.fade(this.#highlighted !== null);
    for (const id of new Set([this.#selected, this.#highlighted])) {
      const entry = this.#lines.find((other) => other.id === id);
      if (!entry) continue;
      context.strokeStyle = colorOf(this.#theme, entry.look);
      context.lineWidth = 3;
      context.setLineDash([...entry.look.dash]);
      this.#path(context, entry);
      context.stroke();
      if (id !== this.#highlighted) continue;
      context.fillStyle = this.#theme.foreground;
      context.font = `600 ${this.#theme.fontSize}px ${this.#theme.fontFamily}`;
      context.textBaseline = 'bottom';
      const [x, y] = this.#points(entry)[0] ?? [0, 0];
      context.textAlign = 'left';
      const label = shortened(context, entry.name, 220);
      const { width } = context.measureText(label);
      context.fillStyle = this.#theme.background;
      context.fillRect(x + 6, y - 20, width + 8, 17);
      context.fillStyle = this.#theme.foreground;
      context.fillText(label, x + 10, y - 4);
    }
  }

  #axisAt(x: number): ColumnAxis | null {
    const at = this.#axes.findIndex((_, index) => Math.abs(this.#xOf(index) - x) <= grip);
    return this.#axes[at] ?? null;
  }

  #place(event: PointerEvent): { x: number; y: number } {
    const box = this.#plot.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #press(event: PointerEvent): void {
    const { x, y } = this.#place(event);
    const axis = this.#axisAt(x);
    if (event.button !== 0 || !axis) return;
    this.#pressed = { axis, from: y };
    this.#plot.setPointerCapture(event.pointerId);
  }

  #release(event: PointerEvent): void {
    const { x, y } = this.#place(event);
    const pressed = this.#pressed;
    this.#pressed = null;
    if (!pressed) {
      const id = this.#nearest(x, y);
      if (id) this.#listeners.select(id);
      return;
    }
    if (Math.abs(y - pressed.from) < 4) this.#setBrush(pressed.axis, null);
    else this.#setBrush(pressed.axis, this.#brushTo(pressed.axis, pressed.from, y));
  }

  #brushTo(axis: ColumnAxis, from: number, to: number): [number, number] {
    const scale = axis.scale(this.#bottom, top);
    const [low, high] = [Math.max(from, to), Math.min(from, to)].map((y) =>
      scale.toValue(Math.min(this.#bottom + 4, Math.max(top - 4, y))),
    );
    return [low!, high!];
  }

  #move(event: PointerEvent): void {
    const { x, y } = this.#place(event);
    if (this.#pressed) {
      if (Math.abs(y - this.#pressed.from) >= 4)
        this.#setBrush(this.#pressed.axis, this.#brushTo(this.#pressed.axis, this.#pressed.from, y));
      return;
    }
    this.#plot.style.cursor = this.#axisAt(x) ? 'ns-resize' : 'default';
    this.#listeners.hover(this.#nearest(x, y));
  }

  #nearest(x: number, y: number): string | null {
    const next = this.#axes.findIndex((_, at) => this.#xOf(at) > x);
    if (next <= 0) return null;
    const [left, right] = [this.#xOf(next - 1), this.#xOf(next)];
    const share = (x - left) / (right - left);
    let best: string | null = null;
    let distance = reach;
    for (const entry of this.#lines) {
      if (!isBrushedIn(entry.run, this.#axes, this.#brushes)) continue;
      const points = this.#points(entry);
      const here = points[next - 1]![1] * (1 - share) + points[next]![1] * share;
      if (Math.abs(here - y) < distance) {
        distance = Math.abs(here - y);
        best = entry.id;
      }
    }
    return best;
  }

  #setBrush(axis: ColumnAxis, brush: [number, number] | null): void {
    const { [axis.column.key]: _, ...others } = this.#brushes;
    this.#brushes = brush ? { ...others, [axis.column.key]: brush } : others;
    this.#listeners.brush(this.#brushes);
  }

  /** An axis for the keyboard: up and down move the lower end of the kept part, with Shift the upper one, Delete keeps all. */
  #placeHandles(): void {
    const key = this.#axes.map(({ column }) => column.key).join('\n');
    if (key !== this.#handleKey) {
      this.#handleKey = key;
      this.#handles.replaceChildren(
        ...this.#axes.map((_, at) => {
          const handle = element('div', {
            class: 'axis-handle',
            role: 'slider',
            tabindex: 0,
            'aria-orientation': 'vertical',
            'aria-valuenow': 0,
          });
          handle.addEventListener('keydown', (event) => this.#key(event, at));
          return handle;
        }),
      );
    }
    for (const [at, axis] of this.#axes.entries()) {
      const handle = this.#handles.children[at] as HTMLElement;
      handle.style.left = `${this.#xOf(at) - 11}px`;
      const brush = this.#brushes[axis.column.key];
      setAttribute(
        handle,
        'aria-label',
        `${axis.column.label}: arrows move the lower end, with Shift the upper end, Delete keeps all`,
      );
      setAttribute(handle, 'aria-valuetext', brush ? `${axis.text(brush[0])} to ${axis.text(brush[1])}` : 'all');
    }
  }

  #key(event: KeyboardEvent, at: number): void {
    const axis = this.#axes[at]!;
    const scale = axis.scale(this.#bottom, top);
    const [low, high] = this.#brushes[axis.column.key] ?? [scale.low, scale.high];
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (event.key === 'Delete' || event.key === 'Backspace' || event.key === 'Escape') this.#setBrush(axis, null);
    else if (direction === 0) return;
    else if (event.shiftKey) this.#setBrush(axis, [low, Math.max(low, axis.step(high, direction as 1 | -1))]);
    else this.#setBrush(axis, [Math.min(high, axis.step(low, direction as 1 | -1)), high]);
    event.preventDefault();
  }
}

function shortened(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let shorter = text;
  while (shorter.length > 1 && context.measureText(`${shorter}…`).width > width) shorter = shorter.slice(0, -1);
  return `${shorter}…`;
}
