import type { FromCleanPanel, ToCleanPanel } from '../../src/protocol/clean-panel.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button, setDisabled } from '../ui/kit.ts';

type Setup = Extract<ToCleanPanel, { type: 'setup' }>;

/** Which data set, how many edits, and what is done with them. */
export class CleanHeader {
  readonly root: HTMLElement;
  readonly #select = element('select', { id: 'data-set', 'aria-label': 'Data set' });
  readonly #facts = element('span', { class: 'quiet clean-facts' });
  readonly #edits = element('span', { class: 'clean-edits' });
  readonly #save: HTMLElement;
  readonly #apply: HTMLElement;
  readonly #find: HTMLElement;
  readonly #progress = element(
    'div',
    { class: 'bar clean-progress', hidden: true },
    element('div', { class: 'bar-fill' }),
  );
  readonly #progressText = element('span', { class: 'quiet', role: 'status' });
  readonly #cancel: HTMLElement;

  constructor(post: (message: FromCleanPanel) => void, onApply: () => void) {
    this.#select.addEventListener('change', () => post({ type: 'dataSet', source: this.#select.value }));
    const act = (label: string, type: 'save' | 'find' | 'cancelFind', title: string) =>
      button(label, {
        appearance: 'secondary',
        title,
        onClick: () => post({ type }),
      });
    this.#find = act('Find issues', 'find', 'Look for issues again; what was decided is remembered');
    this.#cancel = act('Cancel', 'cancelFind', 'Stop looking');
    this.#save = act('Save', 'save', 'Write the edits into .loupe/labels.jsonl (Ctrl+S)');
    this.#apply = button('Apply to disk…', {
      appearance: 'primary',
      title: 'Move, trash or copy files: shows exactly what will change first',
      onClick: onApply,
    });
    this.root = element(
      'header',
      { class: 'clean-header' },
      element('h1', { class: 'visually-hidden' }, 'Clean labels'),
      icon('classify'),
      this.#select,
      this.#facts,
      element('span', { class: 'clean-gap' }),
      this.#progressText,
      this.#cancel,
      this.#edits,
      this.#find,
      this.#save,
      this.#apply,
      this.#progress,
    );
    this.showSearch(null, null);
    this.showEdits(0, 0);
  }

  showSetup({ dataSets, source, trusted }: Setup): void {
    this.#select.replaceChildren(
      ...dataSets.map((one) =>
        element('option', { value: one.source, selected: one.source === source, title: one.source }, one.name),
      ),
    );
    if (source === null && dataSets.length > 0) {
      this.#select.prepend(element('option', { value: '', selected: true, disabled: true }, 'Choose a data set'));
    }
    setDisabled(this.#find, !trusted || source === null);
    setDisabled(this.#apply, !trusted || source === null);
  }

  showFacts(images: number, classes: number): void {
    setText(this.#facts, `${plural(images, 'image')} · ${plural(classes, 'class', 'classes')}`);
  }

  showEdits(pending: number, total: number): void {
    setText(this.#edits, pending > 0 ? `${count(pending)} not saved` : total > 0 ? `${plural(total, 'decision')}` : '');
    this.#edits.classList.toggle('clean-unsaved', pending > 0);
    setDisabled(this.#save, pending === 0);
  }

  /** @param text null: no search is under way */
  showSearch(text: string | null, share: number | null): void {
    setHidden(this.#progress, text === null);
    setHidden(this.#cancel, text === null);
    setHidden(this.#find, text !== null);
    setText(this.#progressText, text ?? '');
    this.#progress.classList.toggle('bar-unknown', share === null);
    const fill = this.#progress.firstElementChild;
    if (fill instanceof HTMLElement) fill.style.width = share === null ? '' : `${Math.round(share * 100)}%`;
  }
}
