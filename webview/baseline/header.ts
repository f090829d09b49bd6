import type { DataReport, DataReportSummary } from '../../src/protocol/baseline.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { button, progressRing, setDisabled } from '../ui/kit.ts';
import { noticeParts } from '../ui/notice.ts';
import { kindText, networkText, timeText } from './texts.ts';

export interface HeaderListeners {
  onSelect(id: string): void;
  onMeasure(what: 'baseline' | 'algorithms'): void;
  onStart(): void;
  onTrain(): void;
  onInspect(): void;
}

export interface HeaderFacts {
  name: string;
  reports: readonly DataReportSummary[];
  selected: string | null;
  busy: string | null;
  trusted: boolean;
}

/** Which data set, which report, and what can be done next. */
export class BaselineHeader {
  readonly root: HTMLElement;
  readonly #name = element('h1', {}, 'What to expect');
  readonly #chosen = element('select', { id: 'report' });
  readonly #chosenRow: HTMLElement;
  readonly #train: HTMLElement;
  readonly #fineTune: HTMLElement;
  readonly #plan: HTMLElement;
  readonly #measures: HTMLElement[];
  readonly #notice = element('section', { class: 'notice', hidden: true });
  #shownList = '';
  #shownNotice = '';

  constructor(listeners: HeaderListeners) {
    this.#chosen.addEventListener('change', () => listeners.onSelect(this.#chosen.value));
    this.#train = button('Train', {
      appearance: 'primary',
      title: 'Train with the config that was planned',
      icon: icon('play'),
      onClick: listeners.onTrain,
    });
    this.#fineTune = button('Fine-Tune from Here', {
      appearance: 'primary',
      title:
        'Plan a training that begins with this network: image size and recipe for this data and machine, written into a config',
      icon: icon('bolt'),
      onClick: listeners.onStart,
    });
    this.#plan = button('Plan a First Run', {
      appearance: 'primary',
      title: 'The best network at hand, image size and recipe for this data and machine, written into a config',
      icon: icon('bolt'),
      onClick: listeners.onStart,
    });
    this.#measures = [
      button('Instant Baseline…', {
        appearance: 'secondary',
        title: 'What accuracy a network of your choice promises, before training anything',
        icon: icon('pulse'),
        onClick: () => listeners.onMeasure('baseline'),
      }),
      button('Which Algorithm Fits…', {
        appearance: 'secondary',
        title: 'Compare logistic regression, SVMs, neighbours and a forest on these images',
        icon: icon('table'),
        onClick: () => listeners.onMeasure('algorithms'),
      }),
    ];
    const inspect = button('Inspect', {
      appearance: 'secondary',
      title: 'Look at the images',
      icon: icon('eye'),
      onClick: listeners.onInspect,
    });
    this.#chosenRow = element('div', { class: 'field' }, element('label', { for: 'report' }, 'Shown'), this.#chosen);
    this.root = element(
      'header',
      { class: 'header' },
      element(
        'div',
        { class: 'title-row' },
        element('div', { class: 'title' }, this.#name),
        element(
          'div',
          { class: 'actions', role: 'toolbar', 'aria-label': 'Data set' },
          ...[this.#train, this.#fineTune, this.#plan, ...this.#measures, inspect],
        ),
      ),
      element('div', { class: 'toolbar' }, this.#chosenRow),
      this.#notice,
    );
  }

  /** @param report null: none, or it can't be read, and `problem` says why */
  update(facts: HeaderFacts, report: DataReport | null, problem: string | null): void {
    const { name, reports, busy, trusted } = facts;
    setText(this.#name, `What to expect of ${name}`);
    setHidden(this.#train, !report?.plan);
    setHidden(this.#fineTune, !report?.network);
    setHidden(this.#plan, Boolean(report?.network));
    const starts = [this.#fineTune, this.#plan];
    for (const start of starts) setAttribute(start, 'appearance', report?.plan ? 'secondary' : 'primary');
    for (const action of [this.#train, ...starts, ...this.#measures]) setDisabled(action, !trusted || busy !== null);
    setHidden(this.#chosenRow, reports.length < 2);
    this.#showList(facts);
    this.#showNotice(noticeFor(facts, problem));
  }

  #showList({ reports, selected }: HeaderFacts): void {
    const key = JSON.stringify([reports, selected]);
    if (key === this.#shownList) return;
    this.#shownList = key;
    this.#chosen.replaceChildren(
      ...reports.toReversed().map((report) => {
        const text = `${kindText(report.kind)}, ${networkText(report)} · ${timeText(report.createdAt)}`;
        return element('option', { value: report.id, selected: report.id === selected }, text);
      }),
    );
  }

  #showNotice(notice: Notice | null): void {
    setHidden(this.#notice, notice === null);
    const key = JSON.stringify(notice);
    if (!notice || key === this.#shownNotice) return;
    this.#shownNotice = key;
    this.#notice.dataset.kind = notice.kind;
    setAttribute(this.#notice, 'role', notice.kind === 'bad' ? 'alert' : 'status');
    const sign = notice.kind === 'busy' ? progressRing() : icon(notice.kind === 'bad' ? 'error' : 'info');
    this.#notice.replaceChildren(...noticeParts(sign, notice.title, notice.advice));
  }
}

interface Notice {
  kind: 'busy' | 'bad' | 'wait';
  title: string;
  advice: string;
}

/** What has to be said before any figure; null: nothing. */
export function noticeFor({ busy, trusted, reports }: HeaderFacts, problem: string | null): Notice | null {
  if (busy !== null) {
    const advice = 'The notification shows how far it is, and can cancel it. What was described is kept either way.';
    return { kind: 'busy', title: `${busy}…`, advice };
  }
  if (problem !== null) return { kind: 'bad', title: 'This report can’t be shown', advice: problem };
  if (reports.length > 0) return null;
  return {
    kind: 'wait',
    title: 'Nothing was measured yet',
    advice: trusted
      ? 'Instant Baseline says what accuracy to expect before training anything, and which classes will be hard. Images are described once, and what describes them is kept.'
      : 'Measuring runs code and is off in restricted mode: trust this workspace first.',
  };
}
