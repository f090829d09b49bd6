import type { LabelSummary } from '../../src/protocol/catalogue.ts';
import { element } from '../ui/dom.ts';
import { count, percent } from '../ui/format.ts';

/** A table with more classes is a list of pairs. */
const MOST_CLASSES = 14;
const MOST_PAIRS = 24;

/** How many images of each class are estimated to be of another, as a table of buttons that filter the list. */
export function noiseMatrix(
  { pairs }: Pick<LabelSummary, 'pairs'>,
  onPair: (given: string, actual: string) => void,
): HTMLElement {
  if (pairs.length === 0) return element('p', { class: 'quiet' }, 'No class is estimated to hold images of another.');
  const classes = [...new Set(pairs.flatMap(({ given, actual }) => [given, actual]))].sort();
  const most = Math.max(...pairs.map(({ count: images }) => images));
  const cell = ({ given, actual, count: images, share }: LabelSummary['pairs'][number], text: string) => {
    const node = element(
      'button',
      {
        class: 'noise-cell',
        type: 'button',
        title: `About ${count(Math.round(images))} images labelled ${given} are ${actual}: ${percent(share)} of ${given}`,
      },
      text,
    );
    node.style.setProperty('--strength', String(Math.sqrt(images / most)));
    node.addEventListener('click', () => onPair(given, actual));
    return node;
  };
  if (classes.length > MOST_CLASSES) {
    const list = pairs
      .slice(0, MOST_PAIRS)
      .map((pair) => element('li', {}, cell(pair, `${pair.given} → ${pair.actual}  ${count(Math.round(pair.count))}`)));
    return element('ul', { class: 'noise-list' }, ...list);
  }
  const at = new Map(pairs.map((pair) => [`${pair.given}\0${pair.actual}`, pair]));
  const head = element(
    'tr',
    {},
    element('th', { scope: 'col' }, 'labelled ↓  is →'),
    ...classes.map((name) => element('th', { scope: 'col' }, element('span', {}, name))),
  );
  const rows = classes.map((given) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, given),
      ...classes.map((actual) => {
        const pair = at.get(`${given}\0${actual}`);
        if (given === actual) return element('td', { class: 'noise-diagonal' });
        return element('td', {}, pair ? cell(pair, count(Math.round(pair.count))) : null);
      }),
    ),
  );
  return element('table', { class: 'noise' }, element('thead', {}, head), element('tbody', {}, ...rows));
}
