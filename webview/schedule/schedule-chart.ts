import {
  Chart,
  type ChartDataset,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  type Plugin,
  PointElement,
} from 'chart.js';
import type { PanelSchedule } from '../../src/protocol/schedule-panel.ts';
import { applyTheme, plainChart } from '../ui/chart.ts';
import { element } from '../ui/dom.ts';
import { figure } from '../ui/format.ts';
import type { ReadCurve } from '../ui/plot-cursor.ts';
import { type ChartTheme, onThemeChange, readTheme } from '../ui/theme.ts';
import { logTicks, xTick } from '../ui/ticks.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale, LogarithmicScale);

interface Point {
  x: number;
  y: number;
}

type Axis = { min: number; max: number; type: string; title: { text: string; color: string }; display?: boolean };

export interface ChartSettings {
  logScale: boolean;
  xAxis: 'step' | 'epoch';
}

/** Room above the peak, as a share of what is shown. */
const ABOVE = 0.06;

/** Learning rate on the left axis, momentum on the right one, phases as lines between them. */
export class ScheduleChart {
  /** Takes pointer and keyboard; the canvas fills it. */
  readonly plot: HTMLElement;
  readonly chart: Chart<'line', Point[]>;
  theme: ChartTheme = readTheme();
  #schedule: PanelSchedule | null = null;
  #settings: ChartSettings = { logScale: false, xAxis: 'epoch' };

  /** @param onTheme called when the colours have changed */
  constructor(onTheme: () => void) {
    const canvas = element('canvas', { 'aria-hidden': 'true' });
    this.plot = element('div', { class: 'plot' }, canvas);
    const phases: Plugin<'line'> = { id: 'phases', beforeDatasetsDraw: () => this.#drawPhases() };
    this.chart = new Chart<'line', Point[]>(canvas, {
      type: 'line',
      data: { datasets: [] },
      plugins: [phases],
      options: {
        ...plainChart,
        layout: { padding: { top: 18, right: 6 } },
        scales: {
          x: {
            type: 'linear',
            title: { display: true, text: 'Epoch' },
            ticks: {
              maxRotation: 0,
              includeBounds: false,
              callback: (value) => xTick(Number(value), this.#settings.xAxis, this.#end),
            },
          },
          y: {
            type: 'linear',
            title: { display: true, text: 'Learning rate' },
            ticks: { maxTicksLimit: 7, includeBounds: false, callback: (value) => figure(Number(value), 2) },
            afterBuildTicks: (scale) => {
              if (this.#settings.logScale) scale.ticks = logTicks(scale.min, scale.max).map((value) => ({ value }));
            },
          },
          momentum: {
            type: 'linear',
            position: 'right',
            title: { display: true, text: 'Momentum' },
            ticks: { maxTicksLimit: 6, includeBounds: false, callback: (value) => figure(Number(value), 3) },
          },
        },
      },
    });
    applyTheme(this.chart, this.theme);
    onThemeChange(() => {
      this.theme = readTheme();
      applyTheme(this.chart, this.theme);
      if (this.#schedule) this.draw(this.#schedule, this.#settings);
      onTheme();
    });
  }

  draw(schedule: PanelSchedule, settings: ChartSettings): void {
    this.#schedule = schedule;
    this.#settings = settings;
    const { chart, theme } = this;
    if (chart.width === 0) chart.resize();
    const { x, y, momentum } = chart.options.scales as unknown as Record<'x' | 'y' | 'momentum', Axis>;
    const xs = this.#xs(schedule);
    Object.assign(x, { min: 0, max: this.#end });
    x.title.text = settings.xAxis === 'step' ? 'Step' : 'Epoch';
    const peak = Math.max(...schedule.rates);
    const least = Math.min(...schedule.rates.filter((rate) => rate > 0), peak);
    y.type = settings.logScale ? 'logarithmic' : 'linear';
    // Where the rate falls to 0 a logarithmic axis shows the last five decades.
    y.min = settings.logScale ? Math.max(least, peak / 1e5) / 1.3 : 0;
    y.max = settings.logScale ? peak * 1.3 : peak * (1 + ABOVE);
    const [low, high] = [Math.min(...schedule.momenta), Math.max(...schedule.momenta)];
    Object.assign(momentum, { min: Math.max(0, low - 0.05), max: Math.min(1, high + 0.02) });
    momentum.title.text = schedule.momentumName === 'beta1' ? 'Momentum (beta1)' : 'Momentum';
    for (const axis of [x, y, momentum]) axis.title.color = theme.muted;
    Object.assign((chart.options.scales as Record<string, object>).momentum!, { grid: { drawOnChartArea: false } });
    const line = { pointRadius: 0, borderJoinStyle: 'round' } as const;
    const column = (values: readonly number[]): Point[] => values.map((value, at) => ({ x: xs[at]!, y: value }));
    const datasets: ChartDataset<'line', Point[]>[] = [
      {
        ...line,
        data: column(schedule.momenta),
        yAxisID: 'momentum',
        borderColor: theme.series.orange.line,
        borderWidth: 1.5,
        borderDash: [5, 4],
        order: 2,
      },
      { ...line, data: column(schedule.rates), borderColor: theme.series.blue.line, borderWidth: 2.25, order: 1 },
    ];
    chart.data.datasets = datasets;
    chart.update();
  }

  /** For the cursor. */
  get readable(): ReadCurve {
    const schedule = this.#schedule!;
    const xs = this.#xs(schedule);
    return {
      length: xs.length,
      xAt: (at) => xs[at]!,
      describe: (at) => {
        const epoch = `Epoch ${figure(schedule.epochs[at]!, 3)}`;
        return {
          title: schedule.images === null ? epoch : `Step ${schedule.steps[at]!.toLocaleString('en-US')} · ${epoch}`,
          rows: [
            { label: 'Learning rate', value: figure(schedule.rates[at]!, 3) },
            { label: schedule.momentumName, value: figure(schedule.momenta[at]!, 3) },
          ],
        };
      },
    };
  }

  get #end(): number {
    const schedule = this.#schedule;
    if (!schedule) return 1;
    return this.#settings.xAxis === 'step' ? schedule.totalSteps : schedule.totalEpochs;
  }

  #xs({ steps, epochs }: PanelSchedule): readonly number[] {
    return this.#settings.xAxis === 'step' ? steps : epochs;
  }

  #drawPhases(): void {
    const schedule = this.#schedule;
    if (!schedule || schedule.phases.length === 0) return;
    const { ctx, chartArea, scales } = this.chart;
    const share = this.#settings.xAxis === 'step' ? schedule.totalSteps / schedule.totalEpochs : 1;
    ctx.save();
    ctx.font = `${this.theme.fontSize}px ${this.theme.fontFamily}`;
    ctx.fillStyle = this.theme.muted;
    ctx.strokeStyle = this.theme.axis;
    ctx.setLineDash([2, 3]);
    for (const [at, { name, epoch }] of schedule.phases.entries()) {
      const x = scales.x!.getPixelForValue(epoch * this.#atPhase(schedule, epoch, share));
      const next = schedule.phases[at + 1];
      const end = next
        ? scales.x!.getPixelForValue(next.epoch * this.#atPhase(schedule, next.epoch, share))
        : chartArea.right;
      if (at > 0) {
        ctx.beginPath();
        ctx.moveTo(x, chartArea.top);
        ctx.lineTo(x, chartArea.bottom);
        ctx.stroke();
      }
      if (ctx.measureText(name).width < end - x - 6) ctx.fillText(name, x + 3, chartArea.top - 6);
    }
    ctx.restore();
  }

  /** Steps an epoch up to there: phases with other batch sizes have other numbers of steps. */
  #atPhase(schedule: PanelSchedule, epoch: number, share: number): number {
    if (this.#settings.xAxis === 'epoch' || epoch === 0) return share;
    const at = schedule.epochs.findIndex((one) => one >= epoch);
    return at < 0 ? share : schedule.steps[at]! / epoch;
  }
}
