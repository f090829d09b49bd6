import type { FromRunPanel, RunPanelState, ToRunPanel } from '../../src/protocol/run-panel.ts';
import type { Bus } from '../ui/bus.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { chartsAsPng } from '../ui/export-png.ts';
import { fileStem } from '../ui/file-stem.ts';
import { percent } from '../ui/format.ts';
import { stateLooks } from '../ui/state-looks.ts';
import type { SeriesKey } from './chart-view.ts';
import { ChartGroup } from './charts.ts';
import { toCsv } from './csv.ts';
import { Details } from './details.ts';
import { Figures } from './figures.ts';
import { Header } from './header.ts';
import { type RunView, reduce } from './model.ts';
import { Notice } from './notice.ts';
import type { ActionName } from './states.ts';
import { Toolbar } from './toolbar.ts';

/** At most this often is anything drawn, however fast messages come; the last one always is. */
const frameMs = 100;
/** The run answers an action by a change of its state; when nothing comes, the button works again. */
const pendingMs = 6000;

/** Holds the run's view and the user's settings, and hands both to the parts. */
export class RunPanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToRunPanel, FromRunPanel, RunPanelState>;
  readonly #header = new Header((name) => this.#act(name));
  readonly #notice = new Notice(() => this.#bus.post({ type: 'showLog' }));
  readonly #figures = new Figures();
  readonly #charts: ChartGroup;
  readonly #toolbar: Toolbar;
  readonly #details: Details;
  readonly #chartArea: HTMLElement;
  readonly #live = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  #view: RunView | null = null;
  #state: RunPanelState;
  #pending: { name: ActionName; state: string } | null = null;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #scheduled = false;

  constructor(bus: Bus<ToRunPanel, FromRunPanel, RunPanelState>, folder: string) {
    this.#bus = bus;
    const saved = bus.restore();
    this.#state = {
      folder: folder || (saved.folder ?? ''),
      xAxis: saved.xAxis ?? 'step',
      logScale: saved.logScale ?? false,
      smoothing: saved.smoothing ?? 0.9,
      hidden: saved.hidden ?? [],
      open: saved.open ?? ['warnings', 'classes', 'phases'],
    };
    bus.save(this.#state);
    this.#charts = new ChartGroup({
      onToggle: (key) => this.#toggleSeries(key),
      onZoom: (zoomed) => this.#toolbar.setZoomed(zoomed),
    });
    this.#toolbar = new Toolbar(this.#state, {
      onChange: (change) => this.#change(change),
      onResetZoom: () => this.#charts.resetZoom(),
      onExport: (format) => this.#export(format),
    });
    this.#details = new Details(this.#state.open ?? [], {
      openFile: (file) => bus.post({ type: 'openFile', file }),
      revealFolder: () => bus.post({ type: 'revealFolder' }),
      showLog: () => bus.post({ type: 'showLog' }),
      onToggle: (open) => this.#change({ open }),
      announce: (text) => this.#announce(text),
    });
    this.#chartArea = element(
      'section',
      { class: 'chart-area', 'aria-label': 'Curves' },
      this.#toolbar.root,
      this.#charts.root,
    );
    this.root = element(
      'main',
      { class: 'panel', hidden: true },
      this.#header.root,
      this.#notice.root,
      this.#figures.root,
      this.#chartArea,
      this.#details.root,
      this.#live,
    );
    bus.listen((message) => this.#receive(message));
  }

  #receive(message: ToRunPanel): void {
    const before = this.#view?.summary.state;
    this.#view = reduce(this.#view, message);
    if (!this.#view) return;
    const { summary } = this.#view;
    if (summary.folder !== this.#state.folder) this.#change({ folder: summary.folder });
    if (before && before !== summary.state) this.#announceState(this.#view);
    if (this.#pending && this.#pending.state !== summary.state) this.#pending = null;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const wait = Math.max(0, this.#drawnAt + frameMs - performance.now());
    setTimeout(
      () =>
        requestAnimationFrame((now) => {
          this.#scheduled = false;
          this.#drawnAt = now;
          this.#draw();
        }),
      wait,
    );
  }

  #draw(): void {
    const view = this.#view;
    if (!view) return;
    setHidden(this.root, false);
    this.#header.update(view, this.#pending?.name ?? null);
    this.#notice.update(view);
    this.#figures.update(view);
    this.#details.update(view);
    const empty = view.columns.length === 0 && view.epochs.length === 0;
    setHidden(this.#chartArea, empty);
    const { xAxis, logScale, smoothing } = this.#state;
    if (!empty) this.#charts.render(view, { xAxis, logScale, smoothing, hidden: this.#hidden() });
  }

  #hidden(): Set<SeriesKey> {
    return new Set((this.#state.hidden ?? []) as SeriesKey[]);
  }

  #change(change: Partial<RunPanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#bus.save(this.#state);
    this.#schedule();
  }

  #toggleSeries(key: SeriesKey): void {
    const hidden = this.#hidden();
    if (!hidden.delete(key)) hidden.add(key);
    this.#change({ hidden: [...hidden] });
  }

  #act(name: ActionName): void {
    this.#bus.post({ type: name });
    // Continue, Duplicate and Classify open a dialog that may be dismissed: nothing is pending then.
    if (name !== 'stop' && name !== 'resume') return;
    const pending = { name, state: this.#view?.summary.state ?? '' };
    this.#pending = pending;
    this.#schedule();
    setTimeout(() => {
      if (this.#pending !== pending) return;
      this.#pending = null;
      this.#schedule();
    }, pendingMs);
  }

  #export(format: 'png' | 'csv'): void {
    const view = this.#view;
    if (!view) return;
    const { summary } = view;
    const best = summary.validationAccuracy;
    const subtitle = [
      stateLooks[summary.state].label,
      `epoch ${summary.epoch} of ${summary.epochs}`,
      ...(best === null ? [] : [`best validation accuracy ${percent(best, 2)}`]),
    ].join(' · ');
    const data =
      format === 'csv'
        ? toCsv(view)
        : chartsAsPng(
            this.#charts.views.map((view) => view.pictured),
            this.#charts.theme,
            { title: summary.name, subtitle },
          );
    this.#bus.post({ type: 'export', format, data, suggestedName: `${fileStem(summary.name)}.${format}` });
  }

  #announceState({ summary }: RunView): void {
    const best = summary.validationAccuracy;
    const figure = summary.state === 'done' && best !== null ? `, best validation accuracy ${percent(best)}` : '';
    const reason = summary.state === 'failed' && summary.message ? `: ${summary.message}` : '';
    this.#announce(`${summary.name}: ${stateLooks[summary.state].label}${figure}${reason}`);
  }

  #announce(text: string): void {
    setText(this.#live, text);
  }
}
