import type { DataReport } from '../../src/protocol/baseline.ts';
import type { BaselinePanelState, FromBaselinePanel, ToBaselinePanel } from '../../src/protocol/baseline-panel.ts';
import type { Bus } from '../ui/bus.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { plural } from '../ui/format.ts';
import { Algorithms } from './algorithms.ts';
import { Choices } from './choices.ts';
import { Classes } from './classes.ts';
import { Confusions } from './confusions.ts';
import { figureTiles } from './figures.ts';
import { BaselineHeader, type HeaderFacts } from './header.ts';
import { History } from './history.ts';
import { verdictText } from './texts.ts';

/** Files that could not be read, named at most. */
const SHOWN_SKIPPED = 50;

/** Holds what the host said and the user's settings, and hands both to the parts. */
export class BaselinePanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToBaselinePanel, FromBaselinePanel, BaselinePanelState>;
  readonly #header: BaselineHeader;
  readonly #verdict = element('p', { class: 'verdict' });
  readonly #figures = element('div', { class: 'figures' });
  readonly #choices: Choices;
  readonly #classes: Classes;
  readonly #confusions: Confusions;
  readonly #algorithms: Algorithms;
  readonly #skipped = element('details', { class: 'skipped' });
  readonly #history: History;
  readonly #pair: HTMLElement;
  readonly #content: HTMLElement;
  readonly #live = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  #state: BaselinePanelState;
  #facts: HeaderFacts | null = null;
  #report: DataReport | null = null;
  #problem: string | null = null;

  constructor(bus: Bus<ToBaselinePanel, FromBaselinePanel, BaselinePanelState>) {
    this.#bus = bus;
    const saved = bus.restore();
    this.#state = {
      source: saved.source ?? '',
      selected: saved.selected ?? null,
      classes: saved.classes ?? { column: 'recall', descending: false },
      algorithms: saved.algorithms ?? { column: 'accuracy', descending: true },
    };
    this.#header = new BaselineHeader({
      onSelect: (id) => bus.post({ type: 'select', id }),
      onMeasure: (what) => bus.post({ type: 'measure', what }),
      onStart: () => bus.post({ type: 'start', id: this.#report?.network ? this.#report.id : null }),
      onTrain: () => this.#report && bus.post({ type: 'train', id: this.#report.id }),
      onInspect: () => bus.post({ type: 'inspect', path: null, label: null }),
    });
    this.#choices = new Choices(() => this.#report && bus.post({ type: 'openConfig', id: this.#report.id }));
    this.#classes = new Classes(this.#state.classes, {
      onSort: (classes) => this.#change({ classes }),
      onInspect: (label) => bus.post({ type: 'inspect', path: null, label }),
    });
    this.#confusions = new Confusions((path) => bus.post({ type: 'inspect', path, label: null }));
    this.#algorithms = new Algorithms(this.#state.algorithms, {
      onSort: (algorithms) => this.#change({ algorithms }),
      onOpenRun: (folder) => bus.post({ type: 'openRun', folder }),
    });
    this.#history = new History({
      onSelect: (id) => bus.post({ type: 'select', id }),
      onDelete: (id) => bus.post({ type: 'delete', id }),
    });
    this.#pair = element('div', { class: 'pair' }, this.#classes.root, this.#confusions.root);
    this.#content = element(
      'div',
      { class: 'content', hidden: true },
      this.#verdict,
      this.#figures,
      this.#choices.root,
      this.#algorithms.root,
      this.#pair,
      this.#skipped,
    );
    this.root = element(
      'main',
      { class: 'panel', hidden: true },
      ...[this.#header.root, this.#content, this.#history.root, this.#live],
    );
    bus.listen((message) => this.#receive(message));
  }

  #receive(message: ToBaselinePanel): void {
    switch (message.type) {
      case 'list':
        this.#list(message);
        break;
      case 'report':
        if (message.id === this.#state.selected) this.#show(message.report, message.problem);
        break;
      case 'pictures':
        if (message.id === this.#report?.id) this.#confusions.showPictures(message.pictures);
        break;
    }
  }

  #list({ source, ...facts }: Extract<ToBaselinePanel, { type: 'list' }>): void {
    const { reports, selected } = facts;
    const before = this.#facts;
    this.#facts = facts;
    if (source !== this.#state.source || selected !== this.#state.selected) this.#change({ source, selected });
    if (this.#report && this.#report.id !== selected) this.#show(null, null);
    this.#header.update(facts, this.#report, this.#problem);
    this.#history.show(reports, selected);
    setHidden(this.#history.root, reports.length === 0);
    setHidden(this.root, false);
    if (before?.busy && !facts.busy) setText(this.#live, 'Measured');
  }

  #show(report: DataReport | null, problem: string | null): void {
    const isNew = report?.id !== this.#report?.id;
    this.#report = report;
    this.#problem = problem;
    if (this.#facts) this.#header.update(this.#facts, report, problem);
    setHidden(this.#content, report === null);
    if (!report || !isNew) return;
    const { baseline, algorithms, plan, skipped } = report;
    setText(this.#verdict, verdictText(report));
    setHidden(this.#verdict, baseline === null);
    this.#figures.replaceChildren(...figureTiles(report));
    setHidden(this.#choices.root, plan === null);
    if (plan) this.#choices.show(plan);
    setHidden(this.#algorithms.root, algorithms === null);
    if (algorithms) this.#algorithms.show(algorithms);
    setHidden(this.#pair, baseline === null);
    if (baseline) {
      this.#classes.show(baseline);
      this.#confusions.show(baseline);
    }
    setHidden(this.#skipped, skipped.length === 0);
    this.#skipped.replaceChildren(
      element(
        'summary',
        {},
        `${plural(skipped.length, 'image')} could not be read and ${skipped.length === 1 ? 'was' : 'were'} left out`,
      ),
      element(
        'ul',
        { class: 'skipped-list' },
        ...skipped.slice(0, SHOWN_SKIPPED).map(({ path, message }) => element('li', {}, `${path}: ${message}`)),
      ),
    );
  }

  #change(change: Partial<BaselinePanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#bus.save(this.#state);
  }
}
