import { element, setAttribute, setHidden } from '../ui/dom.ts';
import { drawAxes } from './axes.ts';
import { type Area, CanvasStack } from './canvas-stack.ts';
import { valueText } from './cells.ts';
import { type ColumnAxis, columnAxis } from './column-axis.ts';
import type { RunListeners } from './line-chart.ts';
import type { Marker } from './looks.ts';
import type { Column, RunLine } from './run-line.ts';
import type { Scale } from './scale.ts';
import { type CompareTheme, colorOf } from './theme.ts';

export interface ScatterListeners extends RunListeners {
  choose(choice: { x: string; y: string }): void;
}

interface Dot {
  line: RunLine;
  x: number;
  y: number;
}

const reach = 20;

/** Any column against any other, a run a point. */
export class ScatterChart {
  readonly root: HTMLElement;
  readonly stack: CanvasStack;
  readonly #plot: HTMLElement;
  readonly #readout = element('div', { class: 'readout', hidden: true });
  readonly #selects = { x: element('select', { id: 'scatter-x' }), y: element('select', { id: 'scatter-y' }) };
  readonly #note = element('span', { class: 'quiet', role: 'status' });
  readonly #listeners: ScatterListeners;
  #theme: CompareTheme;
  #lines: readonly RunLine[] = [];
  #columns: readonly Column[] = [];
  #choice = { x: '', y: '' };
  #dots: Dot[] = [];
  #axes: { x: ColumnAxis; y: ColumnAxis } | null = null;
  #highlighted: string | null = null;
  #selected: string | null = null;

  constructor(theme: CompareTheme, listeners: ScatterListeners) {
    this.#theme = theme;
    this.#listeners = listeners;
    this.stack = new CanvasStack(() => this.#draw());
    this.#plot = element(
      'div',
      {
        class: 'plot plot-scatter',
        tabindex: 0,
        role: 'slider',
        'aria-valuenow': 0,
        'aria-valuetext': 'no run',
        'aria-label': 'Scatter: arrows go from run to run, Enter selects',
      },
      this.stack.root,
      this.#readout,
    );
    const chooser = (axis: 'x' | 'y', label: string) => {
      const select = this.#selects[axis];
      select.addEventListener('change', () => listeners.choose({ ...this.#choice, [axis]: select.value }));
      return element('span', { class: 'field' }, element('label', { for: select.id }, label), select);
    };
    const controls = element('div', { class: 'toolbar' }, chooser('x', 'Across'), chooser('y', 'Up'), this.#note);
    this.root = element('div', {}, controls, element('div', { class: 'chart' }, this.#plot));
    this.#plot.addEventListener('pointermove', (event) => this.#listeners.hover(this.#nearest(event)));
    this.#plot.addEventListener('pointerleave', () => this.#listeners.hover(null));
    this.#plot.addEventListener('blur', () => this.#listeners.hover(null));
    this.#plot.addEventListener('click', (event) => {
      const id = this.#nearest(event);
      if (id) this.#listeners.select(id);
    });
    this.#plot.addEventListener('keydown', (event) => this.#key(event));
  }

  /** @param columns that can be chosen. */
  update(
    lines: readonly RunLine[],
    columns: readonly Column[],
    choice: { x: string; y: string },
    theme: CompareTheme,
  ): void {
    this.#lines = lines;
    this.#theme = theme;
    this.#choice = choice;
    const changed = columns.map(({ key }) => key).join() !== this.#columns.map(({ key }) => key).join();
    this.#columns = columns;
    for (const [axis, select] of Object.entries(this.#selects) as ['x' | 'y', HTMLSelectElement][]) {
      if (changed) select.replaceChildren(...columns.map(({ key, label }) => element('option', { value: key }, label)));
      select.value = choice[axis];
    }
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

  #draw(): void {
    const context = this.stack.beginBase();
    const { width, height } = this.stack;
    const [x, y] = [this.#choice.x, this.#choice.y].map((key) => this.#columns.find((column) => column.key === key));
    if (width === 0 || !x || !y) return;
    const runs = this.#lines.map(({ run }) => run);
    const axes = { x: columnAxis(x, runs), y: columnAxis(y, runs) };
    this.#axes = axes;
    const area: Area = { left: 74, top: 10, right: width - 16, bottom: height - 26 };
    const scales = { x: padded(axes.x, area.left, area.right), y: padded(axes.y, area.bottom, area.top) };
    drawAxes(
      context,
      area,
      scales,
      { x: (place) => axes.x.text(place), y: (place) => axes.y.text(place) },
      this.#theme,
    );
    this.#dots = this.#lines.flatMap((line) => {
      const [px, py] = [axes.x.place(line.run), axes.y.place(line.run)];
      return px === undefined || py === undefined ? [] : [{ line, x: scales.x.toPixel(px), y: scales.y.toPixel(py) }];
    });
    for (const dot of this.#dots) this.#mark(context, dot, 4.5);
    const missing = this.#lines.length - this.#dots.length;
    this.#note.textContent = missing > 0 ? `${missing} of ${this.#lines.length} runs lack one of the two` : '';
    this.#drawOver();
  }

  #drawOver(): void {
    if (this.stack.width === 0) return;
    const context = this.stack.beginOver();
    this.stack.fade(this.#highlighted !== null);
    for (const id of new Set([this.#selected, this.#highlighted])) {
      const dot = this.#dots.find(({ line }) => line.id === id);
      if (!dot) continue;
      context.strokeStyle = this.#theme.foreground;
      context.lineWidth = 1.5;
      context.beginPath();
      context.arc(dot.x, dot.y, 9, 0, 2 * Math.PI);
      context.stroke();
      this.#mark(context, dot, 6);
    }
    this.#showReadout();
  }

  #mark(context: CanvasRenderingContext2D, { line, x, y }: Dot, size: number): void {
    const color = colorOf(this.#theme, line.look);
    context.fillStyle = color;
    context.strokeStyle = color;
    context.lineWidth = 2;
    markerPath(context, line.look.marker, x, y, size);
    if (line.look.marker === 'cross') context.stroke();
    else context.fill();
  }

  #showReadout(): void {
    const dot = this.#dots.find(({ line }) => line.id === this.#highlighted);
    setHidden(this.#readout, !dot);
    if (!dot || !this.#axes) return;
    const { x, y } = this.#axes;
    const text = [x, y]
      .map(({ column }) => `${column.label} ${valueText(column.read(dot.line.run), column)}`)
      .join(' · ');
    this.#readout.replaceChildren(element('b', {}, dot.line.name), element('span', { class: 'readout-detail' }, text));
    const right = dot.x > this.stack.width / 2;
    this.#readout.style.left = right ? '' : `${dot.x + 14}px`;
    this.#readout.style.right = right ? `${this.stack.width - dot.x + 14}px` : '';
    this.#readout.style.top = `${Math.max(0, Math.min(dot.y - 20, this.stack.height - 46))}px`;
    setAttribute(this.#plot, 'aria-valuetext', `${dot.line.name}: ${text}`);
  }

  #nearest(event: MouseEvent): string | null {
    const box = this.#plot.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best: string | null = null;
    let distance = reach;
    for (const dot of this.#dots) {
      const away = Math.hypot(dot.x - x, dot.y - y);
      if (away < distance) {
        distance = away;
        best = dot.line.id;
      }
    }
    return best;
  }

  #key(event: KeyboardEvent): void {
    const order = [...this.#dots].sort((a, b) => a.x - b.x || b.y - a.y).map(({ line }) => line.id);
    const now = order.indexOf(this.#highlighted ?? '');
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (event.key === 'Enter' && this.#highlighted) this.#listeners.select(this.#highlighted);
    else if (event.key === 'Escape') this.#listeners.hover(null);
    else if (by) this.#listeners.hover(order[now < 0 ? 0 : Math.min(order.length - 1, Math.max(0, now + by))] ?? null);
    else return;
    event.preventDefault();
  }
}

/** No point stands on the frame. */
function padded(axis: ColumnAxis, from: number, to: number): Scale {
  const room = Math.sign(to - from) * 14;
  return axis.scale(from + room, to - room);
}

function markerPath(context: CanvasRenderingContext2D, marker: Marker, x: number, y: number, size: number): void {
  context.beginPath();
  switch (marker) {
    case 'circle':
      context.arc(x, y, size, 0, 2 * Math.PI);
      break;
    case 'square':
      context.rect(x - size * 0.9, y - size * 0.9, size * 1.8, size * 1.8);
      break;
    case 'triangle':
      context.moveTo(x, y - size * 1.15);
      context.lineTo(x + size * 1.1, y + size * 0.85);
      context.lineTo(x - size * 1.1, y + size * 0.85);
      context.closePath();
      break;
    case 'diamond':
      context.moveTo(x, y - size * 1.25);
      context.lineTo(x + size * 1.25, y);
      context.lineTo(x, y + size * 1.25);
      context.lineTo(x - size * 1.25, y);
      context.closePath();
      break;
    case 'cross':
      context.moveTo(x - size, y - size);
      context.lineTo(x + size, y + size);
      context.moveTo(x + size, y - size);
      context.lineTo(x - size, y + size);
      break;
  }
}
