import type { DisputedImage, PairDetail, Verdict } from '../../src/protocol/compare.ts';
import { element, setHidden } from '../ui/dom.ts';
import { count, figure, none, percent, plural } from '../ui/format.ts';
import { button, progressRing } from '../ui/kit.ts';
import { probability } from './cells.ts';
import { confusionDifference } from './confusion.ts';
import type { RunLine } from './run-line.ts';

export interface DetailView {
  /** The baseline and the run that the details are about; null: there is nothing to tell. */
  pair: { a: RunLine; b: RunLine } | null;
  verdict: Verdict | undefined;
  /** `undefined`: on its way. */
  detail: PairDetail | null | undefined;
  message: string | null;
}

export interface DetailListeners {
  pictures(images: readonly DisputedImage[]): void;
  openImage(path: string): void;
}

/** Pictures that are shown at once of each kind, and added by a press. */
const batch = 24;

const metricNames: Record<string, { label: string; share: boolean }> = {
  accuracy: { label: 'Accuracy', share: true },
  balancedAccuracy: { label: 'Balanced accuracy', share: true },
  macroF1: { label: 'Macro F1', share: true },
  logLoss: { label: 'Log loss', share: false },
};

const testNames: Record<string, string> = {
  'mcnemar-exact': 'McNemar’s exact test on the images',
  mcnemar: 'McNemar’s test on the images',
  t: 'paired t test over the images, seeds averaged',
};

/** One run against the baseline: the verdict, what it rests on, confusions subtracted, and the images that were won and lost. */
export class Detail {
  readonly root = element('section', { class: 'detail', 'aria-label': 'Selected run against the baseline' });
  readonly #listeners: DetailListeners;
  readonly #pictures = new Map<string, HTMLElement[]>();
  readonly #addresses = new Map<string, string | null>();
  #shown = '';

  constructor(listeners: DetailListeners) {
    this.#listeners = listeners;
  }

  update(view: DetailView): void {
    const key = JSON.stringify([
      view.pair?.a.id,
      view.pair?.a.name,
      view.pair?.b.id,
      view.pair?.b.name,
      view.verdict,
      view.message,
      view.detail === undefined,
      view.detail && [view.detail.a, view.detail.b, view.detail.images, view.detail.wonCount, view.detail.lostCount],
    ]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#pictures.clear();
    this.root.replaceChildren(...this.#content(view));
  }

  /** Addresses of small pictures as they come. */
  takePictures(pictures: Record<string, string | null>): void {
    for (const [hash, address] of Object.entries(pictures)) {
      this.#addresses.set(hash, address);
      for (const place of this.#pictures.get(hash) ?? []) this.#fill(place, address);
    }
  }

  #content({ pair, verdict, detail, message }: DetailView): (HTMLElement | string)[] {
    if (!pair) {
      return [
        element('p', { class: 'quiet' }, 'Select a run to see how it differs from the baseline, image by image.'),
      ];
    }
    const { a, b } = pair;
    const title = element('h2', {}, `${b.name} against ${a.name}`);
    const sentence = element(
      'p',
      { class: 'verdict-text' },
      verdict?.text ?? message ?? 'Working out whether the difference is real…',
    );
    const parts: (HTMLElement | string)[] = [title, sentence];
    if (verdict?.figures) parts.push(this.#evidence(verdict));
    if (detail === undefined && !message)
      parts.push(element('div', { class: 'waiting' }, progressRing(), 'Comparing image by image…'));
    if (message && verdict) parts.push(element('p', { class: 'quiet' }, message));
    if (detail) {
      parts.push(confusionDifference(detail, { a: a.name, b: b.name }));
      parts.push(
        this.#images(`${b.name} has won`, 'it alone is right', detail.won, detail.wonCount, b.name, a.name, true),
      );
      parts.push(
        this.#images(
          `${b.name} has lost`,
          `${a.name} alone is right`,
          detail.lost,
          detail.lostCount,
          b.name,
          a.name,
          false,
        ),
      );
    }
    return parts;
  }

  #evidence(verdict: Verdict): HTMLElement {
    const { metrics, counts, images, split, leftOut, test, p, correctedP, seeds } = verdict.figures!;
    const rows = Object.entries(metrics).map(([name, { a, b, difference, interval }]) => {
      const { label, share } = metricNames[name] ?? { label: name, share: false };
      const text = (value: number) => (share ? percent(value, 1) : figure(value));
      const change = (value: number) => signed(share ? value * 100 : value, share ? 1 : 4);
      const isReal = interval[0] > 0 || interval[1] < 0;
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, label),
        element('td', {}, text(a)),
        element('td', {}, text(b)),
        element('td', { class: isReal ? 'strong' : null }, change(difference)),
        element('td', {}, `${change(interval[0])} … ${change(interval[1])}`),
      );
    });
    const heads = ['', 'Baseline', 'This run', 'Difference', '95% interval'].map((head) =>
      element('th', { scope: 'col' }, head),
    );
    const without = [
      leftOut.onlyA + leftOut.onlyB > 0
        ? `${plural(leftOut.onlyA + leftOut.onlyB, 'image')} that only one side has predicted`
        : '',
      leftOut.relabelled > 0 ? `${plural(leftOut.relabelled, 'image')} whose label has changed` : '',
    ].filter(Boolean);
    const facts: [string, string][] = [
      ['Images', `${count(images)} of ${split}, predicted by both`],
      ['Left out', without.join(', ') || none],
      [
        'Test',
        `${testNames[test] ?? test}: ${probability(p)}${correctedP !== p ? `; corrected for all comparisons (Holm): ${probability(correctedP)}` : ''}`,
      ],
      ...(seeds
        ? [
            [
              'Seeds',
              `${seeds.a === seeds.b ? seeds.a : `${seeds.a} and ${seeds.b}`}, ${seeds.kind === 'paired' ? 'paired' : 'independent'} t test ${probability(seeds.p)}, permutation test ${probability(seeds.permutationP)}`,
            ] as [string, string],
          ]
        : []),
    ];
    return element(
      'div',
      { class: 'evidence' },
      element(
        'div',
        { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Figures of both' },
        element(
          'table',
          { class: 'figures-table' },
          element('thead', {}, element('tr', {}, ...heads)),
          element('tbody', {}, ...rows),
        ),
      ),
      outcomeTable(counts),
      element(
        'dl',
        { class: 'facts' },
        ...facts.map(([term, text]) =>
          element('div', { class: 'fact' }, element('dt', {}, term), element('dd', {}, text)),
        ),
      ),
    );
  }

  #images(
    title: string,
    why: string,
    images: readonly DisputedImage[],
    total: number,
    b: string,
    a: string,
    open: boolean,
  ): HTMLElement {
    const list = element('div', { class: 'gallery' });
    const rest = element('div', {});
    let shown = 0;
    const more = button('Show More', { appearance: 'secondary', onClick: () => add() });
    const add = () => {
      const next = images.slice(shown, shown + batch);
      shown += next.length;
      list.append(...next.map((image) => this.#picture(image, a, b)));
      setHidden(rest, shown >= images.length);
      this.#listeners.pictures(next.filter(({ hash }) => !this.#addresses.has(hash)));
    };
    rest.append(more);
    const summary = element(
      'summary',
      {},
      element('h3', {}, title),
      element('span', { class: 'badge' }, count(total)),
      element('span', { class: 'quiet' }, why),
    );
    const told =
      total > images.length
        ? element('p', { class: 'quiet' }, `The ${count(images.length)} on which the two are furthest apart.`)
        : null;
    const section = element(
      'details',
      { open: open && total > 0 },
      summary,
      element('div', { class: 'details-body' }, told, list, rest),
    );
    if (images.length === 0) list.append(element('p', { class: 'quiet' }, 'None.'));
    else {
      const start = () => {
        if (section.open && shown === 0) add();
      };
      section.addEventListener('toggle', start);
      start();
    }
    return section;
  }

  #picture(image: DisputedImage, a: string, b: string): HTMLElement {
    const { name, label, predictedA, predictedB, ofLabelA, ofLabelB, path, hash } = image;
    const place = element('span', { class: 'picture' });
    const known = this.#addresses.get(hash);
    if (known !== undefined) this.#fill(place, known);
    this.#pictures.set(hash, [...(this.#pictures.get(hash) ?? []), place]);
    const text = `${name}: ${label}. ${a} says ${predictedA}, ${b} says ${predictedB}`;
    const node = element(
      'button',
      { type: 'button', class: 'tile', title: text, 'aria-label': `${text}. Open` },
      place,
      element('span', { class: 'tile-label' }, label),
      element('span', { class: 'tile-line' }, `${predictedA} → ${predictedB}`),
      element('span', { class: 'tile-line quiet' }, `${percent(ofLabelA, 0)} → ${percent(ofLabelB, 0)}`),
    );
    node.addEventListener('click', () => this.#listeners.openImage(path));
    return node;
  }

  #fill(place: HTMLElement, address: string | null): void {
    if (address === null) place.replaceChildren(element('span', { class: 'quiet' }, 'no picture'));
    else place.replaceChildren(element('img', { src: address, alt: '', loading: 'lazy' }));
  }
}

function outcomeTable({
  both,
  onlyA,
  onlyB,
  neither,
}: {
  both: number;
  onlyA: number;
  onlyB: number;
  neither: number;
}): HTMLElement {
  const cell = (value: number, isDisputed: boolean) =>
    element('td', { class: isDisputed ? 'strong' : null }, count(value));
  return element(
    'table',
    { class: 'figures-table outcome' },
    element('caption', { class: 'visually-hidden' }, 'Images by who is right'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', {}),
        element('th', { scope: 'col' }, 'run right'),
        element('th', { scope: 'col' }, 'run wrong'),
      ),
    ),
    element(
      'tbody',
      {},
      element('tr', {}, element('th', { scope: 'row' }, 'baseline right'), cell(both, false), cell(onlyA, true)),
      element('tr', {}, element('th', { scope: 'row' }, 'baseline wrong'), cell(onlyB, true), cell(neither, false)),
    ),
  );
}

function signed(value: number, digits: number): string {
  const size =
    Math.abs(value) < 1 && digits === 4
      ? figure(Math.abs(value), 3)
      : Math.abs(value).toFixed(digits === 4 ? 2 : digits);
  return Number(size) === 0 ? '0' : `${value > 0 ? '+' : '−'}${size}`;
}
