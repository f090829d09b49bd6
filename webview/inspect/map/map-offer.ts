import type { Overview } from '../../../src/protocol/catalogue.ts';
import type { MapJob } from '../../../src/protocol/inspect-panel.ts';
import { element, setAttribute, setHidden, setText } from '../../ui/dom.ts';
import { icon } from '../../ui/icons.ts';
import { button, setDisabled } from '../../ui/kit.ts';

export interface MapOfferListeners {
  onCompute(method: 'pca' | 'umap'): void;
  onCancel(): void;
}

/** Where there is no map yet: what it is, and the job that computes it. */
export class MapOffer {
  readonly root: HTMLElement;
  readonly #text = element('p', {});
  readonly #problem = element('p', { class: 'map-problem', role: 'alert', hidden: true });
  readonly #progress = element('div', { class: 'map-progress', hidden: true });
  readonly #fill = element('div', { class: 'bar-fill' });
  readonly #step = element('span', { class: 'quiet', role: 'status' });
  readonly #buttons: HTMLElement[];

  constructor({ onCompute, onCancel }: MapOfferListeners) {
    this.#buttons = [
      button('Compute UMAP…', { appearance: 'primary', icon: icon('bolt'), onClick: () => onCompute('umap') }),
      button('Compute PCA…', { appearance: 'secondary', onClick: () => onCompute('pca') }),
    ];
    this.#progress.append(
      element('div', { class: 'bar' }, this.#fill),
      this.#step,
      button('Cancel', { appearance: 'secondary', icon: icon('stop'), onClick: onCancel }),
    );
    this.root = element(
      'section',
      { class: 'map-offer', 'aria-label': 'Compute a map' },
      element('h2', {}, 'Map'),
      this.#text,
      element('div', { class: 'actions' }, ...this.#buttons),
      this.#progress,
      this.#problem,
    );
  }

  show(overview: Overview | null, { running, text, share, problem }: MapJob): void {
    setHidden(this.root, overview !== null && overview.map !== null && !running && problem === null);
    setText(
      this.#text,
      overview?.embedded
        ? `${overview.embedded.network} has described ${overview.embedded.images.toLocaleString('en-US')} images; what is left is to place them.`
        : 'A network describes every image once, and images that it finds alike are placed near each other: clusters, outliers and wrong labels are seen at a glance.',
    );
    for (const node of this.#buttons) setDisabled(node, running);
    setHidden(this.#progress, !running);
    setText(this.#step, text);
    setAttribute(this.#fill.parentElement!, 'class', share === null ? 'bar bar-unknown' : 'bar');
    this.#fill.style.width = share === null ? '' : `${share * 100}%`;
    this.refuse(problem ? `${problem.message} ${problem.advice}` : null);
  }

  refuse(message: string | null): void {
    setHidden(this.#problem, message === null);
    setText(this.#problem, message ?? '');
  }
}
