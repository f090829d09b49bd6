import type { EpochEvent, PhaseEvent } from '../../src/protocol/events.ts';
import { element } from '../ui/dom.ts';
import { count, duration, percent } from '../ui/format.ts';
import { phaseRows } from './phase-rows.ts';

export function phaseTable(phases: readonly PhaseEvent[], epochs: readonly EpochEvent[]): HTMLElement {
  const rows = phaseRows(phases, epochs).map(({ phase, epochs: done, seconds, images, pixels, bestAccuracy }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, `${phase.phase} of ${phase.phases}`),
      element('td', {}, `${phase.width} × ${phase.height}`),
      element('td', {}, count(phase.batchSize)),
      element('td', {}, `${count(done)} / ${count(phase.epochs)}`),
      element('td', {}, duration(seconds)),
      element('td', {}, count(images)),
      element('td', {}, `${count(Math.round(pixels / 1e6))} M`),
      element('td', {}, phase.frozen.length > 0 ? count(phase.frozen.length) : '–'),
      element('td', {}, bestAccuracy === null ? '–' : percent(bestAccuracy)),
    ),
  );
  const titles = [
    'Phase',
    'Pixels',
    'Batch',
    'Epochs',
    'Time',
    'Images',
    'Pixels seen',
    'Frozen layers',
    'Best accuracy',
  ];
  return element(
    'div',
    { class: 'table-scroll', tabindex: '0', role: 'group', 'aria-label': 'Phases' },
    element(
      'table',
      { class: 'figures-table' },
      element('thead', {}, element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)))),
      element('tbody', {}, ...rows),
    ),
  );
}
