import type {
  EvaluatePanelState,
  FromEvaluatePanel,
  ImageSelection,
  PanelSubject,
  ToEvaluatePanel,
} from '../../src/protocol/evaluate-panel.ts';
import type { EvaluationReport, EvaluationSummary } from '../../src/protocol/evaluation.ts';
import type { Bus } from '../ui/bus.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { isActive } from '../ui/state-looks.ts';
import { onThemeChange } from '../ui/theme.ts';
import { ClassTable } from './class-table.ts';
import { ConfusionMatrix } from './confusion-matrix.ts';
import { Curves } from './curves.ts';
import { Gallery } from './gallery.ts';
import { EvaluateHeader } from './header.ts';
import { Metrics } from './metrics.ts';
import { Slices } from './slices.ts';
import { Used } from './used.ts';

/** Images asked for at a time. */
const PAGE = 48;

/** Holds what the host said and the user's settings, and hands both to the parts. */
export class EvaluatePanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToEvaluatePanel, FromEvaluatePanel, EvaluatePanelState>;
  readonly #header: EvaluateHeader;
  readonly #metrics = new Metrics();
  readonly #matrix: ConfusionMatrix;
  readonly #classes: ClassTable;
  readonly #curves: Curves;
  readonly #slices: Slices;
  readonly #gallery: Gallery;
  readonly #used: Used;
  readonly #content: HTMLElement;
  readonly #live = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  #state: EvaluatePanelState;
  #report: { id: string; report: EvaluationReport } | null = null;
  #states = new Map<string, EvaluationSummary['state']>();

  constructor(bus: Bus<ToEvaluatePanel, FromEvaluatePanel, EvaluatePanelState>) {
    this.#bus = bus;
    const saved = bus.restore();
    this.#state = {
      folder: saved.folder ?? '',
      selected: saved.selected ?? null,
      matrix: saved.matrix ?? 'counts',
      order: saved.order ?? 'similarity',
      sort: saved.sort ?? { column: 'f1', descending: false },
      curve: saved.curve ?? null,
      opacity: saved.opacity ?? 0.7,
      method: saved.method ?? 'grad-cam',
    };
    this.#header = new EvaluateHeader({
      onSelect: (id) => this.#select(id),
      onEvaluate: (target, views) => bus.post({ type: 'evaluate', target, views }),
      onStop: (id) => bus.post({ type: 'stop', id }),
      onPredict: () => bus.post({ type: 'predict' }),
      onOpenRun: () => bus.post({ type: 'openRun' }),
    });
    this.#matrix = new ConfusionMatrix(this.#state, {
      onChange: (change) => this.#change(change),
      onPick: (selection) => this.#show(selection, true),
    });
    this.#classes = new ClassTable(this.#state.sort, {
      onSort: (sort) => this.#change({ sort }),
      onPick: (selection) => this.#show(selection, true),
      onCurve: (curve) => this.#curves.choose(curve),
    });
    this.#curves = new Curves(this.#state.curve, (curve) => this.#change({ curve }));
    this.#slices = new Slices((selection) => this.#show(selection, true));
    this.#gallery = new Gallery(this.#state, {
      onMore: (from) => this.#ask(from),
      onSaliency: (at, method, of) => this.#post((id) => ({ type: 'saliency', id, at, method, of })),
      onOpen: (at) => this.#post((id) => ({ type: 'openImage', id, at })),
      onChange: (change) => this.#change(change),
      onWorst: () => this.#show({ kind: 'worst' }, false),
    });
    this.#used = new Used({
      onReport: () => this.#post((id) => ({ type: 'openReport', id })),
      onReveal: () => this.#post((id) => ({ type: 'revealFolder', id })),
    });
    this.#content = element(
      'div',
      { class: 'content', hidden: true },
      this.#metrics.root,
      element('div', { class: 'pair' }, this.#matrix.root, this.#gallery.root),
      this.#classes.root,
      this.#curves.root,
      this.#slices.root,
      this.#used.root,
    );
    this.root = element('main', { class: 'panel', hidden: true }, this.#header.root, this.#content, this.#live);
    bus.listen((message) => this.#receive(message));
    onThemeChange(() => this.#curves.themeChanged());
  }

  #receive(message: ToEvaluatePanel): void {
    switch (message.type) {
      case 'list':
        this.#list(message.subject, message.evaluations, message.selected, message.trusted);
        break;
      case 'report':
        this.#showReport(message.id, message.report);
        break;
      case 'images':
        if (message.id === this.#state.selected) this.#gallery.showImages(message);
        break;
      case 'pictures':
        if (message.id === this.#state.selected) this.#gallery.showPictures(message.pictures);
        break;
      case 'saliency':
        if (message.id === this.#state.selected) this.#gallery.showSaliency(message);
        break;
      case 'saliency-failed':
        if (message.id === this.#state.selected) this.#gallery.saliencyFailed(message.at, message.message);
        break;
    }
  }

  #list(subject: PanelSubject, evaluations: EvaluationSummary[], selected: string | null, trusted: boolean): void {
    setHidden(this.root, false);
    if (subject.folder !== this.#state.folder || selected !== this.#state.selected) {
      this.#change({ folder: subject.folder, selected });
    }
    const current = evaluations.find(({ id }) => id === selected) ?? null;
    this.#header.update(subject, evaluations, current, trusted);
    setHidden(this.#content, !current?.hasReport || this.#report?.id !== selected);
    for (const { id, state } of evaluations) {
      const before = this.#states.get(id);
      if (before && before !== state && !isActive(state)) setText(this.#live, `Evaluation ${state}`);
      this.#states.set(id, state);
    }
  }

  #showReport(id: string, report: EvaluationReport | null): void {
    setHidden(this.#content, report === null);
    if (!report) return;
    if (this.#report?.id === id) return;
    this.#report = { id, report };
    this.#change({ selected: id });
    this.#metrics.show(report);
    this.#matrix.show(report);
    this.#classes.show(report);
    this.#curves.show(report);
    this.#slices.show(report);
    this.#used.show(report);
    this.#show({ kind: 'worst' }, false);
  }

  #select(id: string): void {
    this.#change({ selected: id });
    this.#bus.post({ type: 'select', id });
  }

  /** @param announce the user asked for these images: tell where they are. */
  #show(selection: ImageSelection, announce: boolean): void {
    const { report } = this.#report ?? {};
    if (!report) return;
    this.#gallery.begin(selection, report);
    this.#matrix.mark(selection);
    if (announce) {
      setText(this.#live, `Images: ${this.#gallery.title}`);
      this.#gallery.reveal();
    }
    this.#ask(0);
  }

  #ask(from: number): void {
    this.#post((id) => ({ type: 'images', id, selection: this.#gallery.selection, from, count: PAGE }));
  }

  #post(make: (id: string) => FromEvaluatePanel): void {
    const { selected } = this.#state;
    if (selected !== null) this.#bus.post(make(selected));
  }

  #change(change: Partial<EvaluatePanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#bus.save(this.#state);
  }
}
