import type { CatalogueField, CatalogueRow, ImageDetail } from '../../src/protocol/catalogue.ts';
import type { ModelOpinion } from '../../src/protocol/inspect-panel.ts';
import type { SaliencyMethod } from '../../src/protocol/saliency.ts';
import { segments } from '../ui/controls.ts';
import { type Child, element, setHidden, setText } from '../ui/dom.ts';
import { figure, percent } from '../ui/format.ts';
import { TilePicture } from '../ui/grid/image-tile.ts';
import { HeatView } from '../ui/heat-view.ts';
import { icon } from '../ui/icons.ts';
import { button } from '../ui/kit.ts';
import { bytesText, editText, fieldTitles, nameOf, rowText, valueText } from './fields.ts';

export interface DetailListeners {
  onClose(): void;
  onOpen(row: CatalogueRow, beside: boolean): void;
  onReveal(row: CatalogueRow): void;
  onCopyPath(row: CatalogueRow): void;
  onOpinion(row: CatalogueRow, model: string, saliency: SaliencyMethod | null): void;
  /** Another image of this one's neighbours or findings. */
  onShow(row: CatalogueRow): void;
  onPictures(rows: readonly CatalogueRow[]): void;
  picture(row: CatalogueRow): string | null | undefined;
}

/** Everything that is known of one image. */
export class DetailPane {
  readonly root: HTMLElement;
  readonly #listeners: DetailListeners;
  readonly #name = element('h2', { tabindex: -1 });
  readonly #path = element('div', { class: 'detail-path' });
  readonly #heat = new HeatView(0.6, () => undefined);
  readonly #actions = element('div', { class: 'actions' });
  readonly #facts = element('div', { class: 'detail-parts' });
  readonly #model = element('section', { class: 'detail-part' });
  readonly #modelSelect = element('select', { id: 'detail-model' });
  readonly #opinion = element('div', {});
  #detail: ImageDetail | null = null;
  #uri: string | null = null;
  #models: readonly { folder: string; name: string }[] = [];
  #method: SaliencyMethod = 'grad-cam';
  #small: { row: CatalogueRow; tile: TilePicture }[] = [];

  constructor(listeners: DetailListeners) {
    this.#listeners = listeners;
    const close = element('button', { class: 'icon-button', type: 'button', 'aria-label': 'Close the details' });
    close.append(icon('close'));
    close.addEventListener('click', () => listeners.onClose());
    const act = (label: string, name: Parameters<typeof icon>[0], run: (row: CatalogueRow) => void) =>
      button(label, {
        appearance: 'secondary',
        icon: icon(name),
        onClick: () => this.#detail && run(this.#detail.row),
      });
    this.#actions.append(
      act('Open', 'image', (row) => listeners.onOpen(row, false)),
      act('Beside', 'openRun', (row) => listeners.onOpen(row, true)),
      act('Reveal', 'folder', (row) => listeners.onReveal(row)),
      act('Copy path', 'copy', (row) => listeners.onCopyPath(row)),
    );
    this.#makeModel();
    this.root = element(
      'aside',
      { class: 'detail-pane', 'aria-label': 'Image', hidden: true },
      element('div', { class: 'detail-top' }, this.#name, close),
      this.#heat.root,
      this.#path,
      this.#actions,
      this.#model,
      this.#facts,
    );
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      listeners.onClose();
    });
  }

  get image(): CatalogueRow | null {
    return this.#detail?.row ?? null;
  }

  set models(models: readonly { folder: string; name: string }[]) {
    if (JSON.stringify(models) === JSON.stringify(this.#models)) return;
    const before = this.#modelSelect.value;
    this.#models = models;
    this.#modelSelect.replaceChildren(...models.map(({ folder, name }) => element('option', { value: folder }, name)));
    if (models.some(({ folder }) => folder === before)) this.#modelSelect.value = before;
    setHidden(this.#model, models.length === 0);
  }

  show(detail: ImageDetail, uri: string | null): void {
    const isSame = this.#detail?.row.id === detail.row.id && this.#uri === uri;
    this.#detail = detail;
    this.#uri = uri;
    setHidden(this.root, false);
    setText(this.#name, nameOf(detail.row.path));
    setText(this.#path, detail.file);
    if (!isSame) {
      this.#heat.clear(uri, rowText(detail.row));
      this.#opinion.replaceChildren();
    }
    if (uri === null) this.#heat.say('The picture can not be drawn.');
    this.#small = [];
    this.#facts.replaceChildren(...partsOf(detail, (rows, text) => this.#strip(rows, text)));
    this.#listeners.onPictures(this.#small.map(({ row }) => row));
  }

  /** Before the details are there. */
  showRow(row: CatalogueRow): void {
    setHidden(this.root, false);
    setText(this.#name, nameOf(row.path));
    setText(this.#path, row.path);
  }

  hide(): void {
    this.#detail = null;
    setHidden(this.root, true);
  }

  focus(): void {
    this.#name.focus();
  }

  /** Small pictures have come. */
  refresh(): void {
    for (const { row, tile } of this.#small) tile.show(this.#listeners.picture(row));
  }

  showOpinion(image: number, opinion: ModelOpinion): void {
    if (this.#detail?.row.id !== image) return;
    const { top, saliency, message } = opinion;
    this.#opinion.replaceChildren(probabilityBars(top), message ? element('p', { class: 'quiet' }, message) : '');
    this.#heat.say('');
    if (saliency) {
      const text = `${nameOf(this.#detail.row.path)}: where the model sees ${saliency.label}, ${percent(saliency.probability)}`;
      this.#heat.show(saliency.image, saliency.heat, text);
    }
  }

  #makeModel(): void {
    const ask = (saliency: SaliencyMethod | null) => {
      if (!this.#detail || this.#modelSelect.value === '') return;
      this.#heat.say(saliency ? 'Looking for what counts…' : 'Asking the model…');
      this.#listeners.onOpinion(this.#detail.row, this.#modelSelect.value, saliency);
    };
    const methods = [
      ['grad-cam', 'Grad-CAM'],
      ['occlusion', 'Occlusion'],
    ] as const;
    this.#model.append(
      element('h3', {}, 'What a model sees'),
      element('span', { class: 'field' }, element('label', { for: 'detail-model' }, 'Run'), this.#modelSelect),
      segments('by', 'detail-method', methods, this.#method, (method) => {
        this.#method = method;
      }),
      element(
        'div',
        { class: 'actions' },
        button('Predict', { appearance: 'secondary', icon: icon('classify'), onClick: () => ask(null) }),
        button('Where it looks', { appearance: 'secondary', icon: icon('eye'), onClick: () => ask(this.#method) }),
      ),
      this.#opinion,
    );
    setHidden(this.#model, true);
  }

  #strip(rows: readonly CatalogueRow[], text: (row: CatalogueRow) => string): HTMLElement {
    return element(
      'div',
      { class: 'strip' },
      ...rows.map((row) => {
        const tile = new TilePicture();
        tile.show(this.#listeners.picture(row));
        this.#small.push({ row, tile });
        const node = element(
          'button',
          { class: 'strip-item', type: 'button', title: row.path, 'aria-label': `${rowText(row)}, ${text(row)}` },
          tile.root,
          element('span', { class: 'strip-text' }, text(row)),
        );
        node.addEventListener('click', () => this.#listeners.onShow(row));
        return node;
      }),
    );
  }
}

type Strip = (rows: readonly CatalogueRow[], text: (row: CatalogueRow) => string) => HTMLElement;

function partsOf(detail: ImageDetail, strip: Strip): HTMLElement[] {
  const { row, findings, neighbours, history, probabilities, exif, measures } = detail;
  const parts = [part('Label', facts(labelFacts(row)))];
  if (probabilities && probabilities.length > 0) {
    parts.push(part('Probabilities of the label model', probabilityBars(probabilities.slice(0, 5))));
  }
  for (const finding of findings) {
    const evidence = Object.entries(finding.evidence).map(([name, value]) => [name, evidenceText(value)] as const);
    parts.push(
      part(
        finding.kind.replaceAll('-', ' '),
        facts([['score', figure(finding.score, 3)], ...evidence]),
        finding.with.length > 0 ? strip(finding.with, (other) => other.label ?? nameOf(other.path)) : null,
      ),
    );
  }
  if (neighbours.length > 0) {
    const similarity = new Map(neighbours.map((entry) => [entry.row.id, entry.similarity]));
    const text = (other: CatalogueRow) => `${other.label ?? '–'} ${percent(similarity.get(other.id) ?? null, 0)}`;
    parts.push(
      part(
        'Most similar',
        strip(
          neighbours.map((entry) => entry.row),
          text,
        ),
      ),
    );
  }
  if (history.length > 0) {
    const lines = history.map(({ at, text }) =>
      element('li', {}, element('span', { class: 'quiet' }, at.slice(0, 16).replace('T', ' ')), ` ${text}`),
    );
    parts.push(part('Edits', element('ul', { class: 'history' }, ...lines)));
  }
  parts.push(part('File', facts(fileFacts(detail))));
  const known = Object.entries(measures) as [CatalogueField, number][];
  if (known.length > 0) {
    parts.push(part('Measures', facts(known.map(([name, value]) => [fieldTitles[name], valueText(name, value)]))));
  }
  if (exif.length > 0) parts.push(part('Camera', facts(exif.map(({ name, value }) => [name, value]))));
  return parts;
}

function labelFacts(row: CatalogueRow): [string, string][] {
  const list: [string, string][] = [['class', row.label ?? 'none']];
  if (row.split !== null) list.push(['split', row.split]);
  if (row.predicted !== null) list.push(['predicted', `${row.predicted} ${percent(row.confidence, 0)}`]);
  if (row.givenConfidence !== null) list.push(['confidence in the label', percent(row.givenConfidence, 1)]);
  const edit = editText(row);
  if (edit !== null) list.push(['edit', edit]);
  return list;
}

function fileFacts({ row, format, modified, perceptualHash }: ImageDetail): [string, string][] {
  const list: [string, string][] = [
    ['size', `${row.width} × ${row.height}`],
    ['format', format],
    ['bytes', bytesText(row.bytes)],
    ['content', row.hash],
  ];
  if (perceptualHash !== null) list.push(['perceptual hash', perceptualHash]);
  if (modified !== null) list.push(['modified', new Date(modified).toISOString().slice(0, 16).replace('T', ' ')]);
  return list;
}

function part(title: string, ...children: Child[]): HTMLElement {
  return element('section', { class: 'detail-part' }, element('h3', {}, title), ...children);
}

function facts(list: readonly (readonly [string, string])[]): HTMLElement {
  return element(
    'dl',
    { class: 'detail-facts' },
    ...list.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}

function evidenceText(value: string | number | boolean | null): string {
  if (typeof value === 'number') return figure(value, 3);
  return value === null ? '–' : String(value);
}

function probabilityBars(list: readonly { label: string; probability: number }[]): HTMLElement {
  return element(
    'div',
    { class: 'probabilities' },
    ...list.map(({ label, probability }) => {
      const fill = element('span', { class: 'probability-fill' });
      fill.style.width = `${probability * 100}%`;
      return element(
        'div',
        { class: 'probability' },
        element('span', { class: 'probability-name' }, label),
        element('span', { class: 'probability-track' }, fill),
        element('span', { class: 'probability-value' }, percent(probability)),
      );
    }),
  );
}
