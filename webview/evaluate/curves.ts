import { Chart, LinearScale, LineController, LineElement, PointElement } from 'chart.js';
import type { CalibrationBinReport, EvaluationReport } from '../../src/protocol/evaluation.ts';
import { applyTheme, plainChart } from '../ui/chart.ts';
import { element, setText } from '../ui/dom.ts';
import { figure, percent, plural } from '../ui/format.ts';
import { type ChartTheme, readTheme } from '../ui/theme.ts';

Chart.register(LineController, LineElement, PointElement, LinearScale);

interface Point {
  x: number;
  y: number;
}

type SeriesName = keyof ChartTheme['series'] | 'foreground';

interface Line {
  points: Point[];
  color: SeriesName;
  dashed?: boolean;
  marks?: boolean;
  label: string;
}

/** ROC, precision and recall, and reliability: one class or all, before and after the temperature. */
export class Curves {
  readonly root: HTMLElement;
  readonly #choice = element('select', { id: 'curve-class' });
  readonly #roc = new Plot('ROC', 'false positives', 'true positives');
  readonly #precision = new Plot('Precision and recall', 'recall', 'precision');
  readonly #reliability = new Plot('Reliability', 'confidence', 'accuracy');
  readonly #onChoose: (curve: number | null) => void;
  #chosen: number | null;
  #report: EvaluationReport | null = null;

  constructor(chosen: number | null, onChoose: (curve: number | null) => void) {
    this.#chosen = chosen;
    this.#onChoose = onChoose;
    this.#choice.addEventListener('change', () =>
      this.#set(this.#choice.value === '' ? null : Number(this.#choice.value)),
    );
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Curves' },
      element('h2', {}, 'Curves'),
      element(
        'div',
        { class: 'toolbar' },
        element('div', { class: 'field' }, element('label', { for: 'curve-class' }, 'Class'), this.#choice),
      ),
      element('div', { class: 'plots' }, this.#roc.root, this.#precision.root, this.#reliability.root),
    );
  }

  show(report: EvaluationReport): void {
    this.#report = report;
    if (this.#chosen !== null && this.#chosen >= report.classes.length) this.#chosen = null;
    this.#choice.replaceChildren(
      element('option', { value: '', selected: this.#chosen === null }, 'All (mean of the classes)'),
      ...report.classes.map((name, k) => element('option', { value: k, selected: this.#chosen === k }, name)),
    );
    this.#draw();
  }

  /** Shows one class, chosen elsewhere on the page. */
  choose(curve: number): void {
    this.#choice.value = String(curve);
    this.#set(curve);
    this.root.scrollIntoView({ block: 'nearest' });
  }

  themeChanged(): void {
    this.#draw();
  }

  #set(curve: number | null): void {
    this.#chosen = curve;
    this.#onChoose(curve);
    this.#draw();
  }

  #draw(): void {
    const report = this.#report;
    if (!report) return;
    const theme = readTheme();
    const chance: Line = {
      points: [
        { x: 0, y: 0 },
        { x: 1, y: 1 },
      ],
      color: 'foreground',
      dashed: true,
      label: 'chance',
    };
    const k = this.#chosen;
    const own = k === null ? null : report.perClass[k];
    const roc = k === null ? report.macroRoc : own?.curves;
    const auc = k === null ? report.metrics.rocAucMacro : own?.rocAuc;
    this.#roc.draw(
      theme,
      [chance, ...(roc ? [line(roc.falsePositive, roc.truePositive, 'blue', 'ROC')] : [])],
      roc ? `area ${figure(auc?.value ?? null, 3)}` : 'no curve: the class or the rest has no images',
    );
    const precision = k === null ? report.metrics.averagePrecisionMacro : own?.averagePrecision;
    const precisionLines =
      k === null
        ? allPrecision(report)
        : own?.curves
          ? [line(own.curves.recall, own.curves.precision, 'blue', 'PR')]
          : [];
    this.#precision.draw(
      theme,
      precisionLines,
      precisionLines.length
        ? `average precision ${figure(precision?.value ?? null, 3)}`
        : 'no curve: the class has no images',
    );
    const { calibration, temperature } = report;
    const even: Line = { ...chance, label: 'perfectly calibrated' };
    this.#reliability.draw(
      theme,
      [
        even,
        bins(calibration.bins, 'blue', 'as it is'),
        ...(temperature ? [bins(temperature.after.bins, 'orange', `T = ${figure(temperature.temperature, 3)}`)] : []),
      ],
      temperature
        ? `calibration error ${percent(calibration.ece)}; with temperature ${figure(temperature.temperature, 3)}: ${percent(temperature.after.ece)} (fitted on ${temperature.fittedOn === 'same' ? 'these' : plural(temperature.images, 'validation')} images)`
        : `calibration error ${percent(calibration.ece)}`,
    );
  }
}

function line(xs: readonly number[], ys: readonly number[], color: SeriesName, label: string): Line {
  return { points: xs.map((x, i) => ({ x, y: ys[i] as number })), color, label };
}

/** Of few classes every curve, thin. */
function allPrecision({ perClass, classes }: EvaluationReport): Line[] {
  return perClass
    .flatMap(({ curves }, k) => (curves ? [line(curves.recall, curves.precision, 'blue', classes[k] ?? '')] : []))
    .slice(0, 20);
}

function bins(all: readonly CalibrationBinReport[], color: SeriesName, label: string): Line {
  const filled = all.filter(({ images }) => images > 0);
  return {
    points: filled.map(({ confidence, accuracy }) => ({ x: confidence ?? 0, y: accuracy ?? 0 })),
    color,
    marks: true,
    label,
  };
}

/** A square chart from 0 to 1 both ways. */
class Plot {
  readonly root: HTMLElement;
  readonly #about = element('p', { class: 'plot-about' });
  readonly #legend = element('div', { class: 'legend' });
  readonly #chart: Chart<'line', Point[]>;
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #title: string;

  constructor(title: string, x: string, y: string) {
    this.#title = title;
    this.root = element(
      'figure',
      { class: 'chart plot-card' },
      element('div', { class: 'chart-head' }, element('h3', {}, title), this.#legend),
      element('div', { class: 'plot' }, this.#canvas),
      this.#about,
    );
    const axis = (text: string) => ({
      type: 'linear' as const,
      min: 0,
      max: 1,
      title: { display: true, text },
      ticks: { stepSize: 0.2 },
    });
    this.#chart = new Chart<'line', Point[]>(this.#canvas, {
      type: 'line',
      data: { datasets: [] },
      options: {
        ...plainChart,
        // Several points of a curve may stand above one another.
        normalized: false,
        layout: { padding: { top: 6, right: 8 } },
        scales: { x: axis(x), y: axis(y) },
      },
    });
  }

  draw(theme: ChartTheme, lines: readonly Line[], about: string): void {
    const color = (name: SeriesName) => (name === 'foreground' ? theme.muted : theme.series[name].line);
    const many = lines.length > 4;
    this.#chart.data.datasets = lines.map(({ points, color: name, dashed, marks }) => ({
      data: points,
      borderColor: many ? theme.series.blue.faint : color(name),
      backgroundColor: color(name),
      borderWidth: dashed || many ? 1 : theme.highContrast ? 2.5 : 2,
      borderDash: dashed ? [4, 4] : [],
      pointRadius: marks ? 3 : 0,
      pointStyle: name === 'orange' ? 'rectRot' : 'circle',
      clip: 6,
    }));
    applyTheme(this.#chart, theme);
    for (const scale of Object.values(this.#chart.options.scales ?? {})) {
      const { title } = scale as { title?: { color?: string; font?: object } };
      if (title) Object.assign(title, { color: theme.muted, font: this.#chart.options.font });
    }
    this.#chart.update('none');
    setText(this.#about, about);
    this.#canvas.setAttribute('aria-label', `${this.#title}: ${about}`);
    this.#legend.replaceChildren(
      ...(lines.some(({ marks }) => marks)
        ? lines
            .filter(({ dashed }) => !dashed)
            .map(({ color: name, label }) => {
              const swatch = element('span', { class: 'swatch swatch-marked', 'aria-hidden': 'true' });
              swatch.style.setProperty('--series', color(name));
              return element('span', { class: 'legend-text' }, swatch, label);
            })
        : []),
    );
  }
}
