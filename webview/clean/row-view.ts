import type { CatalogueRow } from '../../src/protocol/catalogue.ts';
import type { CleanRow } from '../../src/protocol/clean-panel.ts';
import { element } from '../ui/dom.ts';
import { percent } from '../ui/format.ts';
import { kindTexts } from './kinds.ts';
import type { Pictures } from './pictures.ts';
import { type ActKey, actKeys, differences, fileName, folderName } from './row-text.ts';

export interface RowContext {
  pictures: Pictures;
  /** Undefined: not asked for yet. */
  neighbours: readonly { row: CatalogueRow; similarity: number }[] | undefined;
  selected: boolean;
  active: boolean;
  /** Image of the row that acts are about. */
  at: number;
  onAct(act: ActKey['act']): void;
  onImage(at: number): void;
}

/** Height of a row by its looks, pixels. */
export const rowHeights = { label: 146, copies: 168, picture: 116, set: 64 } as const;

/** Fills a row's element with a candidate. */
export function fillRow(node: HTMLElement, row: CleanRow, context: RowContext): void {
  const { look } = kindTexts[row.kind];
  node.className = context.active ? 'row row-active' : 'row';
  node.dataset.look = look;
  node.dataset.key = row.key;
  node.dataset.decided = row.decided?.what ?? '';
  node.setAttribute('aria-selected', String(context.selected));
  node.setAttribute('aria-label', ariaLabel(row));
  node.replaceChildren(
    element('span', { class: 'row-mark', 'aria-hidden': 'true' }),
    ...(look === 'copies' ? copies(row, context) : look === 'set' ? [setText(row)] : single(row, context)),
    verdict(row, context),
  );
}

function single(row: CleanRow, context: RowContext): Node[] {
  const [image] = row.images;
  if (!image) return [setText(row)];
  const isLabel = kindTexts[row.kind].look === 'label';
  return [
    picture(image, context, 'row-picture'),
    element(
      'div',
      { class: 'row-text' },
      isLabel
        ? labels(image, row)
        : element(
            'div',
            { class: 'row-title' },
            row.kind === 'unreadable' ? fileName(image.path) : (image.label ?? 'no label'),
          ),
      isLabel ? bars(image, row) : null,
      element('div', { class: 'row-why' }, [row.why, agreement(row, context)].filter(Boolean).join('; ')),
      element(
        'div',
        { class: 'row-path', title: image.path },
        element('bdi', {}, row.kind === 'unreadable' ? '' : fileName(image.path)),
        element('span', { class: 'quiet' }, ` ${folderName(image.path)}`),
      ),
    ),
    isLabel || row.kind === 'outlier' ? neighbours(row, context) : null,
  ].filter((part) => part !== null);
}

/** What the most similar images say of the suggestion. */
function agreement({ suggested }: CleanRow, { neighbours: found }: RowContext): string {
  if (suggested === null || !found || found.length === 0) return '';
  const same = found.filter(({ row }) => (row.edit?.label ?? row.label) === suggested).length;
  return `${same} of ${found.length} most similar are ${suggested}`;
}

function labels(image: CatalogueRow, { suggested }: CleanRow): HTMLElement {
  const given = element('span', { class: 'label-given' }, image.label ?? 'no label');
  if (suggested === null || suggested === image.label) return element('div', { class: 'row-title' }, given);
  return element(
    'div',
    { class: 'row-title' },
    given,
    element('span', { class: 'label-arrow', 'aria-hidden': 'true' }, '→'),
    element('strong', { class: 'label-suggested' }, suggested),
  );
}

function bars(image: CatalogueRow, { suggested }: CleanRow): HTMLElement {
  const bar = (name: string, value: number | null, tone: string) => {
    const fill = element('span', { class: `bar-share ${tone}` });
    fill.style.width = `${Math.round((value ?? 0) * 100)}%`;
    return element(
      'div',
      { class: 'row-bar' },
      element('span', { class: 'row-bar-name' }, name),
      element('span', { class: 'row-bar-track' }, fill),
      element('span', { class: 'row-bar-value' }, percent(value, 0)),
    );
  };
  const best = image.predicted ?? suggested;
  return element(
    'div',
    { class: 'row-bars' },
    best === null ? null : bar(best, image.confidence, 'bar-best'),
    image.label === null || image.label === best ? null : bar(image.label, image.givenConfidence, 'bar-given'),
  );
}

function neighbours({ suggested, images }: CleanRow, context: RowContext): HTMLElement {
  const label = images[0]?.label ?? null;
  const list = context.neighbours ?? [];
  const nodes = list.map(({ row, similarity }) => {
    const shown = row.edit?.label ?? row.label ?? '–';
    const tone = shown === suggested ? 'like-suggested' : shown === label ? 'like-given' : '';
    return element(
      'li',
      { class: 'neighbour', title: `${row.path}\nsimilarity ${similarity.toFixed(3)}` },
      picture(row, context, 'neighbour-picture'),
      element('span', { class: `neighbour-label ${tone}` }, shown),
    );
  });
  return element(
    'div',
    { class: 'row-neighbours' },
    element('div', { class: 'row-caption' }, nodes.length > 0 ? 'Most similar' : ''),
    element('ul', {}, ...nodes),
  );
}

function copies(row: CleanRow, context: RowContext): Node[] {
  const differ = differences(row.images);
  const cards = row.images.slice(0, 8).map((image, i) => {
    const edit = image.edit;
    const out = edit?.deleted ? 'trash' : edit?.excluded ? 'excluded' : '';
    const facts = [
      ['label', edit?.label ?? image.label ?? '–'],
      ['split', edit?.split ?? image.split ?? ''],
      ['size', `${image.width} × ${image.height}`],
    ] as const;
    const card = element(
      'div',
      { class: `copy${i === context.at && context.active ? ' copy-at' : ''}`, 'data-out': out },
      picture(image, context, 'copy-picture'),
      element(
        'div',
        { class: 'copy-facts' },
        ...facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) =>
            element('span', { class: differ.has(name) ? `copy-differs copy-${name}` : '' }, value),
          ),
      ),
      element('div', { class: 'copy-name', title: image.path }, out || fileName(image.path)),
    );
    card.addEventListener('mousedown', () => context.onImage(i));
    return card;
  });
  const more = row.images.length - cards.length;
  return [
    element('div', { class: 'copies' }, ...cards, more > 0 ? element('span', { class: 'quiet' }, `+ ${more}`) : null),
    element('div', { class: 'row-text row-text-copies' }, element('div', { class: 'row-why' }, row.why)),
  ];
}

function setText(row: CleanRow): HTMLElement {
  return element('div', { class: 'row-text' }, element('div', { class: 'row-why row-why-set' }, row.why));
}

function verdict(row: CleanRow, context: RowContext): HTMLElement {
  if (row.decided) {
    return element('div', { class: 'row-verdict' }, element('span', { class: 'verdict-chip' }, row.decided.text));
  }
  const buttons = actKeys(row).map(({ act, key, text, title }) => {
    const node = element(
      'button',
      { class: 'act', type: 'button', tabindex: '-1', title },
      element('kbd', {}, key),
      text,
    );
    node.addEventListener('click', (event) => {
      event.stopPropagation();
      context.onAct(act);
    });
    return node;
  });
  return element('div', { class: 'row-verdict row-acts' }, ...buttons);
}

function picture(image: { path: string; hash: string }, { pictures }: RowContext, name: string): HTMLElement {
  const node = element('img', { alt: '', draggable: 'false' });
  pictures.show(node, image);
  return element('span', { class: `${name} picture` }, node);
}

function ariaLabel(row: CleanRow): string {
  const [image] = row.images;
  const what = image ? `${fileName(image.path)}, labelled ${image.label ?? 'nothing'}` : kindTexts[row.kind].title;
  const suggested = row.suggested && row.suggested !== image?.label ? `, suggested ${row.suggested}` : '';
  return `${what}${suggested}. ${row.why}${row.decided ? `. ${row.decided.text}` : ''}`;
}
