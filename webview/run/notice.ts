import { element, setHidden } from '../ui/dom.ts';
import { count } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button, progressRing } from '../ui/kit.ts';
import { noticeParts } from '../ui/notice.ts';
import type { RunView } from './model.ts';

const work: Partial<Record<string, string>> = {
  scan: 'Reading the data set',
  statistics: 'Measuring the training images',
  evaluate: 'Measuring accuracy',
  export: 'Saving the model',
};

interface Message {
  kind: 'busy' | 'wait' | 'bad' | 'warning';
  title: string;
  advice: string;
}

/** What has to be said before any curve: why there is none yet, or why the run ended early. null: nothing. */
export function noticeFor(view: RunView): Message | null {
  const { summary, columns, progress } = view;
  switch (summary.state) {
    case 'queued':
      return {
        kind: 'wait',
        title: 'Waiting for its turn',
        advice: 'It starts by itself when the runs before it have ended.',
      };
    case 'starting':
    case 'running':
      if (progress) return { kind: 'busy', title: `${work[progress.what] ?? 'Working'}…`, advice: amount(progress) };
      if (columns.length) return null;
      return summary.state === 'starting'
        ? { kind: 'busy', title: 'Starting…', advice: 'Preparing images, engine and model.' }
        : {
            kind: 'busy',
            title: 'Waiting for the first step…',
            advice: 'The first step also prepares the model for the engine.',
          };
    case 'stopping':
      return { kind: 'busy', title: 'Stopping…', advice: 'The current step is finished and the state saved first.' };
    case 'failed':
      return {
        kind: 'bad',
        title: summary.message ?? 'The run failed',
        advice: summary.advice ?? 'The log has the details.',
      };
    case 'interrupted':
      return {
        kind: 'warning',
        title: 'The training process ended before the run did',
        advice: summary.resumable
          ? 'Resume goes on from the last saved state, as if nothing had happened.'
          : 'It ended before a state was saved. Duplicate starts again with the same configuration.',
      };
    case 'cancelled':
      return {
        kind: 'wait',
        title: 'Cancelled before it started',
        advice: 'Duplicate starts a new run with the same configuration.',
      };
    default:
      return null;
  }
}

function amount({ done, total }: { done: number; total: number | null }): string {
  if (total === null) return done > 0 ? `${count(done)} so far` : '';
  return `${count(done)} of ${count(total)}`;
}

export class Notice {
  readonly root = element('section', { class: 'notice', hidden: true });
  readonly #onShowLog: () => void;
  #shown = '';

  constructor(onShowLog: () => void) {
    this.#onShowLog = onShowLog;
  }

  update(view: RunView): void {
    const message = noticeFor(view);
    setHidden(this.root, message === null);
    const key = JSON.stringify(message);
    if (!message || key === this.#shown) return;
    const sameKind = this.#shown !== '' && this.root.dataset.kind === message.kind;
    this.#shown = key;
    if (sameKind && message.kind === 'busy') {
      // The ring keeps turning while the figures below it change.
      this.root.querySelector('.notice-title')!.textContent = message.title;
      this.root.querySelector('.notice-advice')!.textContent = message.advice;
      return;
    }
    this.root.dataset.kind = message.kind;
    this.root.setAttribute('role', message.kind === 'bad' ? 'alert' : 'status');
    const sign = {
      busy: progressRing,
      wait: () => icon('clock'),
      bad: () => icon('error'),
      warning: () => icon('bolt'),
    };
    const showLog = message.kind === 'bad' || message.kind === 'warning';
    this.root.replaceChildren(
      ...noticeParts(sign[message.kind](), message.title, message.advice),
      ...(showLog
        ? [button('Show Log', { appearance: 'secondary', icon: icon('log'), onClick: this.#onShowLog })]
        : []),
    );
  }
}
