import {
  Chart,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
} from 'chart.js';
import { applyTheme, atPixelRatio, plainChart } from '../ui/chart.ts';
import { element, setAttribute, setText } from '../ui/dom.ts';
import type { Pictured } from '../ui/export-png.ts';
import type { ChartTheme } from '../ui/theme.ts';
import { logTicks, timeTickStep, type XAxis, xTick } from '../ui/ticks.ts';
import type { Point } from './curves.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

export type SeriesKey = 'train' | 'validation' | 'learning-rate';

export interface SeriesSpec {
  key: SeriesKey;
  label: string;
  color: keyof ChartTheme['series'];
  /** The raw line; drawn faint behind `smooth` where there is one. */
  raw: Point[];
  smooth?: Point[];
  /** Points of their own (a figure an epoch) rather than a dense line. */
  marked?: boolean;
  /** At most one point of a marked series that gets a ring. */
  best?: Point[];
}

export interface ChartSpec {
  title: string;
  format: (value: number | null) => string;
  /** Shorter than `format`: ticks are round numbers. */
  tick: (value: number) => string;
  series: SeriesSpec[];
}

export interface Frame {
  axis: XAxis;
  xMin: number;
  xMax: number;
  logScale: boolean;
  zoomed: boolean;
  /** The smoothed line is drawn. */
  smoothed: boolean;
  hidden: ReadonlySet<SeriesKey>;
}

type LineData = ChartDataset<'line', Point[]>;

/** More marks than this would hide the line. */
const markLimit = 80;
/** From this many points a pixel on, the raw line is an area rather than a line. */
const dense = 0.8;
const yAxisWidth = 58;

/** One chart: title, a legend that is also the readout and the on/off switch, and the canvas. */
export class ChartView {
  readonly root: HTMLElement;
  /** Takes pointer and keyboard; the canvas fills it. */
  readonly plot: HTMLElement;
  readonly chart: Chart<'line', Point[]>;
  readonly spec: ChartSpec;
  readonly #values = new Map<SeriesKey, HTMLElement>();
  readonly #toggles = new Map<SeriesKey, HTMLElement>();
  #theme: ChartTheme;
  #frame: Frame | null = null;

  constructor(spec: ChartSpec, theme: ChartTheme, onToggle: (key: SeriesKey) => void) {
    this.spec = spec;
    this.#theme = theme;
    const canvas = element('canvas', { 'aria-hidden': 'true' });
    this.plot = element('div', { class: 'plot' }, canvas);
    this.root = element(
      'section',
      { class: 'chart', 'aria-label': `${spec.title} chart` },
      element('div', { class: 'chart-head' }, element('h3', {}, spec.title), this.#legend(onToggle)),
      this.plot,
    );
    this.chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: spec.series.flatMap(datasetsOf) },
      options: {
        ...plainChart,
        onResize: () => this.#frame && this.#styleDatasets(),
        layout: { padding: { top: 6, right: 10 } },
        scales: {
          x: {
            type: 'linear',
            ticks: {
              maxRotation: 0,
              includeBounds: false,
              autoSkipPadding: 16,
              callback: (value) => xTick(Number(value), this.#frame?.axis ?? 'step', this.#frame?.xMax ?? 0),
            },
          },
          y: {
            type: 'linear',
            ticks: { maxTicksLimit: 7, callback: (value) => this.spec.tick(Number(value)) },
            afterBuildTicks: (scale) => {
              if (this.#frame?.logScale) scale.ticks = logTicks(scale.min, scale.max).map((value) => ({ value }));
            },
            // One width for all charts: a crosshair stands at the same place in each.
            afterFit: (scale) => {
              scale.width = yAxisWidth;
            },
          },
        },
      },
    });
    this.setTheme(theme);
  }

  draw(frame: Frame): void {
    this.#frame = frame;
    const { chart } = this;
    // Made while the panel was hidden, the chart has had no size yet.
    if (chart.width === 0) chart.resize();
    const scales = chart.options.scales!;
    const x = scales.x as { min: number; max: number; ticks: { stepSize?: number; precision?: number } };
    x.min = frame.xMin;
    x.max = frame.xMax;
    if (frame.axis === 'time') x.ticks.stepSize = timeTickStep(frame.xMax - frame.xMin);
    else delete x.ticks.stepSize;
    if (frame.axis === 'step') x.ticks.precision = 0;
    else delete x.ticks.precision;
    (scales.y as { type: string }).type = frame.logScale ? 'logarithmic' : 'linear';
    this.#styleDatasets();
    for (const [key, toggle] of this.#toggles) setAttribute(toggle, 'aria-pressed', String(!frame.hidden.has(key)));
    // Not 'none': that mode leaves the points' shared style as it was, also after a change of theme.
    chart.update();
  }

  /** The chart for an export, with the series that are drawn now. */
  get pictured(): Pictured {
    const { chart, spec } = this;
    const shown = spec.series.length > 1 ? spec.series.filter((series) => !this.#frame?.hidden.has(series.key)) : [];
    const legend = shown.map(({ label, color }) => ({ label, color: this.#theme.series[color].line }));
    return { title: spec.title, legend, chart, atPixelRatio: (ratio, draw) => atPixelRatio(chart, ratio, draw) };
  }

  setTheme(theme: ChartTheme): void {
    this.#theme = theme;
    applyTheme(this.chart, theme);
    for (const series of this.spec.series) {
      this.#toggles.get(series.key)?.style.setProperty('--series', theme.series[series.color].line);
    }
  }

  setValue(key: SeriesKey, text: string): void {
    const value = this.#values.get(key);
    if (value) setText(value, text);
  }

  #legend(onToggle: (key: SeriesKey) => void): HTMLElement {
    const legend = element('div', { class: 'legend', role: 'group', 'aria-label': `${this.spec.title}: series` });
    for (const { key, label, marked } of this.spec.series) {
      const value = element('span', { class: 'legend-value' });
      const swatch = element('span', { class: `swatch${marked ? ' swatch-marked' : ''}`, 'aria-hidden': 'true' });
      const title = `Show or hide ${label.toLowerCase()}`;
      const toggle = element('button', { class: 'legend-item', type: 'button', title }, swatch, label, value);
      toggle.addEventListener('click', () => onToggle(key));
      this.#values.set(key, value);
      this.#toggles.set(key, toggle);
      legend.append(toggle);
    }
    return legend;
  }

  #styleDatasets(): void {
    const theme = this.#theme;
    const frame = this.#frame!;
    const width = theme.highContrast ? 2 : 1.75;
    // Points on the edge are drawn whole, except where a zoomed line would run into the axis.
    const clip = frame.zoomed ? { left: 0, right: 0, top: 8, bottom: 8 } : 8;
    let at = 0;
    const next = () => this.chart.data.datasets[at++] as LineData;
    for (const series of this.spec.series) {
      const { line, faint, fainter } = theme.series[series.color];
      const behindColor = series.raw.length > this.chart.width * dense ? fainter : faint;
      const hidden = frame.hidden.has(series.key);
      const raw = next();
      const behind = series.smooth !== undefined && frame.smoothed;
      const marks = series.marked && series.raw.length <= markLimit;
      const lone = series.raw.length === 1;
      Object.assign(raw, {
        hidden,
        clip,
        borderColor: behind ? behindColor : line,
        backgroundColor: behind ? behindColor : line,
        borderWidth: behind ? 1 : width,
        borderDash: theme.highContrast && series.marked ? [7, 4] : [],
        pointStyle: theme.highContrast && series.marked ? 'rectRot' : 'circle',
        pointRadius: marks ? (theme.highContrast ? 3.5 : series.raw.length > 25 ? 2 : 3) : lone ? 2.5 : 0,
      });
      if (series.smooth)
        Object.assign(next(), { hidden: hidden || !behind, borderColor: line, borderWidth: width, clip });
      if (series.best) Object.assign(next(), { hidden, borderColor: theme.foreground, clip });
    }
  }
}

function datasetsOf(series: SeriesSpec): LineData[] {
  const line: LineData = { data: series.raw, pointRadius: 0, borderJoinStyle: 'round' };
  // The smoothed line stands above the raw one, the ring above all.
  return [
    { ...line, order: series.marked ? 1 : 3 },
    ...(series.smooth ? [{ ...line, data: series.smooth, order: 2 }] : []),
    ...(series.best
      ? [{ ...line, data: series.best, order: 0, showLine: false, pointRadius: 6.5, pointBorderWidth: 1.5 }]
      : []),
  ];
}
