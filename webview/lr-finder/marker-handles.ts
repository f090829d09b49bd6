import type { SuggestionMethod } from '../../src/protocol/lr-finder.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { type CurveChart, LABEL_ROW_HEIGHT, LABEL_ROWS } from './curve-chart.ts';
import { labelRows, type Marker } from './markers.ts';
import { COARSE, nudge, rateText, within } from './rate.ts';

export interface MarkerListeners {
  select(method: SuggestionMethod): void;
  move(method: SuggestionMethod, rate: number): void;
  /** Back to what was suggested. */
  reset(method: SuggestionMethod): void;
  use(): void;
  /** The smoothed loss at a rate, in words. */
  lossText(rate: number): string;
}

interface Handle {
  root: HTMLElement;
  label: HTMLElement;
}

/**
 * The markers' labels over the plot, each a slider: dragged, or moved by Left and Right (with Shift in larger steps), Up and
 * Down go to the next marker, Backspace puts it back, Enter takes its rate. One of them is in the tab order.
 */
export class MarkerHandles {
  readonly #curve: CurveChart;
  readonly #listeners: MarkerListeners;
  readonly #handles = new Map<SuggestionMethod, Handle>();
  #markers: readonly Marker[] = [];
  #range = { min: 1e-7, max: 10 };

  constructor(curve: CurveChart, listeners: MarkerListeners) {
    this.#curve = curve;
    this.#listeners = listeners;
  }

  /** @param range of the sweep, which markers don't leave. */
  update(markers: readonly Marker[], range: { min: number; max: number }): void {
    this.#markers = markers;
    this.#range = range;
    for (const [method, { root }] of this.#handles) {
      if (!markers.some((marker) => marker.method === method)) root.remove();
    }
    for (const marker of markers) this.#show(marker);
    this.place();
  }

  /** After a change of the chart's size. */
  place(): void {
    const { chartArea } = this.#curve.chart;
    if (!chartArea) return;
    const shown = this.#markers.map((marker) => ({ marker, handle: this.#handles.get(marker.method)! }));
    const boxes = shown.map(({ marker, handle }) => {
      const width = handle.label.offsetWidth;
      const pixel = this.#curve.pixelOf(marker.rate);
      return { pixel, left: Math.min(chartArea.right - width, Math.max(0, pixel - width / 2)), width };
    });
    const rows = labelRows(boxes, LABEL_ROWS);
    for (const [at, { handle }] of shown.entries()) {
      const { pixel, left } = boxes[at]!;
      const top = (LABEL_ROWS - 1 - rows[at]!) * LABEL_ROW_HEIGHT;
      handle.root.style.transform = `translateX(${Math.round(pixel)}px)`;
      handle.root.style.top = `${top}px`;
      handle.root.style.height = `${chartArea.bottom - top}px`;
      handle.label.style.transform = `translateX(${Math.round(left - pixel)}px)`;
      setHidden(handle.root, pixel < chartArea.left - 1 || pixel > chartArea.right + 1);
    }
  }

  #show(marker: Marker): void {
    const { root, label } = this.#handles.get(marker.method) ?? this.#make(marker.method);
    if (!root.isConnected) this.#curve.plot.append(root);
    const text = `${marker.method} ${rateText(marker.rate)}`;
    setText(label, text);
    root.classList.toggle('marker-selected', marker.selected);
    root.classList.toggle('marker-moved', marker.moved);
    setAttribute(root, 'tabindex', marker.selected ? '0' : '-1');
    setAttribute(root, 'aria-valuemin', this.#range.min);
    setAttribute(root, 'aria-valuemax', this.#range.max);
    setAttribute(root, 'aria-valuenow', marker.rate);
    const moved = marker.moved ? `, moved from ${rateText(marker.suggested)}` : '';
    setAttribute(root, 'aria-valuetext', `${rateText(marker.rate)}, ${this.#listeners.lossText(marker.rate)}${moved}`);
  }

  #make(method: SuggestionMethod): Handle {
    const label = element('span', { class: 'marker-label' });
    const attributes = { class: 'marker', role: 'slider', 'aria-label': `${method}: learning rate` };
    const root = element('div', { ...attributes, title: 'Drag, or use the arrow keys' }, label);
    root.addEventListener('pointerdown', (event) => this.#press(method, root, event));
    root.addEventListener('pointermove', (event) => {
      if (root.hasPointerCapture(event.pointerId)) this.#drag(method, event);
    });
    root.addEventListener('keydown', (event) => this.#key(method, event));
    root.addEventListener('focus', () => this.#listeners.select(method));
    root.addEventListener('dblclick', () => this.#listeners.reset(method));
    const handle = { root, label };
    this.#handles.set(method, handle);
    return handle;
  }

  #press(method: SuggestionMethod, root: HTMLElement, event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    root.setPointerCapture(event.pointerId);
    root.focus({ preventScroll: true });
    this.#listeners.select(method);
  }

  #drag(method: SuggestionMethod, event: PointerEvent): void {
    const { left } = this.#curve.plot.getBoundingClientRect();
    const rate = within(this.#curve.rateAt(event.clientX - left), this.#range);
    const marker = this.#markers.find((one) => one.method === method);
    if (marker && rateText(rate) !== rateText(marker.rate)) this.#listeners.move(method, rate);
  }

  #key(method: SuggestionMethod, event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const marker = this.#markers.find((one) => one.method === method);
    if (!marker) return;
    const by = event.shiftKey ? COARSE : 1;
    const to = (steps: number) => this.#listeners.move(method, nudge(marker.rate, steps, this.#range));
    const actions: Record<string, () => void> = {
      ArrowLeft: () => to(-by),
      ArrowRight: () => to(by),
      PageDown: () => to(-COARSE),
      PageUp: () => to(COARSE),
      Home: () => this.#listeners.move(method, this.#range.min),
      End: () => this.#listeners.move(method, this.#range.max),
      ArrowUp: () => this.#focusNext(method, -1),
      ArrowDown: () => this.#focusNext(method, 1),
      Backspace: () => this.#listeners.reset(method),
      Delete: () => this.#listeners.reset(method),
      Enter: () => this.#listeners.use(),
    };
    const action = actions[event.key];
    if (!action) return;
    action();
    event.preventDefault();
    event.stopPropagation();
  }

  #focusNext(method: SuggestionMethod, by: number): void {
    const methods = this.#markers.map((marker) => marker.method);
    const next = methods[(methods.indexOf(method) + by + methods.length) % methods.length];
    if (next) this.#handles.get(next)?.root.focus({ preventScroll: true });
  }
}
