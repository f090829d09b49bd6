import {
  Chart,
  type ChartDataset,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  type Plugin,
  PointElement,
} from 'chart.js';
import type { FinderSnapshot } from '../../src/protocol/lr-finder-panel.ts';
import { applyTheme, atPixelRatio, plainChart } from '../ui/chart.ts';
import { element } from '../ui/dom.ts';
import type { Pictured } from '../ui/export-png.ts';
import { figure } from '../ui/format.ts';
import { type ChartTheme, onThemeChange, readTheme } from '../ui/theme.ts';
import { logTicks } from '../ui/ticks.ts';
import { lossRange } from './loss-range.ts';
import type { Marker } from './markers.ts';
import { rateText } from './rate.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale, Filler);

interface Point {
  x: number;
  y: number;
}

type LineData = ChartDataset<'line', Point[]>;

/** Pixels above the plot for the labels of the markers. */
export const LABEL_ROWS = 4;
export const LABEL_ROW_HEIGHT = 21;

/** Loss against learning rate: raw faint, smoothed per seed, the band of all seeds and its median. */
export class CurveChart {
  /** Takes pointer and keyboard; the canvas fills it. */
  readonly plot: HTMLElement;
  readonly chart: Chart<'line', Point[]>;
  theme: ChartTheme = readTheme();
  #snapshot: FinderSnapshot | null = null;
  #markers: readonly Marker[] = [];

  /** @param onLayout called when the chart's area or colours have changed. */
  constructor(onLayout: () => void) {
    const canvas = element('canvas', { 'aria-hidden': 'true' });
    this.plot = element('div', { class: 'plot' }, canvas);
    const lines: Plugin<'line'> = { id: 'markers', afterDatasetsDraw: () => this.#drawMarkers() };
    this.chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      plugins: [lines],
      options: {
        ...plainChart,
        onResize: () => requestAnimationFrame(onLayout),
        layout: { padding: { top: LABEL_ROWS * LABEL_ROW_HEIGHT, right: 14 } },
        plugins: { filler: { propagate: false } },
        scales: {
          x: {
            type: 'logarithmic',
            title: { display: true, text: 'Learning rate' },
            ticks: { maxRotation: 0, callback: (value) => rateText(Number(value)) },
            afterBuildTicks: (scale) => {
              scale.ticks = logTicks(scale.min, scale.max).map((value) => ({ value }));
            },
          },
          y: {
            type: 'linear',
            title: { display: true, text: 'Loss' },
            ticks: { maxTicksLimit: 7, includeBounds: false, callback: (value) => figure(Number(value)) },
          },
        },
      },
    });
    applyTheme(this.chart, this.theme);
    onThemeChange(() => {
      this.theme = readTheme();
      applyTheme(this.chart, this.theme);
      if (this.#snapshot) this.draw(this.#snapshot, this.#markers);
      onLayout();
    });
  }

  draw(snapshot: FinderSnapshot, markers: readonly Marker[]): void {
    this.#snapshot = snapshot;
    this.#markers = markers;
    const { chart } = this;
    if (chart.width === 0) chart.resize();
    const { sweep } = snapshot.summary;
    const scales = chart.options.scales as Record<string, { min?: number; max?: number; title: { color?: string } }>;
    Object.assign(scales.x!, { min: sweep.start, max: sweep.end });
    const range = lossRange(snapshot.band);
    if (range) Object.assign(scales.y!, range);
    for (const scale of Object.values(scales)) scale.title.color = this.theme.muted;
    chart.data.datasets = this.#datasets(snapshot);
    chart.update();
  }

  /** Draws the lines of the markers where they are now, and nothing else anew. */
  moveMarkers(markers: readonly Marker[]): void {
    this.#markers = markers;
    this.chart.draw();
  }

  /** Pixels from the plot's left edge. */
  pixelOf(rate: number): number {
    return this.chart.scales.x!.getPixelForValue(rate);
  }

  rateAt(pixel: number): number {
    const { left, right } = this.chart.chartArea;
    return this.chart.scales.x!.getValueForPixel(Math.min(right, Math.max(left, pixel))) ?? 0;
  }

  get pictured(): Pictured {
    const { chart, theme } = this;
    const { line, faint } = theme.series.blue;
    const legend = [
      { label: 'smoothed, median of the seeds', color: line },
      { label: 'raw', color: faint },
      ...this.#markers.map(({ method, rate, selected }) => ({
        label: `${method} ${rateText(rate)}`,
        color: selected ? theme.series.orange.line : theme.muted,
      })),
    ];
    return { title: 'Loss', legend, chart, atPixelRatio: (ratio, draw) => atPixelRatio(chart, ratio, draw) };
  }

  #datasets({ band, sweeps }: FinderSnapshot): LineData[] {
    const { line, faint, fainter } = this.theme.series.blue;
    const base = { pointRadius: 0, borderJoinStyle: 'round' } as const;
    const column = (values: readonly (number | null)[], rates: readonly number[]): Point[] =>
      values.map((value, at) => ({ x: rates[at]!, y: value ?? Number.NaN }));
    const several = sweeps.length > 1;
    const edge = { ...base, borderWidth: 0, order: 4 };
    return [
      ...(several
        ? [
            { ...edge, data: column(band.min, band.rates) },
            { ...edge, data: column(band.max, band.rates), fill: '-1', backgroundColor: fainter },
          ]
        : []),
      ...sweeps.map(({ losses, rates }) => ({
        ...base,
        data: column(losses, rates),
        borderColor: several ? fainter : faint,
        borderWidth: 1,
        order: 3,
      })),
      ...(several
        ? sweeps.map(({ smoothed, rates }) => ({
            ...base,
            data: column(smoothed, rates),
            borderColor: faint,
            borderWidth: 1,
            order: 2,
          }))
        : []),
      { ...base, data: column(band.median, band.rates), borderColor: line, borderWidth: 2.25, order: 1 },
    ];
  }

  #drawMarkers(): void {
    const { ctx, chartArea } = this.chart;
    for (const { rate, selected } of this.#markers) {
      const x = Math.round(this.pixelOf(rate)) + 0.5;
      if (x < chartArea.left || x > chartArea.right + 1) continue;
      ctx.save();
      ctx.strokeStyle = selected ? this.theme.series.orange.line : this.theme.muted;
      ctx.lineWidth = selected ? 2 : 1;
      ctx.setLineDash(selected ? [] : [4, 4]);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    }
  }
}
