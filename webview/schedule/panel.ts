import type {
  FromSchedulePanel,
  PanelSchedule,
  SchedulePanelState,
  ScheduleSnapshot,
  ToSchedulePanel,
} from '../../src/protocol/schedule-panel.ts';
import type { Bus } from '../ui/bus.ts';
import { segments } from '../ui/controls.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button, checkbox } from '../ui/kit.ts';
import { PlotCursor } from '../ui/plot-cursor.ts';
import { factsOf } from './facts.ts';
import { ScheduleChart } from './schedule-chart.ts';

/** More mistakes than this are only counted. */
const SHOWN_PROBLEMS = 5;

/** Shows the last schedule that could be read; while the config has mistakes it is faded and they stand above it. */
export class SchedulePanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToSchedulePanel, FromSchedulePanel, SchedulePanelState>;
  readonly #name: HTMLButtonElement;
  readonly #problems = element('section', { class: 'notice', role: 'status', hidden: true });
  readonly #note = element('section', { class: 'notice', hidden: true });
  readonly #facts = element('dl', { class: 'facts' });
  readonly #chart = new ScheduleChart(() => this.#colorLegend());
  readonly #legend = {
    rate: element('span', { class: 'legend-line' }),
    momentum: element('span', { class: 'legend-line legend-dashed' }),
  };
  readonly #cursor: PlotCursor;
  readonly #frame: HTMLElement;
  readonly #axis: HTMLElement;
  #state: SchedulePanelState;
  #snapshot: ScheduleSnapshot | null = null;
  #last: { file: string; kind: string; schedule: PanelSchedule } | null = null;

  constructor(bus: Bus<ToSchedulePanel, FromSchedulePanel, SchedulePanelState>) {
    this.#bus = bus;
    const saved = bus.restore();
    this.#state = {
      file: saved.file ?? '',
      logScale: saved.logScale ?? false,
      xAxis: saved.xAxis === 'step' ? 'step' : 'epoch',
    };
    this.#name = element('button', { class: 'link', type: 'button', title: 'Show the config' });
    this.#name.addEventListener('click', () => bus.post({ type: 'openConfig' }));
    this.#cursor = new PlotCursor(this.#chart.plot, this.#chart.chart, 'Schedule: read the curve with the arrow keys');
    const axes = [
      ['epoch', 'Epoch'],
      ['step', 'Step'],
    ] as const;
    this.#axis = segments('X axis', 'x-axis', axes, this.#state.xAxis, (xAxis) => this.#change({ xAxis }));
    const log = checkbox('Log rate', this.#state.logScale, (logScale) => this.#change({ logScale }));
    const tools = element('div', { class: 'toolbar', role: 'group', 'aria-label': 'Chart' }, this.#axis, log);
    const legend = element(
      'div',
      { class: 'legend', 'aria-hidden': 'true' },
      this.#legend.rate,
      'learning rate',
      this.#legend.momentum,
      'momentum',
    );
    this.#frame = element(
      'section',
      { class: 'chart', 'aria-label': 'Schedule' },
      element('div', { class: 'chart-head' }, legend, tools),
      this.#chart.plot,
    );
    this.root = element(
      'main',
      { class: 'panel', hidden: true },
      element('header', { class: 'header' }, element('h1', {}, 'Schedule'), element('p', {}, this.#name), this.#facts),
      this.#problems,
      this.#frame,
      this.#note,
    );
    this.#colorLegend();
    bus.listen((message) => this.#receive(message));
  }

  #colorLegend(): void {
    const { blue, orange } = this.#chart.theme.series;
    this.#legend.rate.style.setProperty('--series', blue.line);
    this.#legend.momentum.style.setProperty('--series', orange.line);
  }

  #receive(snapshot: ScheduleSnapshot): void {
    const { file, kind, schedule } = snapshot;
    this.#snapshot = snapshot;
    if (file !== this.#state.file) this.#change({ file });
    if (schedule) this.#last = { file, kind, schedule };
    else if (this.#last?.file !== file) this.#last = null;
    this.#draw();
  }

  #change(change: Partial<SchedulePanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#bus.save(this.#state);
    if (this.#snapshot) this.#draw();
  }

  #draw(): void {
    const { name, problems } = this.#snapshot!;
    setHidden(this.root, false);
    setText(this.#name, name);
    this.#showProblems(problems);
    const last = this.#last;
    setHidden(this.#frame, last === null);
    this.root.classList.toggle('outdated', problems.length > 0);
    if (!last) {
      this.#facts.replaceChildren();
      setHidden(this.#note, true);
      return;
    }
    const { schedule, kind } = last;
    this.#facts.replaceChildren(
      ...factsOf(kind, schedule).map(([term, text]) =>
        element('div', { class: 'fact' }, element('dt', {}, term), element('dd', {}, text)),
      ),
    );
    setHidden(this.#axis, schedule.images === null);
    const xAxis = schedule.images === null ? 'epoch' : this.#state.xAxis;
    this.#chart.draw(schedule, { logScale: this.#state.logScale, xAxis });
    this.#cursor.update(this.#chart.readable);
    this.#showNote(schedule);
  }

  #showProblems(problems: readonly string[]): void {
    setHidden(this.#problems, problems.length === 0);
    this.#problems.dataset.kind = 'warning';
    const key = problems.join('\n');
    if (problems.length === 0 || this.#problems.dataset.key === key) return;
    this.#problems.dataset.key = key;
    const more = problems.length - SHOWN_PROBLEMS;
    const lines = [...problems.slice(0, SHOWN_PROBLEMS), ...(more > 0 ? [`and ${plural(more, 'more mistake')}`] : [])];
    this.#problems.replaceChildren(
      element('div', { class: 'notice-sign' }, icon('warning')),
      element(
        'div',
        { class: 'notice-text' },
        element('div', { class: 'notice-title' }, 'The config can’t be trained with as it stands'),
        element('ul', { class: 'notice-advice' }, ...lines.map((line) => element('li', {}, line))),
      ),
    );
  }

  #showNote({ images, depends }: PanelSchedule): void {
    setHidden(this.#note, images !== null && depends === null);
    const key = `${images === null} ${depends}`;
    if (this.#note.dataset.key === key) return;
    this.#note.dataset.key = key;
    this.#note.dataset.kind = 'quiet';
    const scan = button('Scan', {
      appearance: 'secondary',
      title: 'Count the images of the data set',
      onClick: () => this.#bus.post({ type: 'scan' }),
    });
    const unknown = 'How many steps an epoch has is not known before the data set is scanned.';
    this.#note.replaceChildren(
      element('div', { class: 'notice-sign' }, icon('info')),
      element(
        'div',
        { class: 'notice-text' },
        ...[depends, images === null ? unknown : null].filter(Boolean).map((text) => element('div', {}, text)),
      ),
      ...(images === null ? [scan] : []),
    );
  }
}
