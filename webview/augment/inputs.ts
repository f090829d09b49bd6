import type { PreviewAnswer } from '../../src/protocol/augment-preview.ts';
import { element } from '../ui/dom.ts';
import { plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { Picture } from './grid.ts';
import { LEAST_SIDE, shownSize } from './pictures.ts';

/** What the network sees: ranges of each channel, what looks wrong, and the tensors as pictures. */
export class InputsView {
  readonly root = element('div', { class: 'inputs' });

  update({ inputs, rows, width, height }: PreviewAnswer): void {
    const size = { ...shownSize(width, height), isSmall: Math.max(width, height) < LEAST_SIDE };
    const pictures = rows.map(({ tensor, label, min, mean, max }) => {
      const picture = new Picture('');
      const caption = `${label}: ${figure(min)} … ${figure(mean)} … ${figure(max)}`;
      picture.update(
        tensor,
        { caption, alt: `${label}: least ${figure(min)}, mean ${figure(mean)}, largest ${figure(max)}` },
        size,
      );
      return picture.root;
    });
    this.root.replaceChildren(
      findings(inputs.findings),
      table(inputs),
      element(
        'p',
        { class: 'quiet' },
        'Each picture is a normalised tensor, its channels stretched to the range of all images: least … mean … largest value.',
      ),
      element('div', { class: 'pictures' }, ...pictures),
    );
  }
}

function findings(found: PreviewAnswer['inputs']['findings']): HTMLElement {
  if (found.length === 0) {
    return element('p', { class: 'finding finding-good' }, icon('check'), 'The scaling looks right.');
  }
  const items = found.map(({ message }) =>
    element('li', { class: 'finding finding-warning' }, icon('warning'), element('span', {}, message)),
  );
  return element('ul', { 'aria-label': 'Warnings' }, ...items);
}

function table({ images, channels }: PreviewAnswer['inputs']): HTMLElement {
  const heads = ['Channel', 'Least', 'Mean', 'Largest', 'Deviation'];
  const rows = channels.map(({ name, min, mean, max, std }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, name),
      ...[min, mean, max, std].map((value) => element('td', {}, figure(value))),
    ),
  );
  return element(
    'table',
    { class: 'figures-table' },
    element('caption', {}, `After normalisation, over ${plural(images, 'image')}`),
    element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
    element('tbody', {}, ...rows),
  );
}

function figure(value: number): string {
  return value.toFixed(2);
}
