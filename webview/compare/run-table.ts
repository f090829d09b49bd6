import type { ComparedRun, Verdict } from '../../src/protocol/compare.ts';
import type { CompareSettings } from '../../src/protocol/compare-panel.ts';
import { element, setAttribute } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { compareCells, deltaText, toneOf, valueText, verdictMark } from './cells.ts';
import type { Column, RunLine } from './run-line.ts';
import { lineSwatch } from './swatch.ts';
import { type CompareTheme, colorOf } from './theme.ts';

export interface TableData {
  lines: readonly RunLine[];
  columns: readonly Column[];
  best: Readonly<Record<string, readonly string[]>>;
  baseline: ComparedRun | undefined;
  pinned: boolean;
  verdicts: ReadonlyMap<string, Verdict>;
  settings: CompareSettings;
  theme: CompareTheme;
}

export interface TableListeners {
  hover(id: string | null): void;
  select(id: string): void;
  open(id: string): void;
  pin(id: string | null): void;
  toggle(id: string): void;
  sort(column: string): void;
  edit(id: string, change: { tags?: string[]; note?: string }): void;
}

/** Pixels; the CSS has the same. */
const rowHeight = 28;
/** Rows above and below the visible ones that are there as well. */
const margin = 8;

/** The runs: what differs first, then verdict and figures. Only the rows in sight are in the page. */
export class RunTable {
  readonly root: HTMLElement;
  readonly #grid: HTMLElement;
  readonly #header = element('div', { class: 'row row-head', role: 'row', 'aria-rowindex': 1 });
  readonly #body = element('div', { class: 'rows', role: 'rowgroup' });
  readonly #rows = new Map<string, { root: HTMLElement; key: string }>();
  readonly #listeners: TableListeners;
  #data: TableData | null = null;
  #order: RunLine[] = [];
  #active: string | null = null;
  #highlighted: string | null = null;
  #frame = 0;

  constructor(listeners: TableListeners) {
    this.#listeners = listeners;
    this.#grid = element(
      'div',
      {
        class: 'grid',
        role: 'grid',
        'aria-label':
          'Runs: Enter selects, B pins the baseline, O opens, T edits tags, N edits the note, H hides in charts',
      },
      element('div', { role: 'rowgroup', class: 'head-group' }, this.#header),
      this.#body,
    );
    this.root = element('div', { class: 'table' }, this.#grid);
    this.#grid.addEventListener('scroll', () => this.#schedule(), { passive: true });
    new ResizeObserver(() => this.#schedule()).observe(this.#grid);
    this.#grid.addEventListener('keydown', (event) => this.#key(event));
    this.#body.addEventListener('pointerover', (event) => this.#listeners.hover(rowOf(event.target)));
    this.#body.addEventListener('pointerleave', () => this.#listeners.hover(null));
    this.#body.addEventListener('click', (event) => this.#click(event));
    this.#body.addEventListener('dblclick', (event) => this.#doubleClick(event));
    this.#body.addEventListener('focusin', (event) => this.#focused(rowOf(event.target)));
  }

  /** Ids in the order of the table. */
  get order(): string[] {
    return this.#order.map(({ id }) => id);
  }

  update(data: TableData): void {
    this.#data = data;
    this.#order = sorted(data);
    if (!this.#order.some(({ id }) => id === this.#active)) this.#active = this.#order[0]?.id ?? null;
    this.#layOut();
    this.#drawHeader();
    for (const [id, { root }] of this.#rows) {
      if (this.#order.some((line) => line.id === id)) continue;
      root.remove();
      this.#rows.delete(id);
    }
    this.#drawRows();
  }

  highlight(id: string | null): void {
    if (this.#highlighted) this.#rows.get(this.#highlighted)?.root.classList.remove('highlighted');
    this.#highlighted = id;
    if (id) this.#rows.get(id)?.root.classList.add('highlighted');
  }

  /** Brings a run into sight. */
  reveal(id: string): void {
    const at = this.#order.findIndex((line) => line.id === id);
    if (at < 0) return;
    const top = at * rowHeight;
    const seen = this.#grid.clientHeight - 2 * rowHeight;
    if (top < this.#grid.scrollTop || top > this.#grid.scrollTop + seen) this.#grid.scrollTop = top - seen / 2;
  }

  #layOut(): void {
    const { columns, lines } = this.#data!;
    const widths = columns.map((column) => {
      const longest = Math.max(...lines.map(({ run }) => valueText(column.read(run), column).length), 4);
      const delta = column.metric ? 7.5 : 0;
      return `${Math.min(24, Math.max(Math.min(shortLabel(column.label).length + 3, 15), longest + delta + 3))}ch`;
    });
    const params = widths.filter((_, at) => columns[at]!.metric === null);
    const metrics = widths.filter((_, at) => columns[at]!.metric !== null);
    const template = ['280px', ...params, '19ch', ...metrics, '16ch', '32ch'].join(' ');
    this.#grid.style.setProperty('--columns', template);
    this.#body.style.height = `${this.#order.length * rowHeight}px`;
    setAttribute(this.#grid, 'aria-rowcount', this.#order.length + 1);
  }

  #drawHeader(): void {
    const { columns, settings } = this.#data!;
    const heads = [
      { key: 'name', label: 'Run', title: 'Run', numeric: false, group: '' },
      ...columns.filter(({ metric }) => !metric).map((column) => ({ ...headOf(column), group: 'param' })),
      {
        key: 'verdict',
        label: 'Verdict',
        title: 'Is the difference in accuracy from the baseline real?',
        numeric: false,
        group: '',
      },
      ...columns.filter(({ metric }) => metric).map((column) => ({ ...headOf(column), group: 'metric' })),
      { key: 'tags', label: 'Tags', title: 'Tags', numeric: false, group: '' },
      { key: 'note', label: 'Note', title: 'Note', numeric: false, group: '' },
    ];
    const focused = (document.activeElement as HTMLElement | null)?.dataset?.column;
    this.#header.replaceChildren(
      ...heads.map(({ key, label, title, numeric, group }) => {
        const isSorted = settings.sort?.column === key;
        const direction = isSorted ? (settings.sort?.descending ? 'descending' : 'ascending') : null;
        const arrow = direction
          ? element('span', { class: 'arrow', 'aria-hidden': 'true' }, direction === 'ascending' ? '↑' : '↓')
          : null;
        const head = element(
          'button',
          { type: 'button', class: 'head-button', title: `${title}: sort`, 'data-column': key },
          element('span', { class: 'head-text' }, label),
          arrow,
        );
        head.addEventListener('click', () => this.#listeners.sort(key));
        const classes = `cell${numeric ? ' numeric' : ''}${group === 'param' ? ' param' : ''}${key === 'name' ? ' cell-name' : ''}`;
        return element('div', { class: classes, role: 'columnheader', 'aria-sort': direction }, head);
      }),
    );
    if (focused) this.#header.querySelector<HTMLElement>(`[data-column="${CSS.escape(focused)}"]`)?.focus();
  }

  #schedule(): void {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#data) this.#drawRows();
    });
  }

  #drawRows(): void {
    const { scrollTop, clientHeight } = this.#grid;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - margin);
    const last = Math.min(this.#order.length, Math.ceil((scrollTop + clientHeight) / rowHeight) + margin);
    const wanted = new Set(this.#order.slice(first, last).map(({ id }) => id));
    if (this.#active) wanted.add(this.#active);
    for (const [id, { root }] of this.#rows) {
      if (wanted.has(id) || root.contains(document.activeElement)) continue;
      root.remove();
      this.#rows.delete(id);
    }
    for (const [at, line] of this.#order.entries()) {
      if (wanted.has(line.id)) this.#drawRow(line, at);
    }
  }

  #drawRow(line: RunLine, at: number): void {
    const data = this.#data!;
    const verdict = data.verdicts.get(line.id);
    const { settings } = data;
    const isHidden = settings.hiddenRuns.includes(line.id);
    const key = JSON.stringify([
      line.run,
      line.look,
      verdict?.text,
      data.baseline?.metrics,
      data.baseline?.id,
      data.pinned,
      isHidden,
      settings.selected === line.id,
      data.theme.palette,
      data.columns.map((column) => [column.key, data.best[column.metric?.name ?? '']?.includes(line.id)]),
    ]);
    const known = this.#rows.get(line.id);
    const root = known?.root ?? element('div', { role: 'row' });
    if (!known) this.#body.append(root);
    root.style.transform = `translateY(${at * rowHeight}px)`;
    setAttribute(root, 'aria-rowindex', at + 2);
    setAttribute(root, 'tabindex', line.id === this.#active ? 0 : -1);
    root.dataset.run = line.id;
    const selected = settings.selected === line.id;
    root.className = `row${selected ? ' selected' : ''}${line.id === this.#highlighted ? ' highlighted' : ''}${isHidden ? ' hidden-run' : ''}`;
    setAttribute(root, 'aria-selected', String(selected));
    if (known?.key === key || root.querySelector('input.edit')) return;
    this.#rows.set(line.id, { root, key });
    root.replaceChildren(...this.#cells(line, verdict, isHidden));
  }

  #cells({ run, look }: RunLine, verdict: Verdict | undefined, isHidden: boolean): HTMLElement[] {
    const { columns, baseline, pinned, best, theme } = this.#data!;
    const isBaseline = run.id === baseline?.id;
    const name = element(
      'div',
      { class: 'cell cell-name', role: 'rowheader' },
      lineSwatch(colorOf(theme, look), look, isHidden),
      element(
        'span',
        { class: 'name', title: run.foreign ? `${run.name} (${run.foreign}, read-only)` : run.name },
        run.name,
      ),
      run.foreign ? element('span', { class: 'badge' }, run.foreign) : null,
      isBaseline
        ? element(
            'span',
            {
              class: 'badge badge-baseline',
              title: pinned ? 'Pinned as baseline' : 'The oldest run is the baseline until one is pinned',
            },
            'baseline',
          )
        : null,
      run.state === 'running' || run.state === 'starting'
        ? element('span', { class: 'live', title: 'Training', role: 'img', 'aria-label': 'training' })
        : null,
      element(
        'span',
        { class: 'row-actions' },
        rowButton('hide', isHidden ? 'Show in charts (H)' : 'Hide in charts (H)', isHidden ? 'eyeClosed' : 'eye'),
        run.foreign
          ? null
          : rowButton('pin', isBaseline && pinned ? 'Unpin the baseline (B)' : 'Pin as baseline (B)', 'pin'),
        rowButton('open', run.foreign ? 'Reveal its folder (O)' : 'Open the run (O)', 'openRun'),
      ),
    );
    const params = columns
      .filter(({ metric }) => !metric)
      .map((column) => {
        const value = column.read(run);
        const isSame = baseline && !isBaseline && value === column.read(baseline);
        const text = valueText(value, column);
        return element(
          'div',
          {
            class: `cell param${typeof value === 'number' ? ' numeric' : ''}${isSame ? ' same' : ''}`,
            role: 'gridcell',
            title: text,
          },
          text,
        );
      });
    const metrics = columns
      .filter(({ metric }) => metric)
      .map((column) => {
        const value = column.read(run);
        const reference = baseline && !isBaseline ? column.read(baseline) : undefined;
        const delta = typeof value === 'number' && typeof reference === 'number' ? value - reference : null;
        const change = delta === null ? '' : deltaText(delta, column.metric!);
        const tone = delta === null || change === '±0' ? null : toneOf(delta, column.metric!);
        const isBest = best[column.metric!.name]?.includes(run.id) === true;
        return element(
          'div',
          {
            class: `cell numeric${isBest ? ' best' : ''}`,
            role: 'gridcell',
            title: isBest ? 'Best of these runs' : null,
          },
          element('span', {}, valueText(value, column)),
          element('span', { class: `delta${tone ? ` tone-${tone}` : ''}` }, change),
        );
      });
    return [name, ...params, verdictCell(verdict, isBaseline), ...metrics, tagsCell(run), noteCell(run)];
  }

  #click(event: MouseEvent): void {
    const id = rowOf(event.target);
    if (!id || (event.target as HTMLElement).closest('input')) return;
    const action = (event.target as HTMLElement).closest<HTMLElement>('[data-action]')?.dataset.action;
    this.#act(id, action ?? 'select');
  }

  #doubleClick(event: MouseEvent): void {
    const id = rowOf(event.target);
    const field = (event.target as HTMLElement).closest<HTMLElement>('[data-edit]')?.dataset.edit;
    if (id && field) this.#edit(id, field as 'tags' | 'note');
    else if (id && (event.target as HTMLElement).closest('.cell-name')) this.#listeners.open(id);
  }

  #focused(id: string | null): void {
    if (!id) return;
    if (id !== this.#active) {
      if (this.#active) setAttribute(this.#rows.get(this.#active)?.root ?? this.#header, 'tabindex', -1);
      this.#active = id;
      setAttribute(this.#rows.get(id)!.root, 'tabindex', 0);
    }
    this.#listeners.hover(id);
  }

  #act(id: string, action: string): void {
    const data = this.#data!;
    if (action === 'select') this.#listeners.select(id);
    else if (action === 'open') this.#listeners.open(id);
    else if (action === 'pin') this.#listeners.pin(data.pinned && data.baseline?.id === id ? null : id);
    else if (action === 'hide') this.#listeners.toggle(id);
    else if (action === 'tags' || action === 'note') this.#edit(id, action);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest('input, .row-head'))
      return;
    const at = this.#order.findIndex(({ id }) => id === this.#active);
    if (at < 0) return;
    const page = Math.max(1, Math.floor(this.#grid.clientHeight / rowHeight) - 2);
    const moves: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      PageUp: at - page,
      PageDown: at + page,
      Home: 0,
      End: this.#order.length - 1,
    };
    const actions: Record<string, string> = {
      Enter: 'select',
      ' ': 'select',
      b: 'pin',
      o: 'open',
      h: 'hide',
      t: 'tags',
      n: 'note',
    };
    const move = moves[event.key];
    if (move !== undefined) this.#moveTo(Math.min(this.#order.length - 1, Math.max(0, move)));
    else if (actions[event.key]) {
      if ((event.target as HTMLElement).closest('button') && (event.key === 'Enter' || event.key === ' ')) return;
      this.#act(this.#active!, actions[event.key]!);
    } else return;
    event.preventDefault();
  }

  #moveTo(at: number): void {
    const line = this.#order[at]!;
    const before = this.#active;
    this.#active = line.id;
    if (before && before !== line.id) setAttribute(this.#rows.get(before)?.root ?? this.#header, 'tabindex', -1);
    this.reveal(line.id);
    this.#drawRows();
    this.#rows.get(line.id)?.root.focus({ preventScroll: true });
  }

  /** In place: Enter keeps, Escape gives up. */
  #edit(id: string, field: 'tags' | 'note'): void {
    const line = this.#order.find((entry) => entry.id === id);
    const row = this.#rows.get(id);
    const cell = row?.root.querySelector<HTMLElement>(`[data-edit="${field}"]`);
    if (!line || !row || !cell || line.run.foreign || cell.querySelector('input')) return;
    const { run } = line;
    const before = field === 'tags' ? run.tags.join(', ') : run.note;
    const label = field === 'tags' ? `Tags of ${run.name}, separated by commas` : `Note on ${run.name}`;
    const input = element('input', { class: 'edit', type: 'text', 'aria-label': label });
    input.value = before;
    let over = false;
    const end = (keep: boolean) => {
      if (over) return;
      over = true;
      if (keep && input.value !== before) {
        this.#listeners.edit(id, field === 'tags' ? { tags: input.value.split(',') } : { note: input.value });
      }
      input.remove();
      row.key = '';
      this.#drawRows();
      row.root.focus({ preventScroll: true });
    };
    input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') end(true);
      else if (event.key === 'Escape') end(false);
      event.stopPropagation();
    });
    input.addEventListener('blur', () => end(true));
    cell.replaceChildren(input);
    input.focus();
    input.select();
  }
}

function sorted({ lines, columns, settings, verdicts }: TableData): RunLine[] {
  const { sort } = settings;
  const column = columns.find(({ key }) => key === sort?.column);
  const read = (line: RunLine) => {
    if (column) return column.read(line.run);
    if (sort?.column === 'name') return line.name;
    if (sort?.column === 'tags') return line.run.tags.join(' ') || undefined;
    if (sort?.column === 'note') return line.run.note || undefined;
    return sort?.column === 'verdict' ? verdicts.get(line.id)?.figures?.metrics.accuracy?.difference : undefined;
  };
  if (!sort) return [...lines];
  return lines.toSorted((a, b) => compareCells(read(a), read(b), sort.descending));
}

function headOf({ key, label, metric }: Column) {
  const title = metric ? `${metric.label}, and the difference from the baseline` : key.slice('param:'.length);
  return { key, label: shortLabel(label), title, numeric: metric !== null };
}

/** Room in a table's head is scarce. */
function shortLabel(label: string): string {
  return label.replace(/^Validation /, 'Val. ').replace(/^Training /, 'Train ');
}

function verdictCell(verdict: Verdict | undefined, isBaseline: boolean): HTMLElement {
  if (isBaseline || !verdict) return element('div', { class: 'cell quiet', role: 'gridcell' }, '');
  const { sign, text, tone } = verdictMark(verdict);
  return element(
    'div',
    { class: `cell verdict tone-${tone}`, role: 'gridcell', title: verdict.text },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    text,
  );
}

function tagsCell(run: ComparedRun): HTMLElement {
  const tags = run.tags.map((tag) => element('span', { class: 'tag' }, tag));
  return element(
    'div',
    {
      class: 'cell editable',
      role: 'gridcell',
      'data-edit': 'tags',
      title: `${run.tags.join(', ') || 'No tags'} (double-click or T edits)`,
    },
    ...tags,
  );
}

function noteCell(run: ComparedRun): HTMLElement {
  return element(
    'div',
    {
      class: 'cell editable',
      role: 'gridcell',
      'data-edit': 'note',
      title: `${run.note || 'No note'} (double-click or N edits)`,
    },
    run.note,
  );
}

function rowButton(action: string, title: string, name: 'pin' | 'openRun' | 'eye' | 'eyeClosed'): HTMLElement {
  return element(
    'button',
    { type: 'button', tabindex: -1, title, 'aria-label': title, 'data-action': action },
    icon(name),
  );
}

function rowOf(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>('.row[data-run]')?.dataset.run ?? null) : null;
}
