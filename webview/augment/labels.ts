import type { SettingValues } from '../../src/protocol/augment-panel.ts';
import type { LabelSafetyReport } from '../../src/protocol/augment-preview.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { percent, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button } from '../ui/kit.ts';
import { groupPathOf, isChanged } from './values.ts';

export interface LabelListeners {
  onCheck(): void;
  onCancel(): void;
}

/** Whether a trained model still sees the label: what it said, an operation a row and a class a column. */
export class LabelsView {
  readonly root: HTMLElement;
  readonly #intro = element('p', {});
  readonly #start: HTMLElement;
  readonly #progress: HTMLElement;
  readonly #fill = element('div', { class: 'bar-fill' });
  readonly #progressText = element('span', { class: 'quiet' });
  readonly #result = element('div', { class: 'labels-result' });

  constructor({ onCheck, onCancel }: LabelListeners) {
    this.#start = button('Check with a Model…', { appearance: 'primary', icon: icon('classify'), onClick: onCheck });
    const cancel = button('Cancel', { appearance: 'secondary', onClick: onCancel });
    const bar = element('div', { class: 'bar', 'data-tone': 'active' }, this.#fill);
    this.#progress = element('div', { class: 'labels-progress' }, this.#progressText, bar, cancel);
    this.root = element('div', { class: 'labels' }, this.#intro, this.#start, this.#progress, this.#result);
    this.setProgress(null);
  }

  setCanCheck(canCheck: boolean): void {
    const what =
      'Applies each operation alone to images that a model was not trained on, and counts how often the model changes its mind: a mirrored 3 is no 3 any more.';
    setText(this.#intro, canCheck ? what : `${what} Train a first model to ask: augmentation may be off for it.`);
    setHidden(this.#start, !canCheck);
  }

  setProgress(progress: { model: string; share: number | null } | null): void {
    setHidden(this.#progress, progress === null);
    setAttribute(this.#start, 'disabled', progress !== null);
    if (!progress) return;
    const { model, share } = progress;
    setText(this.#progressText, share === null ? `Starting to ask ${model}…` : `Asking ${model}: ${percent(share, 0)}`);
    this.#fill.style.width = `${(share ?? 0) * 100}%`;
  }

  update(report: LabelSafetyReport, model: string, checked: SettingValues, values: SettingValues): void {
    const from = report.from === 'held-out' ? 'that it was not trained on' : 'of the data set';
    const flagged = report.operations.filter((operation) => operation.flagged).length;
    this.#result.replaceChildren(
      element(
        'p',
        { class: `finding finding-${flagged ? 'warning' : 'good'}` },
        icon(flagged ? 'warning' : 'check'),
        flagged
          ? `${plural(flagged, 'operation')} may change what an image shows.`
          : 'Nothing changes more than noise and tolerance allow.',
      ),
      element(
        'p',
        { class: 'quiet' },
        `${model} on ${plural(report.images, 'image')} ${from}, ${plural(report.draws, 'draw')} each. It is right on ${percent(report.accuracy)} of them as they are and changes its mind over nothing (a shift by a pixel, noise of two levels) on ${percent(report.noise)}; a change is marked where it is surely ${percent(report.tolerance, 0)} above that.`,
      ),
      this.#table(report, checked, values),
    );
  }

  clear(): void {
    this.#result.replaceChildren();
  }

  #table({ operations }: LabelSafetyReport, checked: SettingValues, values: SettingValues): HTMLElement {
    const classes = operations[0]?.perClass.map(({ className }) => className) ?? [];
    const head = ['Operation', 'All', ...classes].map((text) => element('th', { scope: 'col' }, text));
    const rows = operations.map(({ operation, text, changed, perClass }) => {
      const isStale = operation !== 'all' && isChanged(groupPathOf(operation), checked, values);
      return element(
        'tr',
        { class: isStale ? 'stale' : null },
        element('th', { scope: 'row' }, isStale ? `${text} (settings changed since)` : text),
        element('td', {}, percent(changed)),
        ...perClass.map((entry) =>
          element(
            'td',
            {
              class: entry.flagged ? 'flagged' : null,
              title: `${percent(entry.noise)} over nothing, ${plural(entry.images, 'image')}`,
            },
            entry.flagged && icon('warning'),
            entry.flagged && element('span', { class: 'visually-hidden' }, 'marked: '),
            percent(entry.changed),
          ),
        ),
      );
    });
    const table = element(
      'table',
      { class: 'figures-table' },
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...rows),
    );
    return element(
      'div',
      { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Changed predictions' },
      table,
    );
  }
}
