import { element, setHidden, setText } from '../ui/dom.ts';
import { compact, count, figure, percent } from '../ui/format.ts';
import type { RunView } from './model.ts';

interface Tile {
  root: HTMLElement;
  value: HTMLElement;
  detail: HTMLElement;
}

/** The figures one looks for first. */
export class Figures {
  readonly root = element('section', { class: 'figures', 'aria-label': 'Key figures' });
  readonly #tiles = new Map<string, Tile>();

  update(view: RunView): void {
    const { summary, counts } = view;
    const began = view.columns.length > 0;
    const { bestEpoch } = summary;
    const epoch = bestEpoch === null ? 'after each epoch' : `best epoch: ${count(bestEpoch)}`;
    const { unaveraged } = view.epochs.find((event) => event.epoch === bestEpoch) ?? {};
    const without = (text: string) => (unaveraged ? `${epoch} · unaveraged ${text}` : epoch);
    // The tiles are there from the first step on, so that nothing jumps when the first epoch ends.
    const measured = began && view.counts?.validation !== 0;
    this.#show(
      'Validation accuracy',
      measured ? percent(summary.validationAccuracy, 2) : null,
      without(percent(unaveraged?.validationAccuracy ?? null, 2)),
    );
    this.#show(
      'Validation loss',
      measured ? figure(summary.validationLoss) : null,
      without(figure(unaveraged?.validationLoss ?? null)),
    );
    this.#show('Test accuracy', percentOrNull(summary.testAccuracy, 2), 'best weights');
    this.#show('Train accuracy', percentOrNull(summary.accuracy, 2), 'last step');
    this.#show('Train loss', numberOrNull(summary.loss), 'last step');
    const images = counts && counts.train + counts.validation + counts.test;
    const split = counts && [
      `${count(counts.train)} train`,
      `${count(counts.validation)} val`,
      ...(counts.test ? [`${count(counts.test)} test`] : []),
    ];
    this.#show('Images', images === null ? null : count(images), split ? split.join(' · ') : '');
    const tested = summary.testAccuracy !== null;
    // Fills the place of the test accuracy where there is none, so that the rows are full.
    this.#tiles.get('Images')!.root.className = measured && !tested ? 'tile tile-images tile-wide' : 'tile tile-images';
    const classes = view.classes.length;
    const names = view.classes.slice(0, 3).join(', ') + (classes > 3 ? ', …' : '');
    this.#show('Classes', classes ? count(classes) : null, names);
    this.#show('Parameters', view.parameters === null ? null : compact(view.parameters), summary.architecture);
    setHidden(
      this.root,
      [...this.#tiles.values()].every((tile) => tile.root.hidden),
    );
  }

  #show(label: string, text: string | null, detail: string): void {
    let tile = this.#tiles.get(label);
    if (!tile) {
      const value = element('div', { class: 'tile-value' });
      const small = element('div', { class: 'tile-detail' });
      const root = element('div', { class: 'tile' }, element('div', { class: 'tile-label' }, label), value, small);
      tile = { root, value, detail: small };
      this.#tiles.set(label, tile);
      this.root.append(root);
    }
    setHidden(tile.root, text === null);
    setText(tile.value, text ?? '');
    setText(tile.detail, detail);
    tile.detail.title = detail;
  }
}

function percentOrNull(value: number | null, digits: number): string | null {
  return value === null ? null : percent(value, digits);
}

function numberOrNull(value: number | null): string | null {
  return value === null ? null : figure(value);
}
