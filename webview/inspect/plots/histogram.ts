import type { CatalogueAnswers, CatalogueField } from '../../../src/protocol/catalogue.ts';
import { element, setAttribute, setHidden, setText } from '../../ui/dom.ts';
import { compact, plural } from '../../ui/format.ts';
import { PlotCanvas } from '../../ui/plot-canvas.ts';
import { valueText } from '../fields.ts';
import { type BinSelection, binAt, binsOf, rangeOf } from './bins.ts';
import type { PlotColors } from './colors.ts';

type Range = { from: number; to: number };

const PAD = { left: 4, right: 4, top: 6, bottom: 16 };

/**
 * How the values of one measure are spread. Drag over bars, or with the keyboard: arrows go from bar to bar, Shift with them
 * takes more, Enter or Space shows the images, Escape all again.
 */
export class Histogram {
  readonly root: HTMLElement;
  readonly #canvas = new PlotCanvas((context, width, height) => this.#draw(context, width, height));
  readonly #plot: HTMLElement;
  readonly #readout = element('div', { class: 'plot-readout', 'aria-hidden': 'true', hidden: true });
  readonly #note = element('p', { class: 'plot-note', hidden: true });
  readonly #onSelect: (range: Range | null) => void;
  #field: CatalogueField;
  #answer: CatalogueAnswers['histogram'] | null = null;
  #colors: PlotColors;
  #selected: BinSelection | null = null;
  /** While the pointer or Shift draws one. */
  #draft: BinSelection | null = null;
  #cursor = -1;
  #from = -1;

  /** @param head the title, or what chooses the measure */
  constructor(
    field: CatalogueField,
    head: HTMLElement,
    title: string,
    colors: PlotColors,
    onSelect: (range: Range | null) => void,
  ) {
    this.#field = field;
    this.#colors = colors;
    this.#onSelect = onSelect;
    this.#plot = element(
      'div',
      { class: 'plot-box', tabindex: 0, role: 'slider', 'aria-valuenow': 0, 'aria-valuemin': 0, 'aria-label': title },
      this.#canvas.canvas,
      this.#readout,
    );
    this.root = element(
      'section',
      { class: 'plot-card', 'aria-label': title },
      element('div', { class: 'plot-head' }, head),
      this.#plot,
      this.#note,
    );
    this.#plot.addEventListener('pointerdown', (event) => this.#down(event));
    this.#plot.addEventListener('pointermove', (event) => this.#move(event));
    this.#plot.addEventListener('pointerup', () => this.#commit());
    this.#plot.addEventListener('pointerleave', () => this.#from < 0 && this.#point(-1));
    this.#plot.addEventListener('blur', () => this.#point(-1));
    this.#plot.addEventListener('keydown', (event) => this.#key(event));
  }

  set field(field: CatalogueField) {
    this.#field = field;
    setAttribute(this.#plot, 'aria-label', field);
  }

  show(answer: CatalogueAnswers['histogram'], range: Range | null, colors: PlotColors): void {
    this.#answer = answer;
    this.#colors = colors;
    this.#selected = range && binsOf(answer.edges, range.from, range.to);
    const isEmpty = this.#bins === 0 || answer.counts.every((values) => values.every((value) => value === 0));
    setHidden(this.#plot, isEmpty);
    setHidden(this.#note, !isEmpty);
    setText(this.#note, isEmpty ? 'Nothing of these images is measured yet.' : '');
    setAttribute(this.#plot, 'aria-valuemax', Math.max(0, this.#bins - 1));
    this.#canvas.request();
  }

  get #bins(): number {
    return Math.max(0, (this.#answer?.edges.length ?? 0) - 1);
  }

  #total(bin: number): number {
    return this.#answer?.counts.reduce((sum, values) => sum + (values[bin] ?? 0), 0) ?? 0;
  }

  #draw(context: CanvasRenderingContext2D, width: number, height: number): void {
    const { counts, edges } = this.#answer ?? { counts: [], edges: [] };
    const bins = this.#bins;
    if (bins === 0) return;
    const most = Math.max(1, ...Array.from({ length: bins }, (_, bin) => this.#total(bin)));
    const [wide, high] = [width - PAD.left - PAD.right, height - PAD.top - PAD.bottom];
    const step = wide / bins;
    const selected = this.#draft ?? this.#selected;
    for (let bin = 0; bin < bins; bin++) {
      const isOff = selected !== null && (bin < selected.first || bin > selected.last);
      context.globalAlpha = isOff ? 0.3 : 1;
      let bottom = PAD.top + high;
      counts.forEach((values, series) => {
        const bar = ((values[bin] ?? 0) / most) * high;
        context.fillStyle = this.#fill(series, bin, edges);
        const left = PAD.left + bin * step;
        context.fillRect(left, bottom - bar, Math.max(1, step - (step > 4 ? 1 : 0)), bar);
        bottom -= bar;
      });
    }
    context.globalAlpha = 1;
    context.fillStyle = this.#colors.axis;
    context.fillRect(PAD.left, PAD.top + high, wide, 1);
    if (selected) this.#outline(context, selected, step, high);
    if (this.#cursor >= 0) {
      context.strokeStyle = this.#colors.foreground;
      context.strokeRect(PAD.left + this.#cursor * step - 0.5, PAD.top - 0.5, step, high + 1);
    }
    context.fillStyle = this.#colors.muted;
    context.font = `${this.#colors.fontSize}px ${this.#colors.fontFamily}`;
    context.textBaseline = 'bottom';
    context.textAlign = 'left';
    context.fillText(valueText(this.#field, edges[0]!), PAD.left, height);
    context.textAlign = 'right';
    context.fillText(valueText(this.#field, edges[bins]!), width - PAD.right, height);
    context.textAlign = 'center';
    context.fillText(`most ${compact(most)}`, width / 2, height);
  }

  /** Hues are drawn in their own colour. */
  #fill(series: number, bin: number, edges: readonly number[]): string {
    if (this.#field === 'hue') return `hsl(${(edges[bin]! + edges[bin + 1]!) / 2} 70% 50%)`;
    return this.#colors.palette[series % this.#colors.palette.length]!;
  }

  #outline(context: CanvasRenderingContext2D, { first, last }: BinSelection, step: number, high: number): void {
    context.strokeStyle = this.#colors.foreground;
    context.lineWidth = 1;
    context.strokeRect(PAD.left + first * step - 0.5, PAD.top - 0.5, (last - first + 1) * step, high + 1);
  }

  #binOf(event: PointerEvent): number {
    const { left, width } = this.#plot.getBoundingClientRect();
    return binAt(this.#bins, (event.clientX - left - PAD.left) / (width - PAD.left - PAD.right));
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0 || this.#bins === 0) return;
    this.#plot.setPointerCapture(event.pointerId);
    this.#from = this.#binOf(event);
    this.#draft = { first: this.#from, last: this.#from };
    this.#canvas.request();
  }

  #move(event: PointerEvent): void {
    const bin = this.#binOf(event);
    if (this.#from >= 0) this.#draft = { first: Math.min(this.#from, bin), last: Math.max(this.#from, bin) };
    this.#point(bin);
  }

  #commit(): void {
    const { last, first } = this.#draft ?? { first: -1, last: -1 };
    const isSame = this.#selected?.first === first && this.#selected?.last === last;
    this.#from = -1;
    this.#draft = null;
    if (first < 0 || !this.#answer) return;
    // The same bar once more: all images again.
    this.#onSelect(isSame ? null : rangeOf(this.#answer.edges, { first, last }));
  }

  #point(bin: number): void {
    this.#cursor = bin;
    this.#canvas.request();
    setHidden(this.#readout, bin < 0);
    if (bin < 0 || !this.#answer) return;
    const { edges, series, counts } = this.#answer;
    const parts = series.map((name, at) => `${name} ${compact(counts[at]?.[bin] ?? 0)}`);
    const text = `${valueText(this.#field, edges[bin]!)} – ${valueText(this.#field, edges[bin + 1]!)}: ${plural(this.#total(bin), 'image')}`;
    setText(this.#readout, series.length > 1 ? `${text} (${parts.join(', ')})` : text);
    setAttribute(this.#plot, 'aria-valuenow', bin);
    setAttribute(this.#plot, 'aria-valuetext', this.#readout.textContent);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#bins === 0) return;
    const to: Record<string, number> = {
      ArrowLeft: Math.max(0, this.#cursor - 1),
      ArrowRight: Math.min(this.#bins - 1, this.#cursor + 1),
      Home: 0,
      End: this.#bins - 1,
    };
    const bin = to[event.key];
    if (bin !== undefined) {
      if (event.shiftKey) {
        if (this.#from < 0) this.#from = Math.max(0, this.#cursor);
        this.#draft = { first: Math.min(this.#from, bin), last: Math.max(this.#from, bin) };
      } else {
        this.#from = -1;
        this.#draft = null;
      }
      this.#point(bin);
    } else if ((event.key === 'Enter' || event.key === ' ') && this.#cursor >= 0) {
      this.#draft ??= { first: this.#cursor, last: this.#cursor };
      this.#commit();
    } else if (event.key === 'Escape' && (this.#draft || this.#selected)) {
      this.#from = -1;
      if (this.#draft) this.#draft = null;
      else this.#onSelect(null);
      this.#canvas.request();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
