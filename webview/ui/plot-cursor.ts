import type { Chart } from 'chart.js';
import { element, setAttribute, setHidden } from './dom.ts';

/** What the box says of one point. */
export interface PlotReadout {
  title: string;
  rows: { label: string; value: string; detail?: string }[];
}

/** A curve as it is read: its points in increasing order of x. */
export interface ReadCurve {
  length: number;
  xAt(index: number): number;
  describe(index: number): PlotReadout;
}

const nothing: ReadCurve = { length: 0, xAt: () => 0, describe: () => ({ title: '', rows: [] }) };

/** Pixels between the crosshair and its box. */
const BESIDE = 12;

/** Reads a curve at the pointer or, with the arrow keys, at one point after the other. */
export class PlotCursor {
  readonly #plot: HTMLElement;
  readonly #chart: Chart<'line', { x: number; y: number }[]>;
  readonly #line = element('div', { class: 'crosshair', hidden: true });
  readonly #box = element('div', { class: 'readout', hidden: true, 'aria-hidden': 'true' });
  #curve = nothing;
  #at = -1;

  /** @param plot the element that the canvas fills; whatever in it has the class `marker` is not read through. */
  constructor(plot: HTMLElement, chart: Chart<'line', { x: number; y: number }[]>, label: string) {
    this.#plot = plot;
    this.#chart = chart;
    plot.append(this.#line, this.#box);
    const attributes = {
      tabindex: '0',
      role: 'slider',
      'aria-label': label,
      'aria-valuemin': '0',
      'aria-valuenow': '0',
    };
    for (const [name, value] of Object.entries(attributes)) setAttribute(plot, name, value);
    plot.addEventListener('pointermove', (event) => this.#show(this.#nearest(event)));
    plot.addEventListener('pointerleave', () => this.#show(-1));
    plot.addEventListener('blur', () => this.#show(-1));
    plot.addEventListener('keydown', (event) => this.#key(event));
  }

  update(curve: ReadCurve): void {
    this.#curve = curve;
    setAttribute(this.#plot, 'aria-valuemax', Math.max(0, curve.length - 1));
    if (this.#at >= 0) this.#show(this.#at);
  }

  #nearest(event: PointerEvent): number {
    if (event.target instanceof Element && event.target.closest('.marker')) return -1;
    const pixel = event.clientX - this.#plot.getBoundingClientRect().left;
    const scale = this.#chart.scales.x!;
    const distance = (at: number) => Math.abs(scale.getPixelForValue(this.#curve.xAt(at)) - pixel);
    let nearest = -1;
    for (let at = 0; at < this.#curve.length; at++) if (nearest < 0 || distance(at) < distance(nearest)) nearest = at;
    return nearest;
  }

  #show(at: number): void {
    this.#at = Math.min(at, this.#curve.length - 1);
    setHidden(this.#line, this.#at < 0);
    setHidden(this.#box, this.#at < 0);
    if (this.#at < 0) return;
    const pixel = this.#chart.scales.x!.getPixelForValue(this.#curve.xAt(this.#at));
    const { top, bottom, right } = this.#chart.chartArea;
    const height = `${bottom - top}px`;
    Object.assign(this.#line.style, { transform: `translateX(${Math.round(pixel)}px)`, top: `${top}px`, height });
    const { title, rows } = this.#curve.describe(this.#at);
    this.#box.replaceChildren(
      element('div', { class: 'readout-title' }, title),
      ...rows.map(({ label, value, detail }) =>
        element(
          'div',
          { class: 'readout-row' },
          label,
          element('b', {}, value),
          detail ? element('span', { class: 'readout-detail' }, detail) : null,
        ),
      ),
    );
    const width = this.#box.offsetWidth;
    const left = pixel + BESIDE + width > right ? pixel - BESIDE - width : pixel + BESIDE;
    this.#box.style.transform = `translate(${Math.round(Math.max(0, left))}px, ${top + 4}px)`;
    setAttribute(this.#plot, 'aria-valuenow', this.#at);
    const words = rows.map(({ label, value, detail }) => [label, value, detail].filter(Boolean).join(' '));
    setAttribute(this.#plot, 'aria-valuetext', [title, ...words].join(', '));
  }

  #key(event: KeyboardEvent): void {
    if (event.target !== this.#plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.#curve.length - 1;
    const to: Record<string, number> = {
      ArrowLeft: Math.max(0, this.#at - 1),
      ArrowRight: this.#at + 1,
      PageUp: Math.max(0, this.#at - 10),
      PageDown: this.#at + 10,
      Home: 0,
      End: last,
      Escape: -1,
    };
    const at = to[event.key];
    if (at === undefined || last < 0) return;
    this.#show(at);
    event.preventDefault();
  }
}
