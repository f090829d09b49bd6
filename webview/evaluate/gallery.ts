import type {
  EvaluatePanelState,
  ImageSelection,
  PanelImage,
  ToEvaluatePanel,
} from '../../src/protocol/evaluate-panel.ts';
import type { EvaluationReport } from '../../src/protocol/evaluation.ts';
import type { SaliencyMethod } from '../../src/protocol/saliency.ts';
import { segments } from '../ui/controls.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { count, percent } from '../ui/format.ts';
import { HeatView } from '../ui/heat-view.ts';
import { icon } from '../ui/icons.ts';
import { button } from '../ui/kit.ts';
import { roveOver, setStops } from '../ui/roving.ts';
import { sliceText } from './texts.ts';

export interface GalleryListeners {
  onMore(from: number): void;
  onSaliency(at: number, method: SaliencyMethod, of: 'predicted' | 'label'): void;
  onOpen(at: number): void;
  onChange(change: Partial<EvaluatePanelState>): void;
  onWorst(): void;
}

type Message<Type extends ToEvaluatePanel['type']> = Extract<ToEvaluatePanel, { type: Type }>;

interface Tile {
  image: PanelImage;
  root: HTMLElement;
  picture: HTMLImageElement;
}

/** The images of what was chosen, the worst first; one of them large, with a map of what the model looked at. */
export class Gallery {
  readonly root: HTMLElement;
  title = '';
  selection: ImageSelection = { kind: 'worst' };
  readonly #listeners: GalleryListeners;
  readonly #heading = element('h2', { tabindex: '-1' }, 'Images');
  readonly #count = element('span', { class: 'quiet' });
  readonly #worst: HTMLElement;
  readonly #grid = element('div', { class: 'gallery', role: 'group' });
  readonly #empty = element('p', { class: 'quiet', hidden: true });
  readonly #more: HTMLElement;
  readonly #detail = element('div', { class: 'detail', hidden: true });
  readonly #detailText = element('div', { class: 'detail-text' });
  readonly #heat: HeatView;
  #classes: string[] = [];
  #tiles = new Map<number, Tile>();
  #chosen: PanelImage | null = null;
  #method: SaliencyMethod;
  #of: 'predicted' | 'label' = 'predicted';

  constructor(state: Pick<EvaluatePanelState, 'opacity' | 'method'>, listeners: GalleryListeners) {
    this.#listeners = listeners;
    this.#method = state.method;
    this.#worst = button('Worst mistakes', {
      appearance: 'secondary',
      title: 'Show the images whose label got the least probability',
      onClick: () => listeners.onWorst(),
    });
    this.#more = button('Show more', { appearance: 'secondary', onClick: () => listeners.onMore(this.#tiles.size) });
    this.#heat = new HeatView(state.opacity, (opacity) => listeners.onChange({ opacity }));
    const methods = [
      ['grad-cam', 'Grad-CAM'],
      ['occlusion', 'Occlusion'],
    ] as const;
    const classes = [
      ['predicted', 'Predicted'],
      ['label', 'Label'],
    ] as const;
    this.#detail.append(
      this.#heat.root,
      element(
        'div',
        { class: 'detail-side' },
        this.#detailText,
        segments('Where it sees', 'saliency-of', classes, this.#of, (of) => {
          this.#of = of;
          this.#explain();
        }),
        segments('by', 'saliency-method', methods, this.#method, (method) => {
          this.#method = method;
          listeners.onChange({ method });
          this.#explain();
        }),
        button('Open image', {
          appearance: 'secondary',
          icon: icon('image'),
          onClick: () => this.#chosen && listeners.onOpen(this.#chosen.at),
        }),
      ),
    );
    this.root = element(
      'section',
      { class: 'card', 'aria-label': 'Images' },
      element('div', { class: 'card-head' }, element('div', {}, this.#heading, this.#count), this.#worst),
      this.#detail,
      this.#empty,
      this.#grid,
      this.#more,
    );
    roveOver(
      this.#grid,
      () => this.#buttons(),
      () => this.#columns(),
    );
  }

  /** A new selection: what is there goes until the images come. */
  begin(selection: ImageSelection, report: EvaluationReport): void {
    this.selection = selection;
    this.#classes = report.classes;
    this.title = titleOf(selection, report);
    setText(this.#heading, this.title);
    setText(this.#count, '');
    setHidden(this.#worst, selection.kind === 'worst');
    this.#tiles.clear();
    this.#grid.replaceChildren();
    this.#grid.setAttribute('aria-label', this.title);
    setHidden(this.#more, true);
    setHidden(this.#empty, true);
    setHidden(this.#detail, true);
    this.#chosen = null;
  }

  /** Brings the images into sight, and the keyboard to them. */
  reveal(): void {
    this.root.scrollIntoView({ block: 'nearest' });
    this.#heading.focus({ preventScroll: true });
  }

  showImages({ selection, from, total, images }: Message<'images'>): void {
    if (JSON.stringify(selection) !== JSON.stringify(this.selection) || from !== this.#tiles.size) return;
    for (const image of images) this.#grid.append(this.#tile(image).root);
    setText(this.#count, ` ${count(total)}`);
    setHidden(this.#more, this.#tiles.size >= total);
    setHidden(this.#empty, total > 0);
    setText(this.#empty, selection.kind === 'worst' ? 'Not one mistake.' : 'No such images.');
    if (from === 0) setStops(this.#buttons(), this.#buttons()[0]);
  }

  showPictures(pictures: Message<'pictures'>['pictures']): void {
    for (const { at, uri } of pictures) {
      const tile = this.#tiles.get(at);
      if (!tile) continue;
      if (uri) tile.picture.src = uri;
      tile.root.classList.toggle('no-picture', uri === null);
      if (this.#chosen?.at === at && uri) this.#heat.clear(uri, tile.image.path);
    }
  }

  showSaliency({ at, image, heat, label, probability }: Message<'saliency'>): void {
    if (this.#chosen?.at !== at) return;
    this.#heat.show(image, heat, `${this.#chosen.path}: where the model sees ${label}, ${percent(probability)}`);
  }

  saliencyFailed(at: number, message: string): void {
    if (this.#chosen?.at === at) this.#heat.say(message);
  }

  #tile(image: PanelImage): Tile {
    const { at, path, label, predicted, confidence } = image;
    const right = label === predicted;
    const name = path.split('/').at(-1) ?? path;
    const verdict = right
      ? `${this.#classes[label]}, ${percent(confidence, 0)}`
      : `${this.#classes[label]} taken for ${this.#classes[predicted]}, ${percent(confidence, 0)}`;
    const picture = element('img', { alt: '', loading: 'lazy' });
    const root = element(
      'button',
      { class: 'thumb', type: 'button', title: `${path}\n${verdict}`, 'aria-label': `${name}: ${verdict}` },
      element('span', { class: 'thumb-picture' }, picture),
      element(
        'span',
        { class: 'thumb-text' },
        element('span', { class: right ? '' : 'wrong' }, this.#classes[predicted] ?? ''),
        ` ${percent(confidence, 0)}`,
      ),
      element('span', { class: 'thumb-label' }, right ? 'right' : `is ${this.#classes[label]}`),
    );
    root.addEventListener('click', () => this.#choose(image));
    const tile = { image, root, picture };
    this.#tiles.set(at, tile);
    return tile;
  }

  #choose(image: PanelImage): void {
    this.#chosen = image;
    for (const { root, image: other } of this.#tiles.values()) {
      root.setAttribute('aria-pressed', String(other.at === image.at));
    }
    const { path, label, predicted, confidence, labelProbability } = image;
    this.#detailText.replaceChildren(
      element('div', { class: 'detail-name' }, path),
      element(
        'div',
        {},
        'Predicted ',
        element('strong', {}, this.#classes[predicted] ?? ''),
        ` ${percent(confidence)}`,
      ),
      element('div', {}, 'Label ', element('strong', {}, this.#classes[label] ?? ''), ` ${percent(labelProbability)}`),
    );
    const source = this.#tiles.get(image.at)?.picture.getAttribute('src') ?? null;
    this.#heat.clear(source, path);
    setHidden(this.#detail, false);
    this.#explain();
  }

  #explain(): void {
    if (!this.#chosen) return;
    this.#heat.say('Looking for what counts…');
    this.#listeners.onSaliency(this.#chosen.at, this.#method, this.#of);
  }

  #buttons(): HTMLElement[] {
    return [...this.#tiles.values()].map(({ root }) => root);
  }

  /** As many as stand in the first row now. */
  #columns(): number {
    const all = this.#buttons();
    const top = all[0]?.offsetTop;
    const next = all.findIndex((node) => node.offsetTop !== top);
    return next < 0 ? all.length : next;
  }
}

export function titleOf(selection: ImageSelection, { classes, slices }: EvaluationReport): string {
  switch (selection.kind) {
    case 'worst':
      return 'Worst mistakes';
    case 'cell':
      return selection.label === selection.predicted
        ? `${classes[selection.label]}, recognised`
        : `${classes[selection.label]} taken for ${classes[selection.predicted]}`;
    case 'missed':
      return `${classes[selection.label]} taken for others`;
    case 'mistaken':
      return `Others taken for ${classes[selection.predicted]}`;
    case 'slice': {
      const slice = slices[selection.index];
      return slice ? `Slice: ${sliceText(slice)}` : 'Slice';
    }
  }
}
