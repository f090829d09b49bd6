import type { ImageSelection } from '../../src/protocol/evaluate-panel.ts';
import type { EvaluationReport, SliceReport } from '../../src/protocol/evaluation.ts';
import { element, setHidden } from '../ui/dom.ts';
import { count, figure, percent } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { interval, sliceText } from './texts.ts';

const names: Record<SliceReport['attribute'], string> = {
  brightness: 'Brightness',
  sharpness: 'Sharpness',
  size: 'Picture size',
  aspect: 'Aspect',
  folder: 'Folder',
  format: 'Format',
  channels: 'Colour',
  'in-training': 'Trained on',
};

/** Groups of images with something in common; the weak ones first. */
export class Slices {
  readonly root: HTMLElement;
  readonly #about = element('p', { class: 'about' });
  readonly #scroll = element('div', { class: 'table-scroll' });
  readonly #onPick: (selection: ImageSelection) => void;

  constructor(onPick: (selection: ImageSelection) => void) {
    this.#onPick = onPick;
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Slices' },
      element('h2', {}, 'Slices'),
      this.#about,
      this.#scroll,
    );
  }

  show({ slices, minimumSlice }: EvaluationReport): void {
    setHidden(this.root, slices.length === 0);
    const weak = slices.filter((slice) => slice.weak).length;
    this.#about.textContent = `${weak === 0 ? 'No slice is' : weak === 1 ? 'One slice is' : `${weak} slices are`} worse than the rest beyond chance (Fisher’s exact test, Holm’s correction over all of them). Slices with fewer than ${minimumSlice} images are shown, not judged. Brightness and sharpness are of what the network sees.`;
    const head = ['Slice', 'Images', 'Accuracy', 'The rest', 'p'].map((title, at) =>
      element('th', { scope: 'col', class: at > 0 ? 'number' : null }, title),
    );
    const rows = slices.map((slice, index) => {
      const link = element('button', { class: 'link', type: 'button', title: 'Show its images' }, sliceText(slice));
      link.addEventListener('click', () => this.#onPick({ kind: 'slice', index }));
      const sign = slice.weak
        ? element('span', { class: 'weak' }, icon('warning'), 'weak')
        : slice.small
          ? element('span', { class: 'small quiet' }, 'small')
          : null;
      return element(
        'tr',
        { class: slice.weak ? 'weak-row' : null },
        element('th', { scope: 'row' }, element('span', { class: 'quiet' }, `${names[slice.attribute]} `), link, sign),
        element('td', { class: 'number' }, count(slice.images)),
        element(
          'td',
          { class: 'number' },
          percent(slice.accuracy.value),
          element('span', { class: 'interval' }, interval(slice.accuracy)),
        ),
        element('td', { class: 'number' }, percent(slice.rest)),
        element('td', { class: 'number' }, slice.pValue === null ? '' : figure(slice.pValue, 2)),
      );
    });
    this.#scroll.replaceChildren(
      element(
        'table',
        { class: 'table' },
        element('thead', {}, element('tr', {}, ...head)),
        element('tbody', {}, ...rows),
      ),
    );
  }
}
