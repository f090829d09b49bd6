import type { CatalogueRow, StyleNote } from '../../src/protocol/catalogue.ts';
import { keyOf } from '../../src/protocol/clean-keys.ts';
import type {
  CleanAct,
  CleanList,
  CleanPanelState,
  CleanRow,
  FromCleanPanel,
  ToCleanPanel,
} from '../../src/protocol/clean-panel.ts';
import { defaultThresholds, type FindingKind, findingKinds } from '../../src/protocol/findings.ts';
import type { Bus } from '../ui/bus.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button, checkbox, progressRing } from '../ui/kit.ts';
import { noticeParts } from '../ui/notice.ts';
import { ApplyView } from './apply-view.ts';
import { ClassPicker } from './class-picker.ts';
import { CleanHeader } from './header.ts';
import { KeyHelp } from './help.ts';
import { HistoryView } from './history-view.ts';
import { actCommand, isPlainKey, type ListCommand, listCommand } from './keys.ts';
import { KindList } from './kind-list.ts';
import { kindTexts } from './kinds.ts';
import { LabelBar } from './label-bar.ts';
import { Labelling } from './labelling.ts';
import { Pictures } from './pictures.ts';
import { RowList } from './row-list.ts';
import { actKeys } from './row-text.ts';
import { fillRow, rowHeights } from './row-view.ts';
import { StyleLine } from './style-line.ts';

type Message<Type extends ToCleanPanel['type']> = Extract<ToCleanPanel, { type: Type }>;

/** Milliseconds that typing and sliding may rest before the list follows. */
const SETTLE_MS = 200;

/** Candidates of all kinds, one row each, decided with one key each. */
export class CleanPanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToCleanPanel, FromCleanPanel, CleanPanelState>;
  readonly #header: CleanHeader;
  readonly #kinds: KindList;
  readonly #bar: LabelBar;
  readonly #list: RowList<CleanRow>;
  readonly #history: HistoryView;
  readonly #labelling: Labelling;
  readonly #apply: ApplyView;
  readonly #pictures: Pictures;
  /** For the one image that is to be labelled. */
  readonly #large: Pictures;
  readonly #picker = new ClassPicker();
  readonly #help = new KeyHelp(() => this.#bus.post({ type: 'changeKeys' }));
  readonly #notice = element('section', { class: 'notice clean-notice', hidden: true });
  readonly #title = element('h2', { class: 'list-title' });
  readonly #query: HTMLInputElement;
  readonly #issues: HTMLElement;
  readonly #styleLine = new StyleLine((query) => this.#bus.post({ type: 'inspect', query }));
  readonly #empty = element('div', { class: 'empty', hidden: true });
  readonly #status = element('div', { class: 'status', role: 'status' });
  readonly #hint = element('div', { class: 'hint', 'aria-hidden': 'true' });
  readonly #neighbours = new Map<string, { row: CatalogueRow; similarity: number }[]>();
  readonly #wanted = new Set<string>();
  readonly #selected = new Set<string>();
  #state: CleanPanelState;
  #classes: { name: string; count: number }[] = [];
  #style: readonly StyleNote[] = [];
  #source: string | null = null;
  #number = 0;
  #searched = false;
  /** How far the search for issues is; null: none is under way. */
  #searching: string | null = null;
  #ready = false;
  #image = 0;
  #anchor = 0;
  #settling = 0;

  constructor(bus: Bus<ToCleanPanel, FromCleanPanel, CleanPanelState>) {
    this.#bus = bus;
    const saved = bus.restore();
    this.#state = {
      source: saved.source ?? '',
      view: saved.view ?? 'issues',
      kind: saved.kind && findingKinds.includes(saved.kind) ? saved.kind : 'label',
      mode: saved.mode ?? 'both',
      score: saved.score ?? 'normalized-margin',
      thresholds: { ...defaultThresholds, ...saved.thresholds },
      text: saved.text ?? '',
      undecidedOnly: saved.undecidedOnly ?? false,
      budget: saved.budget ?? 200,
      at: saved.at ?? 0,
    };
    const post = (message: FromCleanPanel) => bus.post(message);
    this.#pictures = new Pictures((images) => post({ type: 'pictures', images, side: 256 }));
    this.#large = new Pictures((images) => post({ type: 'pictures', images, side: 512 }));
    this.#header = new CleanHeader(post, () => this.#show({ view: 'apply' }));
    this.#kinds = new KindList(this.#state.thresholds, defaultThresholds, {
      onKind: (kind) => this.#show({ view: 'issues', kind, at: 0 }),
      onView: (view) => this.#show({ view }),
      onPayoff: () => post({ type: 'showPayoff' }),
      onThresholds: (thresholds) => {
        this.#change({ thresholds });
        this.#settle(() => {
          this.#askCounts();
          this.#reset(0);
        });
      },
    });
    this.#bar = new LabelBar(
      this.#state,
      (change) => {
        this.#change(change);
        if (change.budget === undefined) this.#reset(0);
        this.#askSummary();
      },
      (given, actual) => this.#filter(`class:${quoted(given)} predicted:${quoted(actual)}`),
      () => post({ type: 'getWeights' }),
    );
    this.#list = new RowList<CleanRow>({
      label: 'Candidates',
      render: (node, row, index) => this.#render(node, row, index),
      ask: (offset, limit) => this.#askRows(offset, limit),
      onActive: (index) => this.#activated(index),
      onVisible: (from, to) => this.#wantNeighbours(from, to),
    });
    this.#history = new HistoryView(this.#pictures, {
      ask: (offset, limit) => post({ type: 'history', offset, limit }),
      onRevert: (id) => post({ type: 'revert', id }),
      onOpen: (path) => post({ type: 'open', path }),
    });
    this.#labelling = new Labelling(this.#pictures, this.#large, {
      ask: (offset, limit) => post({ type: 'unlabelled', list: this.#number, offset, limit }),
      onLabel: (image, to) => post({ type: 'label', images: [image], to }),
      onOther: (suggested) => void this.#otherClass(suggested),
      onAddImages: () => post({ type: 'addImages' }),
      onOpen: (path) => post({ type: 'open', path }),
    });
    this.#apply = new ApplyView({
      ask: () => post({ type: 'plan' }),
      onApply: () => post({ type: 'apply' }),
      onUndo: (id) => post({ type: 'undoApply', id }),
      onTrain: () => post({ type: 'train' }),
      onWrite: (what) => post({ type: what }),
      onBack: () => this.#show({ view: 'issues' }),
    });
    this.#query = element('input', {
      type: 'search',
      class: 'query',
      id: 'query',
      placeholder: 'Filter: class:rose blur<0.3 path words…',
      'aria-label': 'Filter',
      spellcheck: 'false',
    });
    this.#query.value = this.#state.text;
    this.#query.addEventListener('input', () => this.#settle(() => this.#filter(this.#query.value, false)));
    this.#query.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== 'Escape' && event.key !== 'ArrowDown') return;
      event.preventDefault();
      this.#list.root.focus();
    });
    const help = button('', {
      appearance: 'icon',
      title: 'Keys (?)',
      icon: icon('info'),
      onClick: () => this.#help.show(),
    });
    this.#issues = element(
      'section',
      { class: 'issues', 'aria-label': 'Candidates' },
      element(
        'div',
        { class: 'list-head' },
        this.#title,
        element('span', { class: 'clean-gap' }),
        this.#query,
        checkbox('Hide decided', this.#state.undecidedOnly, (undecidedOnly) => {
          this.#change({ undecidedOnly });
          this.#reset(0);
        }),
        help,
      ),
      this.#bar.root,
      this.#styleLine.root,
      this.#empty,
      this.#list.root,
    );
    this.root = element(
      'main',
      { class: 'clean' },
      this.#header.root,
      element(
        'div',
        { class: 'clean-body' },
        this.#kinds.root,
        element(
          'div',
          { class: 'clean-main' },
          this.#notice,
          this.#issues,
          this.#labelling.root,
          this.#history.root,
          this.#apply.root,
        ),
      ),
      element('footer', { class: 'clean-foot' }, this.#status, this.#hint),
      this.#picker.root,
      this.#help.root,
    );
    this.#list.root.addEventListener('keydown', (event) => this.#key(event));
    this.#list.root.addEventListener('mousedown', (event) => this.#pressed(event));
    this.#list.root.addEventListener('dblclick', () => this.#open());
    document.addEventListener('keydown', (event) => this.#keyElsewhere(event));
    for (const type of ['focus', 'blur'] as const) window.addEventListener(type, () => this.#tellFocus());
    bus.listen((message) => this.#receive(message));
    this.#showParts();
  }

  start(): void {
    this.#bus.post({ type: 'ready' });
    this.#askCounts();
    this.#tellFocus();
  }

  /** VS Code's keybindings for the panel hold while it has the keyboard. */
  #tellFocus(): void {
    this.#bus.post({ type: 'focus', focused: document.hasFocus() });
  }

  #receive(message: ToCleanPanel): void {
    switch (message.type) {
      case 'setup':
        this.#setUp(message);
        break;
      case 'state':
        this.#showState(message);
        break;
      case 'overview':
        this.#showOverview(message);
        break;
      case 'searching':
        this.#header.showSearch(message.text, message.share);
        this.#searching = message.text;
        this.#drawEmpty();
        break;
      case 'counts':
        this.#kinds.showCounts(message.counts);
        this.#counts = message.counts;
        this.#drawTitle();
        break;
      case 'payoff':
        this.#kinds.showPayoff(message.payoff);
        break;
      case 'rows':
        this.#rowsCame(message);
        break;
      case 'unlabelled':
        if (message.list !== this.#number) return;
        this.#kinds.showViewCount('unlabelled', message.total);
        this.#labelling.fill(message.offset, message.rows, message.total);
        break;
      case 'decided':
        this.#decided(message.rows);
        break;
      case 'labelled':
        this.#labelling.labelled(message.images);
        break;
      case 'edits':
        this.#header.showEdits(message.pending, message.total);
        if (this.#state.view === 'history') this.#history.refresh();
        return;
      case 'reload':
        this.#askCounts();
        this.#askSummary();
        // What came of applying stays in sight, though it is what has changed the lists.
        if (this.#state.view === 'unlabelled') {
          this.#number++;
          this.#labelling.refresh();
        } else if (this.#state.view !== 'apply' || this.#apply.isEmpty) this.#showView();
        break;
      case 'neighbours':
        this.#neighbours.set(message.key, message.neighbours);
        this.#redrawKey(message.key);
        break;
      case 'pictures':
        (message.side === 512 ? this.#large : this.#pictures).came(message.pictures);
        break;
      case 'summary':
        this.#bar.show(message.summary);
        break;
      case 'history':
        this.#history.show(message.entries, message.total);
        break;
      case 'plan':
        this.#apply.showPlan(message);
        break;
      case 'applied':
        this.#apply.showOutcome(message.outcome);
        break;
      case 'undone':
        this.#change({ view: 'apply' });
        this.#showParts();
        this.#apply.showUndone(message.outcome);
        break;
      case 'view':
        this.#show({ view: message.view });
        break;
      case 'focus':
        this.#query.value = message.text;
        this.#show({ view: 'issues', kind: message.kind, text: message.text, at: 0 });
        break;
      case 'said':
        this.#say(message.text, message.tone);
        break;
      case 'command':
        this.#commanded(message);
        break;
    }
  }

  #counts: Partial<Record<FindingKind, number>> = {};

  #setUp(setup: Message<'setup'>): void {
    this.#header.showSetup(setup);
    if (setup.source === null) {
      const wanted = setup.dataSets.find(({ source }) => source === this.#state.source) ?? setup.dataSets[0];
      if (wanted) this.#bus.post({ type: 'dataSet', source: wanted.source });
      else {
        this.#showNotice(
          'info',
          'No data set is open here',
          'Open a folder as a data set first: its labels are then cleaned here.',
          button('Open folder…', { appearance: 'primary', onClick: () => this.#bus.post({ type: 'openDataSet' }) }),
        );
      }
      return;
    }
    const moved = this.#source !== null && this.#source !== setup.source;
    this.#source = setup.source;
    if (this.#state.source !== setup.source) this.#change({ source: setup.source, ...(moved && { at: 0, text: '' }) });
    if (!moved) return;
    this.#query.value = '';
    this.#neighbours.clear();
    this.#wanted.clear();
  }

  #showState({ state, message, advice, share }: Message<'state'>): void {
    this.#ready = state === 'ready';
    if (state === 'ready') setHidden(this.#notice, true);
    else if (state === 'starting') {
      const done = share === null ? '' : ` ${Math.round(share * 100)} %`;
      this.#showNotice('busy', `${message}${done}`, advice);
    } else {
      const retry = button('Try again', { appearance: 'secondary', onClick: () => this.#bus.post({ type: 'retry' }) });
      this.#showNotice('bad', message, advice, retry);
    }
    this.#drawEmpty();
  }

  #showNotice(kind: 'busy' | 'bad' | 'info', title: string, advice: string, act: HTMLElement | null = null): void {
    this.#notice.dataset.kind = kind;
    const sign = kind === 'busy' ? progressRing() : icon(kind === 'bad' ? 'error' : 'info');
    this.#notice.replaceChildren(...noticeParts(sign, title, advice), ...(act ? [act] : []));
    setHidden(this.#notice, false);
  }

  #showOverview({ images, classes, unlabelled, searched, edits, style }: Message<'overview'>): void {
    this.#classes = classes;
    this.#searched = searched;
    this.#style = style;
    this.#kinds.showStyle(style);
    this.#styleLine.show(this.#noteOf(this.#state.kind));
    this.#header.showFacts(images, classes.length);
    this.#header.showEdits(edits.pending, edits.total);
    this.#kinds.showViewCount('unlabelled', unlabelled);
    this.#labelling.setClasses(classes);
    this.#drawEmpty();
  }

  /* The list */

  #which(): CleanList {
    const { kind, mode, score, thresholds, text, undecidedOnly } = this.#state;
    return { kind, mode, score, thresholds, text, undecidedOnly };
  }

  #askRows(offset: number, limit: number): void {
    this.#bus.post({ type: 'rows', list: this.#number, which: this.#which(), offset, limit });
  }

  #askCounts(): void {
    this.#bus.post({ type: 'counts', thresholds: this.#state.thresholds });
  }

  #askSummary(): void {
    const { mode, score, budget, kind, view } = this.#state;
    if (kind === 'label' && view === 'issues') this.#bus.post({ type: 'summary', mode, score, budget });
  }

  #rowsCame({ list, offset, total, complete, rows }: Message<'rows'>): void {
    if (list !== this.#number) return;
    this.#list.fill(offset, rows, total + (complete ? 0 : 1));
    this.#loaded = true;
    this.#drawTitle();
    this.#drawEmpty();
  }

  #loaded = false;

  #reset(at: number): void {
    this.#number++;
    this.#loaded = false;
    this.#selected.clear();
    this.#image = 0;
    this.#anchor = at;
    this.#list.reset(rowHeights[kindTexts[this.#state.kind].look], at);
    this.#drawTitle();
  }

  #show(change: Partial<CleanPanelState>): void {
    this.#change(change);
    this.#say('', 'quiet');
    this.#showView();
    if (this.#state.view === 'issues') this.#list.root.focus();
    else if (this.#state.view === 'unlabelled') this.#labelling.focus();
    else if (this.#state.view === 'apply') this.#apply.root.focus();
  }

  #showParts(): void {
    const { view, kind } = this.#state;
    this.#kinds.choose(view, kind);
    setHidden(this.#issues, view !== 'issues');
    setHidden(this.#history.root, view !== 'history');
    setHidden(this.#labelling.root, view !== 'unlabelled');
    setHidden(this.#apply.root, view !== 'apply');
    setHidden(this.#bar.root, kind !== 'label');
    this.#styleLine.show(this.#noteOf(kind));
    this.#drawHint();
  }

  #noteOf(kind: FindingKind): StyleNote | undefined {
    return this.#style.find((note) => note.kind === kind);
  }

  /** Shows what was chosen, asked for anew. */
  #showView(): void {
    this.#showParts();
    const { view, at } = this.#state;
    if (view === 'issues') {
      this.#reset(at);
      this.#askSummary();
    } else if (view === 'history') this.#history.refresh();
    else if (view === 'apply') this.#apply.begin();
    else {
      this.#number++;
      this.#labelling.reset();
    }
  }

  #filter(text: string, focus = true): void {
    if (text === this.#state.text) return;
    if (this.#query.value !== text) this.#query.value = text;
    this.#change({ text });
    this.#reset(0);
    if (focus) this.#list.root.focus();
  }

  #render(node: HTMLElement, row: CleanRow, index: number): void {
    fillRow(node, row, {
      pictures: this.#pictures,
      neighbours: this.#neighbours.get(row.key),
      selected: this.#selected.has(row.key),
      active: index === this.#list.active,
      at: index === this.#list.active ? this.#image : 0,
      onAct: (act) => {
        this.#list.activate(index);
        this.#command({ do: act, alike: false });
        if (!this.#picker.isOpen) this.#list.root.focus();
      },
      onImage: (at) => {
        this.#list.activate(index);
        this.#image = at;
        this.#list.redraw(index);
      },
    });
  }

  #activated(index: number): void {
    if (index !== this.#state.at) this.#image = 0;
    this.#change({ at: index });
    this.#drawHint();
  }

  #wantNeighbours(from: number, to: number): void {
    const { look } = kindTexts[this.#state.kind];
    if (look !== 'label' && this.#state.kind !== 'outlier') return;
    for (let index = from; index < to; index++) {
      const row = this.#list.get(index);
      const image = row?.images[0];
      if (!row || !image || image.id < 0 || this.#wanted.has(row.key)) continue;
      this.#wanted.add(row.key);
      this.#bus.post({ type: 'neighbours', key: row.key, id: image.id });
    }
  }

  #redrawKey(key: string): void {
    for (const [index, row] of this.#list.loaded()) if (row.key === key) this.#list.redraw(index);
  }

  #decided(rows: Message<'decided'>['rows']): void {
    const changes = new Map(rows.map((row) => [row.key, row]));
    for (const [index, row] of this.#list.loaded()) {
      const change = changes.get(row.key);
      if (!change) continue;
      const images = row.images.map((image, i) => ({ ...image, edit: change.edits[i] ?? null }));
      this.#list.update(index, { ...row, images, decided: change.decided });
    }
    this.#drawEmpty();
  }

  /* Keys and mouse */

  #key(event: KeyboardEvent): void {
    const command = listCommand(event);
    if (!command) return;
    event.preventDefault();
    event.stopPropagation();
    this.#command(command);
  }

  /** Keys reach the list from wherever nothing else wants them; what writes or presses something is kept from VS Code's keybindings. */
  #keyElsewhere(event: KeyboardEvent): void {
    const { target } = event;
    const isTaken =
      this.#picker.isOpen ||
      (target instanceof HTMLElement &&
        target.closest('input, select, button, summary, vscode-button, vscode-checkbox, nav') !== null);
    if (isTaken) {
      if (isPlainKey(event)) event.stopPropagation();
    } else if (this.#state.view === 'issues' && !event.defaultPrevented) {
      this.#list.root.focus();
      this.#key(event);
    }
  }

  /** VS Code has a key for it, or the command was chosen from the palette. */
  #commanded({ act, alike }: Message<'command'>): void {
    const { view } = this.#state;
    if (view === 'issues') {
      if (!this.#picker.isOpen) this.#list.root.focus();
      this.#command(actCommand(act, alike));
    } else if (act === 'undo' || act === 'redo') this.#bus.post({ type: act });
    else if (view === 'unlabelled') this.#labelling.command(act);
  }

  #pressed(event: MouseEvent): void {
    const node = event.target instanceof Element ? event.target.closest<HTMLElement>('.row') : null;
    if (!node || (event.target instanceof Element && event.target.closest('.act'))) return;
    const index = Number(node.id.slice('row-'.length));
    const row = this.#list.get(index);
    if (!row) return;
    if (event.shiftKey) this.#extend(index);
    else if (event.ctrlKey || event.metaKey) this.#toggle(row);
    else this.#selected.clear();
    if (!event.shiftKey) this.#anchor = index;
    if (index !== this.#list.active) this.#list.activate(index);
    this.#list.redrawAll();
    this.#drawHint();
  }

  #command(command: ListCommand): void {
    switch (command.do) {
      case 'keep':
      case 'exclude':
      case 'delete':
      case 'dismiss':
      case 'restore':
        this.#act({ do: command.do }, command.alike);
        break;
      case 'relabel':
        void this.#relabel(command.alike);
        break;
      case 'accept':
        this.#accept();
        break;
      case 'undo':
      case 'redo':
        this.#bus.post({ type: command.do });
        break;
      case 'select': {
        const row = this.#row();
        if (row) this.#toggle(row);
        this.#anchor = this.#list.active;
        this.#list.redrawAll();
        this.#drawHint();
        break;
      }
      case 'clear':
        this.#selected.clear();
        this.#list.redrawAll();
        this.#drawHint();
        break;
      case 'help':
        this.#help.show();
        break;
      case 'open':
        this.#open();
        break;
      case 'filter':
        this.#query.focus();
        this.#query.select();
        break;
      case 'move':
        this.#move(command);
        break;
      case 'image': {
        const images = this.#row()?.images.length ?? 0;
        this.#image = Math.max(0, Math.min(images - 1, this.#image + command.way));
        this.#list.redraw(this.#list.active);
        break;
      }
    }
  }

  #move({ by, way, extend }: Extract<ListCommand, { do: 'move' }>): void {
    const { active, total } = this.#list;
    const step = by === 'row' ? 1 : by === 'page' ? this.#list.pageSize() : total;
    const next = Math.max(0, Math.min(total - 1, active + way * step));
    if (extend) this.#extend(next);
    else this.#anchor = next;
    this.#list.activate(next);
    if (extend) this.#list.redrawAll();
    this.#drawHint();
  }

  #extend(to: number): void {
    this.#selected.clear();
    const [from, end] = [Math.min(this.#anchor, to), Math.max(this.#anchor, to)];
    for (let index = from; index <= end; index++) {
      const row = this.#list.get(index);
      if (row) this.#selected.add(row.key);
    }
  }

  #toggle({ key }: CleanRow): void {
    if (!this.#selected.delete(key)) this.#selected.add(key);
  }

  #row(): CleanRow | undefined {
    return this.#list.get(this.#list.active);
  }

  /** Of the selection, else of the active row. */
  #targets(): CleanRow[] {
    const active = this.#row();
    if (this.#selected.size === 0) return active ? [active] : [];
    return [...this.#list.loaded()].map(([, row]) => row).filter(({ key }) => this.#selected.has(key));
  }

  #act(act: CleanAct, alike: boolean): void {
    const active = this.#row();
    const rows = this.#targets();
    if (!active || rows.length === 0) return;
    if (alike) this.#bus.post({ type: 'decideAlike', key: active.key, act });
    else {
      const at = (row: CleanRow) => (row.key === active.key ? Math.min(this.#image, row.images.length - 1) : 0);
      this.#bus.post({ type: 'decide', rows: rows.map((row) => ({ key: row.key, at: at(row) })), act });
    }
    this.#selected.clear();
    if (act.do !== 'restore') this.#goOn(new Set(rows.map(({ key }) => key)));
  }

  /** To the next row that waits for a decision; of copies only once the row is done with. */
  #goOn(decided: ReadonlySet<string>): void {
    const { active, total } = this.#list;
    for (let index = active + 1; index < total; index++) {
      const row = this.#list.get(index);
      if (row && (row.decided || decided.has(row.key))) continue;
      this.#list.activate(index);
      return;
    }
    this.#list.redrawAll();
  }

  #accept(): void {
    const rows = this.#targets().filter(
      ({ suggested, images }) => suggested !== null && suggested !== images[0]?.label,
    );
    const [first] = rows;
    if (!first?.suggested) {
      this.#say(`No class is suggested here: ${keyOf('relabel')} asks for one.`, 'quiet');
      return;
    }
    const same = rows.every(({ suggested }) => suggested === first.suggested);
    if (same) this.#act({ do: 'relabel', to: first.suggested }, false);
    else {
      for (const row of rows) {
        this.#bus.post({
          type: 'decide',
          rows: [{ key: row.key, at: 0 }],
          act: { do: 'relabel', to: row.suggested ?? '' },
        });
      }
      this.#selected.clear();
      this.#goOn(new Set(rows.map(({ key }) => key)));
    }
  }

  async #relabel(alike: boolean): Promise<void> {
    const rows = this.#targets();
    const [first] = rows;
    if (!first || !actKeys(first).some(({ act }) => act === 'relabel')) return;
    const suggested = [first.suggested, first.images[0]?.predicted].filter((name) => typeof name === 'string');
    const what = alike ? 'all like this' : plural(rows.length, 'image');
    const to = await this.#picker.choose(`Relabel ${what} to`, this.#classes, suggested);
    this.#list.root.focus();
    if (to !== null) this.#act({ do: 'relabel', to }, alike);
  }

  async #otherClass(suggested: string[]): Promise<void> {
    const to = await this.#picker.choose('Label', this.#classes, suggested);
    this.#labelling.focus();
    if (to !== null) this.#labelling.label(to);
  }

  #open(): void {
    const row = this.#row();
    const image = row?.images[this.#image] ?? row?.images[0];
    if (image) this.#bus.post({ type: 'open', path: image.path });
  }

  /* Texts */

  #drawTitle(): void {
    const { kind, text } = this.#state;
    const total = text ? this.#list.total : (this.#counts[kind] ?? this.#list.total);
    const shown = this.#loaded ? this.#list.total : total;
    this.#title.replaceChildren(kindTexts[kind].title, element('span', { class: 'list-count' }, count(shown)));
    this.#title.title = kindTexts[kind].text;
  }

  #drawHint(): void {
    const row = this.#row();
    const many = this.#selected.size;
    const keys = row ? actKeys(row) : [];
    const part = (key: string, text: string) =>
      element('span', { class: 'hint-key' }, element('kbd', {}, key), ` ${text}`);
    this.#hint.replaceChildren(
      ...(many > 1 ? [element('strong', {}, `${count(many)} selected`)] : []),
      ...(this.#state.view === 'issues' ? keys.map(({ key, text }) => part(key, text)) : []),
      ...(this.#state.view === 'unlabelled'
        ? [
            part('1–9', 'Label'),
            part(keyOf('accept'), 'Take the likeliest'),
            part(keyOf('relabel'), 'Another class'),
            part('→', 'Skip'),
          ]
        : []),
      part(keyOf('undo'), 'Undo'),
      part('?', 'All keys'),
    );
  }

  #drawEmpty(): void {
    const { view, kind, text } = this.#state;
    const none = view === 'issues' && this.#ready && this.#loaded && this.#list.total === 0;
    setHidden(this.#empty, !none);
    setHidden(this.#list.root, none);
    if (!none) return;
    const act = (label: string, type: 'find' | 'train' | 'payoff', primary = false) =>
      button(label, { appearance: primary ? 'primary' : 'secondary', onClick: () => this.#bus.post({ type }) });
    if (this.#searching !== null && !text) {
      this.#empty.replaceChildren(
        element('p', { class: 'empty-title' }, `${kindTexts[kind].title}: none yet`),
        element('p', { class: 'quiet' }, `The search is under way. ${this.#searching}`),
      );
    } else if (!this.#searched && (kindTexts[kind].look !== 'picture' || kind === 'outlier')) {
      this.#empty.replaceChildren(
        element('p', { class: 'empty-title' }, 'Nobody has looked for issues here yet'),
        element(
          'p',
          { class: 'quiet' },
          'Wrong labels, copies, leaks between splits, bad pictures: found in a process of its own, on this machine.',
        ),
        act('Find issues', 'find', true),
      );
    } else if (text) {
      this.#empty.replaceChildren(
        element('p', { class: 'empty-title' }, 'No candidate matches the filter'),
        button('Clear filter', { appearance: 'secondary', onClick: () => this.#filter('') }),
      );
    } else {
      this.#empty.replaceChildren(
        element('p', { class: 'empty-title' }, `${kindTexts[kind].title}: none left`),
        element(
          'p',
          { class: 'quiet' },
          'Once all kinds are done, apply the edits to the disk, or train with them as they are.',
        ),
        element(
          'div',
          { class: 'actions' },
          button('Apply to disk…', { appearance: 'primary', onClick: () => this.#show({ view: 'apply' }) }),
          act('Train', 'train'),
          act('Measure payoff', 'payoff'),
        ),
      );
    }
  }

  #say(text: string, tone: 'quiet' | 'bad'): void {
    setText(this.#status, text);
    this.#status.dataset.tone = tone;
  }

  #settle(then: () => void): void {
    clearTimeout(this.#settling);
    this.#settling = window.setTimeout(then, SETTLE_MS);
  }

  #change(change: Partial<CleanPanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#bus.save(this.#state);
  }
}

/** A value of the query box. */
function quoted(value: string): string {
  return /[\s,:"]/.test(value) ? `"${value.replaceAll('"', '\\"')}"` : value;
}
