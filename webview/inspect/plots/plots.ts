import type { CatalogueAnswers, CatalogueField, CatalogueQuery, Overview } from '../../../src/protocol/catalogue.ts';
import { element } from '../../ui/dom.ts';
import { type CatalogueClient, Refusal } from '../client.ts';
import { fieldTitles, measures } from '../fields.ts';
import { toggleValue, valuesOf, withoutField } from '../query-text.ts';
import { ClassBars } from './class-bars.ts';
import { colorAt, type PlotColors } from './colors.ts';
import { Histogram } from './histogram.ts';
import { SizePlot, type SizeRange } from './size-plot.ts';

const BINS = 32;
const POINTS = 4000;
const fixed = ['brightness', 'hue', 'saturation', 'aspect'] as const;
/** A plot is asked for when this much of the query rests. */
type Ranges = NonNullable<CatalogueQuery['ranges']>;

export interface PlotsListeners {
  onQuery(change: Partial<CatalogueQuery>): void;
  onMeasure(field: CatalogueField): void;
}

/**
 * The plots beside the images. Each is of the images that all else selects, without its own selection, so that a selection can be
 * changed where it was made.
 */
export class Plots {
  readonly root: HTMLElement;
  readonly #client: CatalogueClient;
  readonly #listeners: PlotsListeners;
  readonly #classes: ClassBars;
  readonly #size: SizePlot;
  readonly #histograms = new Map<string, Histogram>();
  #colors: PlotColors;
  #query: CatalogueQuery = { text: '' };
  #splits: readonly string[] = [];
  #measure: CatalogueField;
  #asked = 0;
  #isShown: boolean;

  constructor(
    client: CatalogueClient,
    state: { measure: CatalogueField; plots: boolean },
    colors: PlotColors,
    listeners: PlotsListeners,
  ) {
    this.#client = client;
    this.#listeners = listeners;
    this.#colors = colors;
    this.#measure = state.measure;
    this.#isShown = state.plots;
    this.#classes = new ClassBars((name) => listeners.onQuery({ text: toggleValue(this.#query.text, 'class', name) }));
    this.#size = new SizePlot(colors, (range) => this.#selectSize(range));
    for (const field of fixed) {
      const title = fieldTitles[field];
      this.#histograms.set(
        field,
        this.#histogram(() => field, element('h3', {}, title), title),
      );
    }
    this.#histograms.set(
      '',
      this.#histogram(() => this.#measure, this.#chooser(), 'Another measure'),
    );
    this.root = element(
      'aside',
      { class: 'plots', 'aria-label': 'Plots' },
      this.#classes.root,
      this.#size.root,
      ...[...this.#histograms.values()].map(({ root }) => root),
    );
    this.root.hidden = !this.#isShown;
  }

  set shown(shown: boolean) {
    this.#isShown = shown;
    this.root.hidden = !shown;
    if (shown) void this.#askAll();
  }

  update(query: CatalogueQuery, overview: Overview): void {
    this.#query = query;
    this.#splits = overview.splits;
    if (this.#isShown) void this.#askAll();
  }

  recolor(colors: PlotColors): void {
    this.#colors = colors;
    if (this.#isShown) void this.#askAll();
  }

  #histogram(field: () => CatalogueField, head: HTMLElement, title: string): Histogram {
    return new Histogram(field(), head, title, this.#colors, (range) => {
      const others = this.#ranges.filter((other) => other.field !== field());
      this.#listeners.onQuery({ ranges: range ? [...others, { field: field(), ...range }] : others });
    });
  }

  #chooser(): HTMLElement {
    const others = measures.filter((field) => !(fixed as readonly CatalogueField[]).includes(field));
    const select = element(
      'select',
      { 'aria-label': 'Measure' },
      ...others.map((field) => element('option', { value: field }, fieldTitles[field])),
    );
    select.value = this.#measure;
    select.addEventListener('change', () => {
      this.#measure = select.value as CatalogueField;
      this.#listeners.onMeasure(this.#measure);
      void this.#askAll();
    });
    return select;
  }

  get #ranges(): Ranges {
    return this.#query.ranges ?? [];
  }

  #selectSize(range: SizeRange | null): void {
    const others = this.#ranges.filter(({ field }) => field !== 'width' && field !== 'height');
    const own: Ranges = range
      ? [
          { field: 'width', ...range.width },
          { field: 'height', ...range.height },
        ]
      : [];
    this.#listeners.onQuery({ ranges: [...others, ...own] });
  }

  /** One after the other, so that the images' own questions never wait behind seven; newer ones take over. */
  async #askAll(): Promise<void> {
    const asked = ++this.#asked;
    const by = this.#splits.length > 1 ? 'split' : null;
    const steps: (() => Promise<void>)[] = [() => this.#askClasses(by), () => this.#askSize()];
    for (const [name, histogram] of this.#histograms) steps.push(() => this.#askHistogram(name, histogram, by));
    for (const step of steps) {
      if (asked !== this.#asked) return;
      try {
        await step();
      } catch (error) {
        // The grid says what is wrong with the query.
        if (!(error instanceof Refusal)) throw error;
      }
    }
  }

  async #askClasses(by: 'split' | null): Promise<void> {
    const text = withoutField(this.#query.text, 'class');
    const query = { ...this.#query, text, sort: undefined, group: undefined };
    const { names, series, counts } = await this.#client.ask({ type: 'histogram', query, field: 'class', bins: 0, by });
    const parts = series.length > 0 ? series : [''];
    const colors = parts.map((_, at) => colorAt(this.#colors, at));
    const shown = { names: names ?? [], series: by ? parts : [''], counts };
    this.#classes.show(shown, valuesOf(this.#query.text, 'class'), colors);
  }

  async #askSize(): Promise<void> {
    const query = this.#without('width', 'height');
    const answer = await this.#client.ask({ type: 'scatter', query, x: 'width', y: 'height', limit: POINTS });
    const [width, height] = [this.#range('width'), this.#range('height')];
    this.#size.show(answer, width && height && { width, height }, this.#colors);
  }

  async #askHistogram(name: string, histogram: Histogram, by: 'split' | null): Promise<void> {
    const field = name === '' ? this.#measure : (name as CatalogueField);
    const query = this.#without(field);
    const answer: CatalogueAnswers['histogram'] = await this.#client.ask({
      ...{ type: 'histogram', query, field, bins: BINS },
      by: field === 'hue' ? null : by,
    });
    histogram.field = field;
    histogram.show(answer, this.#range(field), this.#colors);
  }

  #range(field: CatalogueField): { from: number; to: number } | null {
    return this.#ranges.find((range) => range.field === field) ?? null;
  }

  #without(...fields: CatalogueField[]): CatalogueQuery {
    const ranges = this.#ranges.filter(({ field }) => !fields.includes(field));
    return { ...this.#query, ranges, sort: undefined, group: undefined };
  }
}
