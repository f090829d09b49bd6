import type { ApplyPlan, ApplyStep, RefusedEdit } from '../../src/protocol/apply.ts';
import type { AppliedEdits } from '../../src/protocol/clean-panel.ts';
import { element, setHidden } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button, progressRing } from '../ui/kit.ts';
import { noticeParts } from '../ui/notice.ts';

/** Lines of one kind that are there at once. */
const MOST_LINES = 300;

export interface ApplyListeners {
  ask(): void;
  onApply(): void;
  onUndo(id: string): void;
  onTrain(): void;
  /** A copy or a manifest instead: the data set stays as it is. */
  onWrite(what: 'copy' | 'manifest'): void;
  onBack(): void;
}

/** What applying the edits changes on the disk, file by file, before anything happens; and what came of it. */
export class ApplyView {
  readonly root = element('section', {
    class: 'apply-view',
    'aria-label': 'Apply to disk',
    tabindex: '-1',
    hidden: true,
  });
  readonly #listeners: ApplyListeners;

  constructor(listeners: ApplyListeners) {
    this.#listeners = listeners;
  }

  get isEmpty(): boolean {
    return this.root.childElementCount === 0;
  }

  begin(): void {
    this.#say(progressRing(), 'Looking what would change…', '');
    this.#listeners.ask();
  }

  showPlan({ plan, message, advice }: { plan: ApplyPlan | null; message: string; advice: string }): void {
    if (!plan) {
      this.#say(icon('info'), message, advice);
      return;
    }
    const { steps, refused, excluded } = plan;
    const moves = steps.filter((step) => step.kind === 'move');
    const trash = steps.filter((step) => step.kind === 'trash');
    const rewrites = steps.filter((step) => step.kind === 'rewrite');
    const rows = rewrites.flatMap((step) => step.rows);
    const left =
      excluded > 0
        ? `${plural(excluded, 'image')} ${excluded === 1 ? 'stays where it is and is' : 'stay where they are and are'} left out of training.`
        : '';
    this.root.replaceChildren(
      element(
        'h2',
        { class: 'apply-title' },
        steps.length > 0 ? 'This will change on the disk' : 'Nothing to change on the disk',
      ),
      element('p', { class: 'quiet apply-root' }, plan.root),
      element('p', {}, [summary(steps), left].filter(Boolean).join(' ')),
      element(
        'div',
        { class: 'actions' },
        ...(steps.length > 0
          ? [
              button(`Apply ${plural(steps.length, 'change')}`, {
                appearance: 'primary',
                onClick: () => {
                  this.#say(progressRing(), 'Applying…', 'It goes on where it was if it is interrupted.');
                  this.#listeners.onApply();
                },
              }),
            ]
          : []),
        button('Cleaned copy…', {
          appearance: 'secondary',
          title: 'Write a cleaned copy into another folder; the data set stays as it is',
          onClick: () => this.#listeners.onWrite('copy'),
        }),
        button('Manifest…', {
          appearance: 'secondary',
          title: 'Write a CSV that names the images of the cleaned data set; the data set stays as it is',
          onClick: () => this.#listeners.onWrite('manifest'),
        }),
        button('Back', { appearance: 'secondary', onClick: () => this.#listeners.onBack() }),
      ),
      this.#group('Moved into the folder of their class', moves.filter(({ why }) => why === 'relabel').map(moveLine)),
      this.#group('Set aside', moves.filter(({ why }) => why === 'set-aside').map(moveLine)),
      this.#group(
        'Into the trash of the system',
        trash.map(({ path }) => line(path, '', '')),
      ),
      ...rewrites.map(({ path, backup }) =>
        this.#group(
          `Rows of ${path} (the old one is kept as ${backup})`,
          rows.map(({ path: file, change, from, to }) =>
            line(file, change === 'remove' ? 'taken out' : `${from ?? '–'} → ${to ?? '–'}`, ''),
          ),
        ),
      ),
      this.#group('Can’t be applied, stay in the journal', refused.map(refusedLine), 'apply-refused'),
    );
  }

  showOutcome({ id, done, steps, refused }: AppliedEdits): void {
    this.root.replaceChildren(
      element('h2', { class: 'apply-title' }, icon('check'), ` ${count(done)} of ${plural(steps, 'change')} applied`),
      element('p', { class: 'quiet' }, 'All of it can be taken back, also later: “Loupe: Undo Last Apply”.'),
      element(
        'div',
        { class: 'actions' },
        button('Undo apply', { appearance: 'secondary', onClick: () => this.#listeners.onUndo(id) }),
        button('Train', { appearance: 'primary', onClick: () => this.#listeners.onTrain() }),
        button('Back', { appearance: 'secondary', onClick: () => this.#listeners.onBack() }),
      ),
      this.#group('Left alone', refused.map(refusedLine), 'apply-refused'),
    );
  }

  /** What was applied was taken back. */
  showUndone({ done, refused }: AppliedEdits): void {
    this.root.replaceChildren(
      element('h2', { class: 'apply-title' }, icon('check'), ` ${plural(done, 'file')} back in place`),
      element(
        'p',
        { class: 'quiet' },
        'The edits are still in the journal: they count in every training, and can be applied again.',
      ),
      element(
        'div',
        { class: 'actions' },
        button('Look again', { appearance: 'secondary', onClick: () => this.begin() }),
        button('Back', { appearance: 'primary', onClick: () => this.#listeners.onBack() }),
      ),
      this.#group('Changed since, and left alone', refused.map(refusedLine), 'apply-refused'),
    );
  }

  #say(sign: Element, title: string, advice: string): void {
    this.root.replaceChildren(
      element(
        'div',
        { class: 'notice', role: 'status' },
        ...noticeParts(sign, title, advice),
        button('Back', { appearance: 'secondary', onClick: () => this.#listeners.onBack() }),
      ),
    );
  }

  #group(title: string, lines: HTMLElement[], name = ''): HTMLElement {
    const list = element('ul', { class: 'apply-lines' }, ...lines.slice(0, MOST_LINES));
    const more = element('button', { class: 'link', type: 'button' }, `Show all ${count(lines.length)}`);
    more.addEventListener('click', () => {
      list.append(...lines.slice(MOST_LINES));
      setHidden(more, true);
    });
    setHidden(more, lines.length <= MOST_LINES);
    const group = element(
      'section',
      { class: `apply-group ${name}`, hidden: lines.length === 0 },
      element('h3', {}, title, element('span', { class: 'list-count' }, count(lines.length))),
      list,
      more,
    );
    return group;
  }
}

function summary(steps: readonly ApplyStep[]): string {
  const of = (kind: ApplyStep['kind']) => steps.filter((step) => step.kind === kind).length;
  const parts = [
    of('move') > 0 ? `${plural(of('move'), 'file')} moved` : '',
    of('trash') > 0 ? `${plural(of('trash'), 'file')} put into the trash` : '',
    of('rewrite') > 0 ? 'the manifest written anew' : '',
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join(', ')}. Nothing is overwritten, and all of it can be undone.` : '';
}

function moveLine({ path, to, splitStays }: Extract<ApplyStep, { kind: 'move' }>): HTMLElement {
  return line(path, to, splitStays ? 'its split stays in the journal' : '');
}

function refusedLine({ path, message }: RefusedEdit): HTMLElement {
  return line(path, '', message);
}

function line(path: string, to: string, note: string): HTMLElement {
  return element(
    'li',
    { class: 'apply-line' },
    element('span', { class: 'apply-path', title: path }, path),
    to ? element('span', { class: 'apply-to', title: to }, to) : null,
    note ? element('span', { class: 'quiet' }, note) : null,
  );
}
