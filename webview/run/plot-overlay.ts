import { element, setAttribute, setHidden } from '../ui/dom.ts';
import type { ChartView } from './chart-view.ts';

export interface ReadoutLine {
  label: string;
  text: string;
  detail: string;
  color: string;
  hidden: boolean;
}

export interface PlotListeners {
  /** The pointer is over `x` (in units of the axis), or gone. */
  point(x: number | null): void;
  /** Moves the crosshair; returns what to say of where it is now. */
  move(by: number): string;
  zoomTo(from: number, to: number): void;
  zoomBy(factor: number): void;
  reset(): void;
}

/** Pixels before a press becomes a selection. */
const dragThreshold = 5;

/** Crosshair, readout box, selection and keyboard of one plot, as elements over the canvas: moving them redraws nothing. */
export class PlotOverlay {
  readonly #view: ChartView;
  readonly #listeners: PlotListeners;
  readonly #line = element('div', { class: 'crosshair', hidden: true });
  readonly #box = element('div', { class: 'readout', hidden: true, 'aria-hidden': 'true' });
  readonly #selection = element('div', { class: 'selection', hidden: true });
  #pressedAt: number | null = null;
  #frame = 0;

  constructor(view: ChartView, listeners: PlotListeners) {
    this.#view = view;
    this.#listeners = listeners;
    const { plot } = view;
    plot.append(this.#line, this.#selection, this.#box);
    setAttribute(plot, 'tabindex', '0');
    setAttribute(plot, 'role', 'slider');
    setAttribute(
      plot,
      'aria-label',
      `${view.spec.title}: read the curve with the arrow keys, zoom with plus and minus`,
    );
    setAttribute(plot, 'aria-valuemin', '0');
    setAttribute(plot, 'aria-valuemax', '100');
    setAttribute(plot, 'aria-valuenow', '100');
    plot.addEventListener('pointermove', (event) => this.#onMove(event));
    plot.addEventListener('pointerleave', () => this.#leave());
    plot.addEventListener('pointerdown', (event) => this.#onPress(event));
    plot.addEventListener('pointerup', (event) => this.#onRelease(event));
    plot.addEventListener('pointercancel', () => this.#endSelection());
    plot.addEventListener('dblclick', () => listeners.reset());
    plot.addEventListener('keydown', (event) => this.#onKey(event));
    plot.addEventListener('blur', () => listeners.point(null));
  }

  /** @param title of the readout box; null: only the line. */
  show(x: number | null, title: string | null, lines: readonly ReadoutLine[]): void {
    const { left, right, top, bottom } = this.#view.chart.chartArea ?? { left: 0, right: 0, top: 0, bottom: 0 };
    const pixel = x === null ? Number.NaN : this.#view.chart.scales.x!.getPixelForValue(x);
    const visible = pixel >= left - 1 && pixel <= right + 1;
    setHidden(this.#line, !visible);
    setHidden(this.#box, !visible || title === null);
    if (!visible) return;
    Object.assign(this.#line.style, {
      transform: `translateX(${Math.round(pixel)}px)`,
      top: `${top}px`,
      height: `${bottom - top}px`,
    });
    setAttribute(this.#view.plot, 'aria-valuenow', Math.round(((pixel - left) / Math.max(1, right - left)) * 100));
    if (title === null) return;
    this.#fill(title, lines);
    const width = this.#box.offsetWidth;
    const beside = pixel + 12 + width > right ? pixel - 12 - width : pixel + 12;
    this.#box.style.transform = `translate(${Math.round(Math.max(0, beside))}px, ${top + 4}px)`;
  }

  #fill(title: string, lines: readonly ReadoutLine[]): void {
    const rows = lines
      .filter((line) => !line.hidden)
      .map((line) => {
        const swatch = element('span', { class: 'swatch' });
        swatch.style.setProperty('--series', line.color);
        const detail = element('span', { class: 'readout-detail' }, line.detail);
        return element('div', { class: 'readout-row' }, swatch, line.label, element('b', {}, line.text), detail);
      });
    this.#box.replaceChildren(element('div', { class: 'readout-title' }, title), ...rows);
  }

  #xAt(event: PointerEvent): number {
    return event.clientX - this.#view.plot.getBoundingClientRect().left;
  }

  #valueAt(pixel: number): number {
    const { left, right } = this.#view.chart.chartArea;
    return this.#view.chart.scales.x!.getValueForPixel(Math.min(right, Math.max(left, pixel))) ?? 0;
  }

  #onMove(event: PointerEvent): void {
    const pixel = this.#xAt(event);
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      this.#listeners.point(this.#valueAt(pixel));
      if (this.#pressedAt === null || Math.abs(pixel - this.#pressedAt) < dragThreshold) return;
      const { top, bottom } = this.#view.chart.chartArea;
      const start = Math.min(pixel, this.#pressedAt);
      Object.assign(this.#selection.style, {
        transform: `translateX(${start}px)`,
        width: `${Math.abs(pixel - this.#pressedAt)}px`,
        top: `${top}px`,
        height: `${bottom - top}px`,
      });
      setHidden(this.#selection, false);
    });
  }

  #onPress(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.#pressedAt = this.#xAt(event);
    this.#view.plot.setPointerCapture(event.pointerId);
  }

  #onRelease(event: PointerEvent): void {
    const start = this.#pressedAt;
    this.#endSelection();
    if (start === null) return;
    const end = this.#xAt(event);
    if (Math.abs(end - start) < dragThreshold) return;
    this.#listeners.zoomTo(this.#valueAt(Math.min(start, end)), this.#valueAt(Math.max(start, end)));
  }

  #endSelection(): void {
    this.#pressedAt = null;
    setHidden(this.#selection, true);
  }

  #leave(): void {
    cancelAnimationFrame(this.#frame);
    this.#listeners.point(null);
  }

  #onKey(event: KeyboardEvent): void {
    const moves: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      PageUp: -10,
      PageDown: 10,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const by = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (by !== undefined) setAttribute(this.#view.plot, 'aria-valuetext', this.#listeners.move(by) || 'no steps yet');
    else if (event.key === '+' || event.key === '=') this.#listeners.zoomBy(0.5);
    else if (event.key === '-') this.#listeners.zoomBy(2);
    else if (event.key === '0') this.#listeners.reset();
    else if (event.key === 'Escape') this.#listeners.point(null);
    else return;
    event.preventDefault();
  }
}
