import type { PanelSubject } from '../../src/protocol/evaluate-panel.ts';
import type { EvaluationSummary, EvaluationViews } from '../../src/protocol/evaluation.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { count } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button, progressRing, setDisabled } from '../ui/kit.ts';
import { noticeParts } from '../ui/notice.ts';
import { isActive, stateLooks } from '../ui/state-looks.ts';
import { targetText, viewsNames } from './texts.ts';

type Target = PanelSubject['splits'][number]['split'] | 'folder';

export interface HeaderListeners {
  onSelect(id: string): void;
  onEvaluate(target: Target, views: EvaluationViews['name']): void;
  onStop(id: string): void;
  onPredict(): void;
  onOpenRun(): void;
}

/** What is evaluated, which evaluation is shown, and how to make another one. */
export class EvaluateHeader {
  readonly root: HTMLElement;
  readonly #listeners: HeaderListeners;
  readonly #name = element('h1', {}, 'Evaluation');
  readonly #kind = element('span', { class: 'tag' });
  readonly #openRun: HTMLElement;
  readonly #chosen = element('select', { id: 'evaluation' });
  readonly #chosenRow: HTMLElement;
  readonly #target = element('select', { id: 'target' });
  readonly #views = element('select', { id: 'views' });
  readonly #start: HTMLElement;
  readonly #notice = element('section', { class: 'notice', hidden: true });
  #shownList = '';
  #shownTargets = '';
  #shownNotice = '';

  constructor(listeners: HeaderListeners) {
    this.#listeners = listeners;
    this.#chosen.addEventListener('change', () => listeners.onSelect(this.#chosen.value));
    for (const [value, label] of Object.entries(viewsNames)) {
      this.#views.append(element('option', { value }, label));
    }
    this.#start = button('Evaluate', {
      appearance: 'primary',
      title: 'Measure the model on these images, in a process of its own',
      icon: icon('play'),
      onClick: () => listeners.onEvaluate(this.#target.value as Target, this.#views.value as EvaluationViews['name']),
    });
    this.#openRun = button('Open Run', {
      appearance: 'secondary',
      title: 'Curves and settings of this run',
      icon: icon('pulse'),
      onClick: listeners.onOpenRun,
    });
    const predict = button('Predict…', {
      appearance: 'secondary',
      title: 'Ask this model about any image',
      icon: icon('image'),
      onClick: listeners.onPredict,
    });
    const title = element('div', { class: 'title' }, this.#name, this.#kind);
    const actions = element(
      'div',
      { class: 'actions', role: 'toolbar', 'aria-label': 'Model' },
      this.#openRun,
      predict,
    );
    this.#chosenRow = element(
      'div',
      { class: 'field' },
      element('label', { for: 'evaluation' }, 'Shown'),
      this.#chosen,
    );
    this.root = element(
      'header',
      { class: 'header' },
      element('div', { class: 'title-row' }, title, actions),
      element(
        'div',
        { class: 'toolbar' },
        this.#chosenRow,
        element('div', { class: 'field' }, element('label', { for: 'target' }, 'Evaluate'), this.#target),
        element('div', { class: 'field' }, element('label', { for: 'views' }, 'Looking at images'), this.#views),
        this.#start,
      ),
      this.#notice,
    );
  }

  update(
    subject: PanelSubject,
    evaluations: readonly EvaluationSummary[],
    current: EvaluationSummary | null,
    trusted: boolean,
  ): void {
    setText(this.#name, subject.name);
    setText(this.#kind, subject.kind === 'run' ? 'run' : 'predictor');
    setHidden(this.#openRun, subject.kind !== 'run');
    this.#showTargets(subject);
    this.#showList(evaluations, current);
    setDisabled(this.#start, !trusted);
    this.#showNotice(subject, current, trusted);
  }

  #showTargets({ splits }: PanelSubject): void {
    const key = JSON.stringify(splits);
    if (key === this.#shownTargets) return;
    this.#shownTargets = key;
    const names = { test: 'Test split', validation: 'Validation split', train: 'Training split' };
    this.#target.replaceChildren(
      ...splits.map(({ split, images }) => element('option', { value: split }, `${names[split]} (${count(images)})`)),
      element('option', { value: 'folder' }, 'Folder or manifest…'),
    );
  }

  #showList(evaluations: readonly EvaluationSummary[], current: EvaluationSummary | null): void {
    setHidden(this.#chosenRow, evaluations.length === 0);
    const key = JSON.stringify([evaluations.map(({ id, state }) => [id, state]), current?.id]);
    if (key === this.#shownList) return;
    this.#shownList = key;
    this.#chosen.replaceChildren(
      ...evaluations.toReversed().map((evaluation) => {
        const when = new Date(evaluation.createdAt).toLocaleString(document.documentElement.lang || 'en', {
          dateStyle: 'short',
          timeStyle: 'short',
        });
        const state = evaluation.state === 'done' ? '' : `, ${stateLooks[evaluation.state].label.toLowerCase()}`;
        const text = `${targetText(evaluation)} · ${when}${state}`;
        return element('option', { value: evaluation.id, selected: evaluation.id === current?.id }, text);
      }),
    );
  }

  #showNotice(subject: PanelSubject, current: EvaluationSummary | null, trusted: boolean): void {
    const message = noticeFor(subject, current, trusted);
    setHidden(this.#notice, message === null);
    const key = JSON.stringify(message);
    if (!message || key === this.#shownNotice) return;
    this.#shownNotice = key;
    this.#notice.dataset.kind = message.kind;
    setAttribute(this.#notice, 'role', message.kind === 'bad' ? 'alert' : 'status');
    const sign = message.kind === 'busy' ? progressRing() : icon(message.kind === 'bad' ? 'error' : 'info');
    const share = message.share;
    const fill = element('div', { class: 'bar-fill' });
    fill.style.width = `${(share ?? 0) * 100}%`;
    const bar = element(
      'div',
      {
        class: 'bar notice-bar',
        role: 'progressbar',
        'aria-valuenow': Math.round((share ?? 0) * 100),
        'aria-label': 'Progress',
      },
      fill,
    );
    const id = current?.id;
    this.#notice.replaceChildren(
      ...noticeParts(sign, message.title, message.advice, share === null ? null : bar),
      ...(message.kind === 'busy' && id
        ? [button('Stop', { appearance: 'secondary', icon: icon('stop'), onClick: () => this.#listeners.onStop(id) })]
        : []),
    );
  }
}

interface Message {
  kind: 'busy' | 'bad' | 'wait';
  title: string;
  advice: string;
  /** 0–1; null: not known. */
  share: number | null;
}

/** What has to be said before any figure. null: nothing. */
export function noticeFor(subject: PanelSubject, current: EvaluationSummary | null, trusted: boolean): Message | null {
  if (!current) {
    return {
      kind: 'wait',
      title: 'Nothing was evaluated yet',
      advice: trusted
        ? `Choose a split or a folder and press Evaluate: every metric with its interval, the confusion matrix, weak slices and the worst mistakes of ${subject.name}.`
        : 'Evaluating runs code and is off in restricted mode: trust this workspace first.',
      share: null,
    };
  }
  const { state, progress, hasReport } = current;
  if (isActive(state) || state === 'queued') {
    const share = progress?.total ? progress.done / progress.total : null;
    const what = progress?.what === 'scan' ? 'Reading the images' : progress ? 'Predicting' : 'Starting';
    const advice = progress
      ? `${count(progress.done)}${progress.total ? ` of ${count(progress.total)}` : ''}`
      : 'Loading engine and model.';
    return { kind: 'busy', title: `${what}…`, advice, share };
  }
  if (state === 'failed') {
    return {
      kind: 'bad',
      title: current.message ?? 'The evaluation failed',
      advice: current.advice ?? '',
      share: null,
    };
  }
  if (hasReport) return null;
  return {
    kind: 'wait',
    title: state === 'interrupted' ? 'The process ended before the evaluation did' : 'Stopped before the end',
    advice: 'Nothing was kept of it: press Evaluate to measure again.',
    share: null,
  };
}
