import type { CurveSeries, MetricColumn } from '../../src/protocol/compare.ts';
import type { CompareSettings } from '../../src/protocol/compare-panel.ts';
import { segments, smoothingSlider } from '../ui/controls.ts';
import { element } from '../ui/dom.ts';
import { checkbox } from '../ui/kit.ts';
import type { XAxis } from '../ui/ticks.ts';
import { type ChartRun, LineChart, type RunListeners } from './line-chart.ts';
import type { RunLine } from './run-line.ts';
import { type CompareTheme, colorOf } from './theme.ts';

/** Shown unless the user chooses others, in this order. */
const usual: readonly MetricColumn[] = [
  { name: 'loss', label: 'Training loss', better: 'lower', unit: 'figure' },
  { name: 'accuracy', label: 'Training accuracy', better: 'higher', unit: 'share' },
  { name: 'val_loss', label: 'Validation loss', better: 'lower', unit: 'figure' },
  { name: 'val_accuracy', label: 'Validation accuracy', better: 'higher', unit: 'share' },
  { name: 'learning_rate', label: 'Learning rate', better: null, unit: 'figure' },
];
const more: readonly MetricColumn[] = [
  { name: 'balanced_accuracy', label: 'Balanced accuracy', better: 'higher', unit: 'share' },
  { name: 'macro_f1', label: 'Macro F1', better: 'higher', unit: 'share' },
];

const axes: readonly [XAxis, string][] = [
  ['step', 'Step'],
  ['epoch', 'Epoch'],
  ['time', 'Time'],
];

/** While curves are still coming, charts are drawn this often; milliseconds. */
const streamingMs = 300;

export interface CurveListeners extends RunListeners {
  change(change: Partial<CompareSettings>): void;
}

/** The curves of all runs: a chart a metric, one x axis for all. */
export class CurveCharts {
  readonly root: HTMLElement;
  readonly #area = element('div', { class: 'charts' });
  readonly #choice = element('div', { class: 'chips', role: 'group', 'aria-label': 'Charts' });
  readonly #empty = element('p', { class: 'quiet' }, 'No curves yet: they come with the first steps of a run.');
  readonly #charts = new Map<string, LineChart>();
  readonly #series = new Map<string, Record<string, CurveSeries>>();
  readonly #dirty = new Set<LineChart>();
  readonly #listeners: CurveListeners;
  #theme: CompareTheme;
  #lines: readonly RunLine[] = [];
  #settings: CompareSettings;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #shown = '';
  #drawn = '';

  constructor(settings: CompareSettings, theme: CompareTheme, listeners: CurveListeners) {
    this.#settings = settings;
    this.#theme = theme;
    this.#listeners = listeners;
    const toolbar = element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': 'Curves' },
      segments('X axis', 'x-axis', axes, settings.xAxis, (xAxis) => listeners.change({ xAxis })),
      smoothingSlider(settings.smoothing, (smoothing) => listeners.change({ smoothing })),
      checkbox('Log losses', settings.logScale, (value) => listeners.change({ logScale: value })),
      this.#choice,
    );
    this.root = element('div', { class: 'curves' }, toolbar, this.#empty, this.#area);
  }

  /** Charts on the page now, in order. */
  get charts(): LineChart[] {
    return this.#names().flatMap((name) => this.#charts.get(name) ?? []);
  }

  take(curves: readonly { id: string; series: Record<string, CurveSeries> }[], waiting: number): void {
    for (const { id, series } of curves) this.#series.set(id, series);
    if (waiting === 0) this.#refresh();
    else {
      this.#timer ??= setTimeout(() => this.#refresh(), streamingMs);
    }
  }

  /** @param lines runs that are drawn. */
  update(lines: readonly RunLine[], settings: CompareSettings, theme: CompareTheme): void {
    this.#lines = lines;
    this.#settings = settings;
    this.#theme = theme;
    // A figure that changed in the table draws no curve again.
    const { xAxis, logScale, smoothing, charts } = settings;
    const runs = lines.map(({ id, name, look }) => [id, name, look.color, look.dash.length]);
    const key = JSON.stringify([runs, xAxis, logScale, smoothing, charts, theme.palette, theme.background]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    this.#refresh();
  }

  highlight(id: string | null): void {
    for (const chart of this.#charts.values()) chart.highlight(id);
  }

  select(id: string | null): void {
    for (const chart of this.#charts.values()) chart.select(id);
  }

  /** Draws everything that waits, now: for pictures. */
  flush(): void {
    for (const chart of this.#dirty) this.#drawChart(chart);
    this.#dirty.clear();
  }

  #refresh(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#place();
    for (const chart of this.charts) this.#schedule(chart);
  }

  #columns(): MetricColumn[] {
    const there = new Set([...this.#series.values()].flatMap((series) => Object.keys(series)));
    const known = [...usual, ...more].filter(({ name }) => there.delete(name));
    const isShare = (name: string) => /acc|f1|auc|precision|recall/i.test(name) && !/loss/i.test(name);
    const others = [...there].sort().map(
      (name): MetricColumn => ({
        name,
        label: name,
        better: null,
        unit: isShare(name) ? 'share' : 'figure',
      }),
    );
    return [...known, ...others];
  }

  #names(): string[] {
    const there = this.#columns().map(({ name }) => name);
    const wanted = this.#settings.charts ?? usual.map(({ name }) => name);
    return there.filter((name) => wanted.includes(name));
  }

  /** Puts the chosen charts on the page; nothing moves where they are there. */
  #place(): void {
    const columns = this.#columns();
    const names = this.#names();
    const key = JSON.stringify([columns.map(({ name }) => name), names]);
    if (key === this.#shown) return;
    this.#shown = key;
    for (const column of columns) {
      if (this.#charts.has(column.name)) continue;
      const chart: LineChart = new LineChart(column, this.#theme, this.#listeners, () => this.#schedule(chart));
      this.#charts.set(column.name, chart);
    }
    this.#area.replaceChildren(...this.charts.map((chart) => chart.root));
    this.#empty.hidden = columns.length > 0;
    this.#choice.replaceChildren(
      ...columns.map(({ name, label }) => {
        const isShown = names.includes(name);
        const chip = element('button', { type: 'button', class: 'chip', 'aria-pressed': String(isShown) }, label);
        chip.addEventListener('click', () => {
          const next = isShown ? names.filter((other) => other !== name) : [...names, name];
          this.#listeners.change({ charts: next });
        });
        return chip;
      }),
    );
  }

  /** One chart a frame: the page stays usable while two hundred runs are drawn. */
  #schedule(chart: LineChart): void {
    this.#dirty.add(chart);
    if (this.#frame) return;
    const next = () => {
      this.#frame = 0;
      const [first] = this.#dirty;
      if (!first) return;
      this.#dirty.delete(first);
      this.#drawChart(first);
      if (this.#dirty.size > 0) this.#frame = requestAnimationFrame(next);
    };
    this.#frame = requestAnimationFrame(next);
  }

  #drawChart(chart: LineChart): void {
    const { name } = chart.column;
    chart.setTheme(this.#theme);
    const runs = this.#lines.flatMap((run): ChartRun[] => {
      const series = this.#series.get(run.id)?.[name];
      return series
        ? [{ id: run.id, name: run.name, color: colorOf(this.#theme, run.look), dash: run.look.dash, series }]
        : [];
    });
    const { xAxis, smoothing } = this.#settings;
    chart.draw(runs, {
      axis: xAxis,
      smoothing,
      logScale: this.#settings.logScale && chart.column.better === 'lower',
      xMax: this.#xMax(),
    });
  }

  /** One for all charts, so that they can be read below each other. */
  #xMax(): number {
    let most = 0;
    for (const { id } of this.#lines) {
      for (const series of Object.values(this.#series.get(id) ?? {})) {
        const last = series[this.#settings.xAxis].at(-1);
        if (last !== undefined && last > most) most = last;
      }
    }
    return most;
  }
}
