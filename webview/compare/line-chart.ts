import type { CurveSeries, MetricColumn } from '../../src/protocol/compare.ts';
import { element, setAttribute, setHidden } from '../ui/dom.ts';
import { figure, percent } from '../ui/format.ts';
import { type XAxis, xTick } from '../ui/ticks.ts';
import { drawAxes } from './axes.ts';
import { type Area, CanvasStack } from './canvas-stack.ts';
import { type DrawnCurve, drawnCurve, valueNear } from './run-curves.ts';
import { linearScale, logScale, type Scale } from './scale.ts';
import type { CompareTheme } from './theme.ts';

/** One run in a chart. */
export interface ChartRun {
  id: string;
  name: string;
  color: string;
  dash: readonly number[];
  series: CurveSeries;
}

export interface LineFrame {
  axis: XAxis;
  logScale: boolean;
  smoothing: number;
  xMax: number;
}

export interface RunListeners {
  /** The pointer or the keyboard is on a run; null: on none. */
  hover(id: string | null): void;
  select(id: string): void;
}

/** Farther from the pointer than this, a line is not meant. Pixels. */
const reach = 28;
/** Up to so many runs the raw curve stands behind the smoothed one. */
const rawLimit = 12;

interface Line {
  run: ChartRun;
  drawn: DrawnCurve;
}

/** One metric of all runs over training. */
export class LineChart {
  readonly root: HTMLElement;
  readonly column: MetricColumn;
  readonly stack: CanvasStack;
  readonly #plot: HTMLElement;
  readonly #readout = element('div', { class: 'readout', hidden: true });
  readonly #listeners: RunListeners;
  #theme: CompareTheme;
  #lines: Line[] = [];
  #frame: LineFrame | null = null;
  #scales: { x: Scale; y: Scale } | null = null;
  #area: Area = { left: 0, top: 0, right: 0, bottom: 0 };
  #highlighted: string | null = null;
  #selected: string | null = null;
  #pointer: { x: number; y: number } | null = null;
  #pending = 0;

  constructor(column: MetricColumn, theme: CompareTheme, listeners: RunListeners, onResize: () => void) {
    this.column = column;
    this.#theme = theme;
    this.#listeners = listeners;
    this.stack = new CanvasStack(onResize);
    this.#plot = element(
      'div',
      {
        class: 'plot',
        tabindex: 0,
        role: 'slider',
        'aria-valuenow': 0,
        'aria-label': `${column.label}: arrow up and down go from run to run, Enter selects`,
        'aria-valuetext': 'no run',
      },
      this.stack.root,
      this.#readout,
    );
    this.root = element(
      'section',
      { class: 'chart', 'aria-label': column.label },
      element('h3', {}, column.label),
      this.#plot,
    );
    this.#plot.addEventListener('pointermove', (event) => this.#move(event));
    this.#plot.addEventListener('pointerleave', () => this.#leave());
    this.#plot.addEventListener('click', () => this.#highlighted && this.#listeners.select(this.#highlighted));
    this.#plot.addEventListener('keydown', (event) => this.#key(event));
    this.#plot.addEventListener('blur', () => this.#leave());
  }

  setTheme(theme: CompareTheme): void {
    this.#theme = theme;
  }

  /** Takes runs over and draws all of them. */
  draw(runs: readonly ChartRun[], frame: LineFrame): void {
    this.#frame = frame;
    this.#lines = runs.flatMap((run) => {
      const drawn = drawnCurve(run.series, frame.axis, frame.smoothing);
      return drawn ? [{ run, drawn }] : [];
    });
    this.#layOut();
    this.#drawBase(runs);
    this.#drawOver();
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

  #layOut(): void {
    const { width, height } = this.stack;
    this.#area = { left: 58, top: 8, right: Math.max(60, width - 12), bottom: Math.max(10, height - 24) };
    const { left, right, top, bottom } = this.#area;
    const frame = this.#frame!;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const { drawn } of this.#lines) {
      for (const values of [drawn.low ?? drawn.y, drawn.high ?? drawn.y]) {
        for (const value of values) {
          if (frame.logScale && value <= 0) continue;
          if (value < low) low = value;
          if (value > high) high = value;
        }
      }
    }
    if (!(low <= high)) [low, high] = frame.logScale ? [0.1, 1] : [0, 1];
    const room = (high - low) * 0.04;
    const y = frame.logScale ? logScale(low, high, bottom, top) : linearScale(low - room, high + room, bottom, top, 5);
    this.#scales = { x: linearScale(0, frame.xMax || 1, left, right, Math.max(2, (right - left) / 90)), y };
  }

  #drawBase(runs: readonly ChartRun[]): void {
    const context = this.stack.beginBase();
    const { width, height } = this.stack;
    if (width === 0 || height === 0) return;
    const frame = this.#frame!;
    drawAxes(
      context,
      this.#area,
      this.#scales!,
      { x: (value) => xTick(value, frame.axis, frame.xMax), y: (value) => this.format(value, true) },
      this.#theme,
    );
    this.#clip(context);
    const many = this.#lines.length > 40;
    if (frame.smoothing > 0 && this.#lines.length <= rawLimit) {
      context.globalAlpha = 0.28;
      for (const run of runs) {
        const raw = drawnCurve(run.series, frame.axis, 0);
        if (raw) this.#stroke(context, raw, run, 1);
      }
    }
    context.globalAlpha = many && !this.#theme.highContrast ? 0.75 : 1;
    for (const { run, drawn } of this.#lines) {
      // Dashes of so many lines tell nothing apart, and cost most of the time.
      this.#stroke(context, drawn, many ? { ...run, dash: [] } : run, many ? 1 : 1.6);
    }
    context.restore();
  }

  #drawOver(): void {
    const { width, height } = this.stack;
    if (width === 0 || height === 0 || !this.#scales) return;
    const context = this.stack.beginOver();
    const marked = [this.#selected, this.#highlighted].filter((id) => id !== null);
    this.stack.fade(this.#highlighted !== null);
    this.#clip(context);
    for (const id of new Set(marked)) {
      const line = this.#lines.find(({ run }) => run.id === id);
      if (!line) continue;
      context.strokeStyle = this.#theme.background;
      context.setLineDash([]);
      this.#path(context, line.drawn);
      context.lineWidth = 5;
      context.stroke();
      this.#stroke(context, line.drawn, line.run, 2.75);
    }
    context.restore();
    this.#showReadout(context);
  }

  #clip(context: CanvasRenderingContext2D): void {
    const { left, right, top, bottom } = this.#area;
    context.save();
    context.beginPath();
    context.rect(left - 4, top - 6, right - left + 8, bottom - top + 12);
    context.clip();
  }

  #stroke(context: CanvasRenderingContext2D, drawn: DrawnCurve, run: ChartRun, width: number): void {
    context.strokeStyle = run.color;
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.setLineDash([...run.dash]);
    this.#path(context, drawn);
    context.stroke();
  }

  #path(context: CanvasRenderingContext2D, { x, y, low, high }: DrawnCurve): void {
    const { x: across, y: up } = this.#scales!;
    const log = this.#frame!.logScale;
    context.beginPath();
    let gap = true;
    for (let at = 0; at < x.length; at++) {
      const values = low && high ? (at % 2 === 0 ? [low[at]!, high[at]!] : [high[at]!, low[at]!]) : [y[at]!];
      for (const value of values) {
        if (Number.isNaN(value) || (log && value <= 0) || Number.isNaN(x[at]!)) {
          gap = true;
          continue;
        }
        const [px, py] = [across.toPixel(x[at]!), up.toPixel(value)];
        if (gap) context.moveTo(px, py);
        context.lineTo(px, py);
        gap = false;
      }
    }
    if (x.length === 1 && !gap) {
      const [px, py] = [across.toPixel(x[0]!), up.toPixel(y[0]!)];
      context.moveTo(px + 2.5, py);
      context.arc(px, py, 2.5, 0, 2 * Math.PI);
    }
  }

  #move(event: PointerEvent): void {
    const box = this.#plot.getBoundingClientRect();
    this.#pointer = { x: event.clientX - box.left, y: event.clientY - box.top };
    cancelAnimationFrame(this.#pending);
    this.#pending = requestAnimationFrame(() => {
      const nearest = this.#nearest();
      if (nearest === this.#highlighted) this.#drawOver();
      this.#listeners.hover(nearest);
    });
  }

  #leave(): void {
    cancelAnimationFrame(this.#pending);
    this.#pointer = null;
    this.#listeners.hover(null);
  }

  /** The run whose line passes closest below or above the pointer. */
  #nearest(): string | null {
    const pointer = this.#pointer;
    if (!pointer || !this.#scales) return null;
    const wanted = this.#scales.x.toValue(pointer.x);
    let best: string | null = null;
    let distance = reach;
    for (const { run, drawn } of this.#lines) {
      const found = valueNear(drawn, wanted);
      if (!found) continue;
      const aside = Math.abs(this.#scales.x.toPixel(drawn.x[found.at]!) - pointer.x);
      const away = Math.hypot(Math.abs(this.#scales.y.toPixel(found.value) - pointer.y), aside > 12 ? aside : 0);
      if (away < distance) {
        distance = away;
        best = run.id;
      }
    }
    return best;
  }

  #showReadout(context: CanvasRenderingContext2D): void {
    const line = this.#lines.find(({ run }) => run.id === this.#highlighted);
    const isHere = this.#pointer !== null || document.activeElement === this.#plot;
    const { x, y } = this.#scales!;
    const found = line && valueNear(line.drawn, this.#pointer ? x.toValue(this.#pointer.x) : x.high);
    setHidden(this.#readout, !found || !isHere);
    if (!line || !found || !isHere) return;
    const place = line.drawn.x[found.at]!;
    const [px, py] = [x.toPixel(place), y.toPixel(found.value)];
    context.fillStyle = line.run.color;
    context.beginPath();
    context.arc(px, py, 4, 0, 2 * Math.PI);
    context.fill();
    const { axis, xMax } = this.#frame!;
    const where = `${axis === 'time' ? 'after' : axis} ${xTick(place, axis, xMax)}`;
    this.#readout.replaceChildren(
      element('b', {}, line.run.name),
      element('span', { class: 'readout-detail' }, `${this.format(found.value)} · ${where}`),
    );
    const { width } = this.stack;
    const right = px > width / 2;
    this.#readout.style.left = right ? '' : `${px + 12}px`;
    this.#readout.style.right = right ? `${width - px + 12}px` : '';
    this.#readout.style.top = `${Math.max(0, Math.min(py - 22, this.stack.height - 50))}px`;
    setAttribute(this.#plot, 'aria-valuetext', `${line.run.name}: ${this.format(found.value)} ${where}`);
  }

  /** From run to run in the order of their last values. */
  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && this.#highlighted) this.#listeners.select(this.#highlighted);
    else if (event.key === 'Escape') this.#listeners.hover(null);
    else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      const last = ({ drawn }: Line) => drawn.y.findLast((value) => !Number.isNaN(value)) ?? Number.NEGATIVE_INFINITY;
      const order = [...this.#lines].sort((a, b) => last(b) - last(a)).map(({ run }) => run.id);
      const now = order.indexOf(this.#highlighted ?? '');
      const next = now < 0 ? 0 : now + (event.key === 'ArrowDown' ? 1 : -1);
      this.#listeners.hover(order[Math.min(order.length - 1, Math.max(0, next))] ?? null);
    } else return;
    event.preventDefault();
  }

  format(value: number, short = false): string {
    if (this.column.unit === 'share') return short ? `${Number((value * 100).toFixed(1))}%` : percent(value, 2);
    return figure(value, short ? 3 : 4);
  }
}
