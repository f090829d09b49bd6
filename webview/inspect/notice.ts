import type { InspectState } from '../../src/protocol/inspect-panel.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { button, progressRing } from '../ui/kit.ts';
import { noticeParts } from '../ui/notice.ts';
import { progressText } from './fields.ts';

export interface NoticeListeners {
  onTrust(): void;
  onRestart(): void;
  onLog(): void;
}

/** What stands where the images will be: the first scan, why there are none, what to do about it. */
export class Notice {
  readonly root = element('div', { class: 'inspect-notice', role: 'status' });
  readonly #listeners: NoticeListeners;
  readonly #progress = element('span', { class: 'quiet' });
  #key = '';

  constructor(listeners: NoticeListeners) {
    this.#listeners = listeners;
  }

  /** @returns whether there is something else to show than images */
  show({ state, overview, problem, progress, name }: InspectState): boolean {
    const isEmpty = state === 'ready' && overview?.images === 0;
    const kind = state === 'ready' ? (isEmpty ? 'empty' : '') : state === 'starting' && overview ? '' : state;
    setHidden(this.root, kind === '');
    setText(this.#progress, progress ? progressText(progress) : 'Starting…');
    const key = JSON.stringify([kind, problem]);
    if (key === this.#key) return kind !== '';
    this.#key = key;
    this.root.replaceChildren(...this.#parts(kind, name, problem));
    return kind !== '';
  }

  #parts(kind: string, name: string, problem: InspectState['problem']): Node[] {
    const { onTrust, onRestart, onLog } = this.#listeners;
    const box = (title: string, text: Node | string, ...actions: Node[]) => [
      element(
        'div',
        { class: 'notice', 'data-kind': kind === 'failed' ? 'bad' : kind === 'untrusted' ? 'warning' : 'quiet' },
        ...noticeParts(kind === 'starting' ? progressRing() : icon(signs[kind] ?? 'info'), title, text),
        element('div', { class: 'actions' }, ...actions),
      ),
    ];
    switch (kind) {
      case 'starting':
        return box(`Looking through ${name}`, this.#progress);
      case 'untrusted':
        return box(
          'Images are not read in restricted mode',
          'Decoding files that others made can run their code. Trust the workspace to look at them.',
          button('Manage Trust', { appearance: 'primary', onClick: onTrust }),
        );
      case 'failed':
        return box(
          problem?.message ?? 'The data set can not be read.',
          problem?.advice ?? '',
          button('Try Again', { appearance: 'primary', onClick: onRestart }),
          button('Show Log', { appearance: 'secondary', icon: icon('log'), onClick: onLog }),
        );
      case 'empty':
        return box(
          'There is no image here yet',
          'A data set is a folder with one folder of images a class, a manifest (CSV, JSONL) or IDX files.',
          button('Look Again', { appearance: 'primary', onClick: onRestart }),
        );
      default:
        return [];
    }
  }
}

const signs: Record<string, 'error' | 'warning' | 'image'> = { failed: 'error', untrusted: 'warning', empty: 'image' };
