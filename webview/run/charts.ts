import { element } from '../ui/dom.ts';
import { figure, percent } from '../ui/format.ts';
import { type ChartTheme, onThemeChange, readTheme } from '../ui/theme.ts';
import type { XAxis } from '../ui/ticks.ts';
import { indexAtX, stepsPerEpoch, xOfEpoch, xOfIndex } from './axis.ts';
import { ChartView, type Frame, type SeriesKey } from './chart-view.ts';
import { type Readout, readAt } from './cursor.ts';
import { type Point, StepCurves, type StepRange } from './curves.ts';
import type { Epoch, RunView } from './model.ts';
import { PlotOverlay } from './plot-overlay.ts';

export interface ChartSettings {
  xAxis: XAxis;
  logScale: boolean;
  smoothing: number;
  hidden: ReadonlySet<SeriesKey>;
}

export interface ChartListeners {
  onToggle(key: SeriesKey): void;
  onZoom(zoomed: boolean): void;
}

/** The three charts of a run: one x axis, one crosshair and one zoom for all. */
export class ChartGroup {
  readonly root: HTMLElement;
  readonly views: readonly ChartView[];
  readonly #curves = new StepCurves();
  readonly #validation = { loss: [] as Point[], accuracy: [] as Point[] };
  readonly #best = { loss: [] as Point[], accuracy: [] as Point[] };
  readonly #overlays: readonly PlotOverlay[];
  readonly #listeners: ChartListeners;
  #theme: ChartTheme = readTheme();
  #run: RunView | null = null;
  #settings: ChartSettings | null = null;
  #zoom: StepRange | null = null;
  /** Step number under the crosshair, and the chart that is pointed at. */
  #cursor: { step: number; source: number } | null = null;

  constructor(listeners: ChartListeners) {
    this.#listeners = listeners;
    const { curves } = this.#curves;
    const train = { key: 'train', label: 'Train', color: 'blue' } as const;
    const validation = { key: 'validation', label: 'Validation', color: 'orange', marked: true } as const;
    const toggle = (key: SeriesKey) => listeners.onToggle(key);
    this.views = [
      new ChartView(
        {
          title: 'Loss',
          format: (value) => figure(value),
          tick: (value) => figure(value),
          series: [
            { ...train, raw: curves.loss.points, smooth: curves.lossSmooth.points },
            { ...validation, raw: this.#validation.loss, best: this.#best.loss },
          ],
        },
        this.#theme,
        toggle,
      ),
      new ChartView(
        {
          title: 'Accuracy',
          format: (value) => percent(value),
          tick: (value) => `${Number((value * 100).toFixed(2))}%`,
          series: [
            { ...train, raw: curves.accuracy.points, smooth: curves.accuracySmooth.points },
            { ...validation, raw: this.#validation.accuracy, best: this.#best.accuracy },
          ],
        },
        this.#theme,
        toggle,
      ),
      new ChartView(
        {
          title: 'Learning rate',
          format: (value) => figure(value, 3),
          tick: (value) => figure(value),
          series: [{ key: 'learning-rate', label: 'Learning rate', color: 'purple', raw: curves.learningRate.points }],
        },
        this.#theme,
        toggle,
      ),
    ];
    this.#overlays = this.views.map(
      (view, source) =>
        new PlotOverlay(view, {
          point: (x) => this.#pointAt(x, source),
          move: (by) => this.#moveBy(by, source),
          zoomTo: (from, to) => this.#zoomTo(from, to),
          zoomBy: (factor) => this.#zoomBy(factor),
          reset: () => this.resetZoom(),
        }),
    );
    this.root = element('div', { class: 'charts' }, ...this.views.map((view) => view.root));
    onThemeChange(() => {
      this.#theme = readTheme();
      for (const view of this.views) view.setTheme(this.#theme);
      this.#draw();
    });
  }

  get theme(): ChartTheme {
    return this.#theme;
  }

  render(run: RunView, settings: ChartSettings): void {
    this.#run = run;
    this.#settings = settings;
    this.#draw();
  }

  resetZoom(): void {
    this.#setZoom(null);
  }

  #draw(): void {
    const [run, settings] = [this.#run, this.#settings];
    if (!run || !settings) return;
    this.#curves.sync(run, { axis: settings.xAxis, smoothing: settings.smoothing, range: this.#zoom });
    this.#syncEpochs(run, settings.xAxis);
    const [xMin, xMax] = this.#xRange(run, settings.xAxis);
    const frame: Frame = {
      axis: settings.xAxis,
      xMin,
      xMax,
      logScale: false,
      zoomed: this.#zoom !== null,
      smoothed: settings.smoothing > 0,
      hidden: settings.hidden,
    };
    for (const [at, view] of this.views.entries()) {
      view.draw({ ...frame, logScale: at === 0 && settings.logScale });
    }
    this.#showCursor();
  }

  #syncEpochs(run: RunView, axis: XAxis): void {
    const write = (points: Point[], value: (epoch: Epoch) => number | null) => {
      points.length = 0;
      for (const epoch of run.epochs) {
        const y = value(epoch);
        if (y !== null) points.push({ x: xOfEpoch(run, epoch, axis), y });
      }
    };
    write(this.#validation.loss, (epoch) => epoch.validationLoss);
    write(this.#validation.accuracy, (epoch) => epoch.validationAccuracy);
    const best = run.summary.bestEpoch;
    write(this.#best.loss, (epoch) => (epoch.epoch === best ? epoch.validationLoss : null));
    write(this.#best.accuracy, (epoch) => (epoch.epoch === best ? epoch.validationAccuracy : null));
  }

  #xRange(run: RunView, axis: XAxis): [number, number] {
    const { columns } = run;
    const perEpoch = stepsPerEpoch(run.summary, run.epochs);
    const at = (index: number) => xOfIndex(columns, Math.min(index, columns.length - 1), axis, perEpoch);
    if (columns.length === 0) return [0, 1];
    if (this.#zoom) return [at(columns.indexOfStep(this.#zoom[0])), at(columns.indexOfStep(this.#zoom[1]))];
    const lastEpoch = run.epochs.at(-1);
    const end = Math.max(at(columns.length - 1), lastEpoch ? xOfEpoch(run, lastEpoch, axis) : 0);
    return [0, end > 0 ? end : 1];
  }

  #pointAt(x: number | null, source: number): void {
    const [run, settings] = [this.#run, this.#settings];
    if (!run || !settings) return;
    const index = x === null ? -1 : indexAtX(run.columns, x, settings.xAxis, stepsPerEpoch(run.summary, run.epochs));
    this.#cursor = index < 0 ? null : { step: run.columns.step[index]!, source };
    this.#showCursor();
  }

  /** @param by pixels' worth of steps to go, or ±Infinity for the ends. */
  #moveBy(by: number, source: number): string {
    const run = this.#run;
    if (!run?.columns.length) return '';
    const { columns } = run;
    const first = this.#zoom ? columns.indexOfStep(this.#zoom[0]) : 0;
    const last = this.#zoom ? Math.min(columns.indexOfStep(this.#zoom[1]), columns.length - 1) : columns.length - 1;
    const now = this.#cursor ? columns.indexOfStep(this.#cursor.step) : by > 0 ? first : last;
    const stride = Math.max(1, Math.round((last - first) / 100));
    const next = Number.isFinite(by) ? now + by * stride : by > 0 ? last : first;
    const index = Math.min(last, Math.max(first, next));
    this.#cursor = { step: columns.step[index]!, source };
    return this.#showCursor();
  }

  #showCursor(): string {
    const [run, settings] = [this.#run, this.#settings];
    if (!run || !settings) return '';
    const { length } = run.columns;
    const index = this.#cursor ? Math.min(run.columns.indexOfStep(this.#cursor.step), length - 1) : length - 1;
    const readout = length ? readAt(run, index, settings.xAxis) : null;
    const spoken = this.views.map((view, at) => {
      const lines = this.#lines(at, readout, settings);
      for (const { key, text } of lines) view.setValue(key, text);
      const pointed = this.#cursor !== null && readout !== null;
      const title = this.#cursor?.source === at ? (readout?.heading ?? null) : null;
      this.#overlays[at]!.show(pointed ? readout.x : null, title, lines);
      return lines.map((line) => `${view.spec.title} ${line.label.toLowerCase()} ${line.text}`).join(', ');
    });
    return readout ? `${readout.heading}. ${spoken[this.#cursor?.source ?? 0]}` : '';
  }

  #lines(chart: number, readout: Readout | null, settings: ChartSettings) {
    const { curves } = this.#curves;
    const smoothed = settings.smoothing > 0 && readout;
    const format = this.views[chart]!.spec.format;
    const train =
      chart === 0
        ? { now: readout?.loss ?? null, smooth: smoothed ? curves.lossSmooth.nearest(readout.x) : null }
        : { now: readout?.accuracy ?? null, smooth: smoothed ? curves.accuracySmooth.nearest(readout.x) : null };
    const measured = chart === 0 ? readout?.epoch?.validationLoss : readout?.epoch?.validationAccuracy;
    return this.views[chart]!.spec.series.map(({ key, label, color }) => {
      const line = { key, label, color: this.#theme.series[color].line, hidden: settings.hidden.has(key), detail: '' };
      if (key === 'learning-rate') return { ...line, text: format(readout?.learningRate ?? null) };
      if (key === 'validation') {
        const detail = readout?.epoch ? `epoch ${readout.epoch.epoch}` : '';
        return { ...line, text: format(measured ?? null), detail };
      }
      if (train.smooth === null) return { ...line, text: format(train.now) };
      return { ...line, text: format(train.smooth), detail: `this step ${format(train.now)}` };
    });
  }

  #zoomTo(from: number, to: number): void {
    const [run, settings] = [this.#run, this.#settings];
    if (!run || !settings || run.columns.length < 3) return;
    const perEpoch = stepsPerEpoch(run.summary, run.epochs);
    const [first, last] = [from, to].map((x) => indexAtX(run.columns, x, settings.xAxis, perEpoch));
    if (last! - first! < 2) return;
    this.#setZoom([run.columns.step[first!]!, run.columns.step[last!]!]);
  }

  #zoomBy(factor: number): void {
    const run = this.#run;
    if (!run || run.columns.length < 3) return;
    const end = run.columns.lastStep();
    const [first, last] = this.#zoom ?? [1, end];
    const middle = this.#cursor?.step ?? (first + last) / 2;
    const half = ((last - first) * factor) / 2;
    const next: StepRange = [Math.max(1, Math.round(middle - half)), Math.min(end, Math.round(middle + half))];
    if (next[0] <= 1 && next[1] >= end) this.#setZoom(null);
    else if (next[1] - next[0] >= 2) this.#setZoom(next);
  }

  #setZoom(zoom: StepRange | null): void {
    this.#zoom = zoom;
    this.#listeners.onZoom(zoom !== null);
    this.#draw();
  }
}
