import { type AgreementBand, type SuggestionMethod, suggestionMethods } from '../../src/protocol/lr-finder.ts';
import type {
  FinderPanelState,
  FinderSnapshot,
  FromFinderPanel,
  ToFinderPanel,
} from '../../src/protocol/lr-finder-panel.ts';
import type { Bus } from '../ui/bus.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { chartsAsPng } from '../ui/export-png.ts';
import { fileStem } from '../ui/file-stem.ts';
import { figure } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button, progressRing } from '../ui/kit.ts';
import { noticeParts } from '../ui/notice.ts';
import { PlotCursor, type ReadCurve } from '../ui/plot-cursor.ts';
import { toCsv } from './csv.ts';
import { CurveChart } from './curve-chart.ts';
import { Header } from './header.ts';
import { lossAt } from './loss-range.ts';
import { MarkerHandles } from './marker-handles.ts';
import { type Marker, markersOf } from './markers.ts';
import { type Notice, noticeOf } from './notice.ts';
import { rateText, roundRate, within } from './rate.ts';
import { SuggestionList } from './suggestion-list.ts';
import { SweepForm } from './sweep-form.ts';

/** Holds what the host says and what the user chose, and hands both to the parts. */
export class FinderPanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToFinderPanel, FromFinderPanel, FinderPanelState>;
  readonly #header: Header;
  readonly #notice = element('section', { class: 'notice' });
  readonly #stale = element('section', { class: 'notice', role: 'status', hidden: true });
  readonly #curve = new CurveChart(() => this.#handles.place());
  readonly #handles: MarkerHandles;
  readonly #cursor: PlotCursor;
  readonly #list: SuggestionList;
  readonly #form: SweepForm;
  readonly #chartArea: HTMLElement;
  readonly #warnings = element('ul', { class: 'warnings', hidden: true });
  readonly #live = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  #snapshot: FinderSnapshot | null = null;
  #state: FinderPanelState;
  #shownNotice = '';
  #drawing = 0;

  constructor(bus: Bus<ToFinderPanel, FromFinderPanel, FinderPanelState>) {
    this.#bus = bus;
    const saved = bus.restore();
    const selected = suggestionMethods.find((method) => method === saved.selected) ?? 'valley';
    this.#state = { folder: saved.folder ?? '', selected, moved: saved.moved ?? {}, open: saved.open ?? false };
    this.#header = new Header({
      onUse: () => this.#send('use'),
      onCopy: () => this.#send('copy'),
      onStop: () => bus.post({ type: 'stop' }),
      onOpenOrigin: () => bus.post({ type: 'openOrigin' }),
    });
    this.#handles = new MarkerHandles(this.#curve, {
      select: (method) => this.#change({ selected: method }),
      move: (method, rate) => this.#move(method, rate),
      reset: (method) => this.#reset(method),
      use: () => this.#send('use'),
      lossText: (rate) => {
        const loss = this.#snapshot && lossAt(this.#snapshot.band, rate);
        return loss === null ? 'no loss there' : `smoothed loss ${figure(loss)}`;
      },
    });
    this.#cursor = new PlotCursor(
      this.#curve.plot,
      this.#curve.chart,
      'Loss against learning rate: read the curve with the arrow keys',
    );
    this.#curve.plot.addEventListener('click', (event) => this.#moveTo(event));
    this.#list = new SuggestionList(
      (method) => this.#change({ selected: method }),
      (method) => this.#reset(method),
    );
    this.#form = new SweepForm(this.#state.open, {
      onAgain: (sweep) => bus.post({ type: 'again', sweep }),
      onToggle: (open) => this.#change({ open }),
    });
    this.#chartArea = this.#makeChartArea();
    this.root = element(
      'main',
      { class: 'panel', hidden: true },
      this.#header.root,
      this.#notice,
      this.#stale,
      this.#chartArea,
      this.#list.root,
      this.#warnings,
      element('div', { class: 'details' }, this.#form.root),
      this.#live,
    );
    bus.listen((message) => this.#receive(message));
  }

  #makeChartArea(): HTMLElement {
    const save = (label: string, title: string, sign: 'image' | 'table', format: 'png' | 'csv') =>
      button(label, { appearance: 'secondary', title, icon: icon(sign), onClick: () => this.#export(format) });
    const end = element(
      'div',
      { class: 'toolbar-end' },
      save('PNG', 'Save the curve as an image', 'image', 'png'),
      save('CSV', 'Save every point as a table', 'table', 'csv'),
    );
    const head = element('div', { class: 'chart-head' }, element('h2', {}, 'Loss against learning rate'), end);
    return element('section', { class: 'chart', 'aria-label': 'Curve' }, head, this.#curve.plot);
  }

  #receive(snapshot: FinderSnapshot): void {
    const before = this.#snapshot?.summary;
    this.#snapshot = snapshot;
    const { summary } = snapshot;
    // Another finder on the same page: what was chosen was chosen for the old one.
    if (summary.folder !== this.#state.folder) {
      this.#change({ folder: summary.folder, ...(this.#state.folder ? { selected: 'valley', moved: {} } : {}) });
    }
    if (before && before.state !== summary.state) {
      const { title, text } = noticeOf(snapshot);
      setText(this.#live, `${title} ${text}`);
    }
    this.#schedule();
  }

  #schedule(): void {
    if (this.#drawing) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const snapshot = this.#snapshot;
    if (!snapshot) return;
    setHidden(this.root, false);
    const markers = this.#markers();
    setHidden(this.#chartArea, snapshot.band.rates.length === 0);
    this.#header.update(snapshot, this.#rate());
    this.#showNotice(noticeOf(snapshot));
    this.#showStale(snapshot);
    this.#list.update(markers);
    this.#form.update(snapshot.summary.sweep);
    this.#showWarnings(snapshot.warnings);
    if (snapshot.band.rates.length === 0) return;
    this.#curve.draw(snapshot, markers);
    this.#handles.update(markers, this.#range());
    this.#cursor.update(readBand(snapshot.band));
  }

  #markers(): Marker[] {
    return this.#snapshot ? markersOf(this.#snapshot.suggestions, this.#state.moved, this.#state.selected) : [];
  }

  #selected(): Marker | undefined {
    return this.#markers().find((marker) => marker.selected);
  }

  #rate(): number | null {
    const rate = this.#selected()?.rate;
    return rate === undefined ? null : roundRate(rate);
  }

  #range(): { min: number; max: number } {
    const { start, end } = this.#snapshot!.summary.sweep;
    return { min: start, max: end };
  }

  #change(change: Partial<FinderPanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#bus.save(this.#state);
    this.#schedule();
  }

  #move(method: SuggestionMethod, rate: number): void {
    this.#change({ selected: method, moved: { ...this.#state.moved, [method]: rate } });
  }

  /** A click brings the selected marker. */
  #moveTo(event: MouseEvent): void {
    const marker = this.#selected();
    if (!marker || (event.target instanceof Element && event.target.closest('.marker'))) return;
    const { left } = this.#curve.plot.getBoundingClientRect();
    this.#move(marker.method, within(this.#curve.rateAt(event.clientX - left), this.#range()));
  }

  #reset(method: SuggestionMethod): void {
    const { [method]: _, ...moved } = this.#state.moved;
    this.#change({ moved });
  }

  #send(type: 'use' | 'copy'): void {
    const rate = this.#rate();
    if (rate !== null) this.#bus.post({ type, rate });
  }

  #showNotice(notice: Notice): void {
    const key = JSON.stringify(notice);
    if (key === this.#shownNotice) return;
    const stays = this.#shownNotice !== '' && this.#notice.dataset.kind === notice.kind && notice.kind === 'busy';
    this.#shownNotice = key;
    this.#notice.dataset.kind = notice.kind;
    setAttribute(this.#notice, 'role', notice.kind === 'bad' ? 'alert' : null);
    if (stays) {
      // The ring keeps turning while the figures beside it change.
      setText(this.#notice.querySelector('.notice-title')!, notice.title);
      setText(this.#notice.querySelector('.notice-body')!, notice.text);
      return;
    }
    const signs = {
      busy: progressRing,
      good: () => icon('check'),
      warning: () => icon('warning'),
      bad: () => icon('error'),
      quiet: () => icon('stop'),
    };
    const showLog = () => this.#bus.post({ type: 'showLog' });
    this.#notice.replaceChildren(
      element('div', { class: 'notice-sign' }, signs[notice.kind]()),
      element(
        'div',
        { class: 'notice-text' },
        element('div', { class: 'notice-title' }, notice.title),
        element('div', { class: 'notice-body' }, notice.text),
        element('div', { class: 'notice-advice' }, notice.advice),
      ),
      ...(notice.log ? [button('Show Log', { appearance: 'secondary', icon: icon('log'), onClick: showLog })] : []),
    );
  }

  #showStale({ origin }: FinderSnapshot): void {
    const { changed, kind } = origin;
    setHidden(this.#stale, changed.length === 0);
    this.#stale.dataset.kind = 'warning';
    const what = kind === 'config' ? 'The config has changed since' : 'The run has gone on since';
    const text = `${what}: ${changed.join(', ')}.`;
    if (this.#stale.dataset.text === text) return;
    this.#stale.dataset.text = text;
    this.#stale.replaceChildren(
      ...noticeParts(icon('warning'), 'This rate was found for other settings', `${text} Run it again to be sure.`),
      button('Run Again', {
        appearance: 'secondary',
        icon: icon('play'),
        onClick: () => {
          if (this.#snapshot) this.#bus.post({ type: 'again', sweep: this.#snapshot.summary.sweep });
        },
      }),
    );
  }

  #showWarnings(warnings: readonly string[]): void {
    setHidden(this.#warnings, warnings.length === 0);
    const key = warnings.join('\n');
    if (this.#warnings.dataset.key === key) return;
    this.#warnings.dataset.key = key;
    this.#warnings.replaceChildren(...warnings.map((text) => element('li', {}, icon('warning'), text)));
  }

  #export(format: 'png' | 'csv'): void {
    const snapshot = this.#snapshot;
    if (!snapshot) return;
    const { name } = snapshot.summary;
    const { title, text } = noticeOf(snapshot);
    const words = { title: `Learning rate of ${name}`, subtitle: `${title}: ${text}` };
    const data =
      format === 'csv' ? toCsv(snapshot.sweeps) : chartsAsPng([this.#curve.pictured], this.#curve.theme, words);
    this.#bus.post({ type: 'export', format, data, suggestedName: `${fileStem(name)}-learning-rate.${format}` });
  }
}

function readBand({ rates, min, median, max }: AgreementBand): ReadCurve {
  return {
    length: rates.length,
    xAt: (at) => rates[at]!,
    describe: (at) => {
      const spread = max[at]! > min[at]! ? `${figure(min[at]!)} … ${figure(max[at]!)}` : '';
      const row = { label: 'Smoothed loss', value: figure(median[at]!), detail: spread };
      return { title: `Rate ${rateText(rates[at]!)}`, rows: [row] };
    },
  };
}
