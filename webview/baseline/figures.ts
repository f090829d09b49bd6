import type { DataReport } from '../../src/protocol/baseline.ts';
import { element } from '../ui/dom.ts';
import { count, duration, percent } from '../ui/format.ts';
import { interval } from './texts.ts';

/** The few figures that a report comes down to. */
export function figureTiles(report: DataReport): HTMLElement[] {
  const { baseline, network, images, classes, seconds, engine, skipped } = report;
  const left = skipped.length > 0 ? `, ${count(skipped.length)} not readable` : '';
  return [
    ...(baseline
      ? [
          tile('Linear probe', percent(baseline.probe.accuracy.value), interval(baseline.probe.accuracy)),
          tile(
            `Neighbours, k = ${baseline.neighbours.k}`,
            percent(baseline.neighbours.accuracy.value),
            interval(baseline.neighbours.accuracy),
          ),
          tile('Penalty λ', String(baseline.probe.strength), `chosen in ${baseline.folds} folds`),
        ]
      : []),
    tile('Images', count(images), `${count(classes.length)} classes${left}`),
    ...(network ? [tile('Seen at', `${network.width} × ${network.height}`, network.name)] : []),
    tile('Took', duration(seconds), engine),
  ];
}

function tile(label: string, value: string, detail: string): HTMLElement {
  return element(
    'div',
    { class: 'tile' },
    element('div', { class: 'tile-label', title: label }, label),
    element('div', { class: 'tile-value' }, value),
    element('div', { class: 'tile-detail', title: detail }, detail),
  );
}
