import type { DisputedImage, PairDetail, Verdict } from '../../src/protocol/compare.ts';
import type {
  ComparePanelState,
  CompareRunsMessage,
  CompareScope,
  CompareSettings,
  FromComparePanel,
  ToComparePanel,
} from '../../src/protocol/compare-panel.ts';
import type { Bus } from '../ui/bus.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { onThemeChange } from '../ui/theme.ts';
import { type ColumnAxis, columnAxis, isBrushedIn } from './column-axis.ts';
import { CurveCharts } from './curve-charts.ts';
import { Detail } from './detail.ts';
import { curvesAsPng } from './export-png.ts';
import { Header } from './header.ts';
import { assignLooks, lookAt } from './looks.ts';
import { type Brushes, ParallelChart } from './parallel.ts';
import { type Column, metricColumn, paramColumn, type RunLine } from './run-line.ts';
import { RunTable } from './run-table.ts';
import { ScatterChart } from './scatter.ts';
import { restoreSettings, stateOf } from './settings.ts';
import { type CompareTheme, readCompareTheme } from './theme.ts';

/** Parallel axes beyond these would not be told apart. */
const axisLimit = 9;
/** Figures that stand on parallel axes, where runs have them. */
const axisMetrics = ['val_accuracy', 'val_loss', 'test_accuracy', 'duration'];

/** Holds the comparison and the user's settings, and hands both to the parts. */
export class ComparePanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToComparePanel, FromComparePanel, ComparePanelState>;
  readonly #header: Header;
  readonly #table: RunTable;
  readonly #curves: CurveCharts;
  readonly #parallel: ParallelChart;
  readonly #scatter: ScatterChart;
  readonly #detail: Detail;
  readonly #empty = element('p', { class: 'quiet empty', hidden: true });
  readonly #body: HTMLElement;
  readonly #alike: HTMLElement;
  readonly #live = element('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' });
  readonly #verdictState = element('span', { class: 'quiet', role: 'status' });
  #theme: CompareTheme = readCompareTheme();
  #settings: CompareSettings;
  #scope: CompareScope;
  #shown: CompareRunsMessage | null = null;
  #lines: RunLine[] = [];
  #columns: Column[] = [];
  #verdicts = new Map<string, Verdict>();
  #detailOf: { a: string; b: string; detail: PairDetail | null | undefined; message: string | null } | null = null;
  #highlighted: string | null = null;

  constructor(bus: Bus<ToComparePanel, FromComparePanel, ComparePanelState>) {
    this.#bus = bus;
    const saved = bus.restore();
    this.#scope = saved.scope ?? { kind: 'query', query: '' };
    this.#settings = restoreSettings(saved);
    const listeners = {
      hover: (id: string | null) => this.#highlight(id),
      select: (id: string) => this.#select(id),
    };
    this.#header = new Header({
      scope: (scope) => bus.post({ type: 'scope', scope }),
      saveView: () => bus.post({ type: 'saveView', settings: this.#settings }),
      openView: (name) => bus.post({ type: 'openView', name }),
      deleteView: (name) => bus.post({ type: 'deleteView', name }),
      addForeign: () => bus.post({ type: 'addForeign' }),
      clearBrushes: () => this.#change({ brushes: {} }),
      export: (format) => this.#export(format),
    });
    this.#table = new RunTable({
      ...listeners,
      open: (run) => bus.post({ type: 'open', run }),
      pin: (run) => bus.post({ type: 'pin', run }),
      toggle: (id) => this.#toggle(id),
      sort: (column) => this.#sort(column),
      edit: (run, change) => bus.post({ type: 'edit', run, ...change }),
    });
    this.#curves = new CurveCharts(this.#settings, this.#theme, {
      ...listeners,
      change: (change) => this.#change(change),
    });
    this.#parallel = new ParallelChart(this.#theme, { ...listeners, brush: (brushes) => this.#change({ brushes }) });
    this.#scatter = new ScatterChart(this.#theme, { ...listeners, choose: (scatter) => this.#change({ scatter }) });
    this.#detail = new Detail({
      pictures: (images: readonly DisputedImage[]) => {
        const wanted = images.map(({ path, hash }) => ({ path, hash }));
        if (wanted.length > 0) bus.post({ type: 'pictures', images: wanted });
      },
      openImage: (path) => bus.post({ type: 'openImage', path }),
    });
    this.#alike = element(
      'p',
      { class: 'quiet', hidden: true },
      'These runs have one configuration: nothing differs but their figures.',
    );
    this.#body = element(
      'div',
      { class: 'body', hidden: true },
      element('section', { class: 'runs', 'aria-label': 'Runs' }, this.#alike, this.#table.root, this.#verdictState),
      this.#detail.root,
      section('Curves', this.#curves.root),
      section(
        'Settings and figures',
        element(
          'p',
          { class: 'quiet' },
          'Drag along an axis to keep a part of it, press it to keep all. With the keyboard: Tab to an axis, arrows, Shift and arrows, Delete.',
        ),
        this.#parallel.root,
      ),
      section('One against another', this.#scatter.root),
    );
    this.root = element('main', { class: 'panel' }, this.#header.root, this.#empty, this.#body, this.#live);
    bus.listen((message) => this.#receive(message));
    onThemeChange(() => {
      this.#theme = readCompareTheme();
      this.#render();
    });
  }

  #receive(message: ToComparePanel): void {
    switch (message.type) {
      case 'runs':
        this.#takeRuns(message);
        break;
      case 'curves':
        this.#curves.take(message.curves, message.waiting);
        break;
      case 'verdicts':
        this.#verdicts = new Map(
          message.verdicts.flatMap((verdict) => verdict.runs.map((id) => [id, verdict] as const)),
        );
        setText(
          this.#verdictState,
          message.state === 'working' ? 'Working out which differences are real…' : (message.message ?? ''),
        );
        this.#renderTable();
        this.#renderDetail();
        break;
      case 'detail':
        if (this.#detailOf?.a === message.a && this.#detailOf.b === message.b) this.#detailOf = message;
        this.#renderDetail();
        break;
      case 'pictures':
        this.#detail.takePictures(message.pictures);
        break;
      case 'view':
        this.#settings = restoreSettings({
          ...message.settings,
          looks: { ...message.settings.looks, ...this.#settings.looks },
        });
        this.#render();
        this.#save();
        break;
    }
  }

  #takeRuns(message: CompareRunsMessage): void {
    const before = this.#shown?.runs.length;
    this.#shown = message;
    this.#scope = message.scope;
    const { runs } = message;
    const looks = assignLooks(
      [...runs].sort((a, b) => a.createdAt - b.createdAt).map(({ id }) => id),
      this.#settings.looks,
    );
    this.#settings = { ...this.#settings, looks: { ...this.#settings.looks, ...looks } };
    this.#lines = runs.map((run) => ({ id: run.id, name: run.name, look: lookAt(looks[run.id]!), run }));
    this.#columns = [...message.differing.map(paramColumn), ...message.metrics.map(metricColumn)];
    if (before !== undefined && before !== runs.length) setText(this.#live, `${runs.length} runs`);
    this.#render();
    this.#askDetail();
    this.#save();
  }

  /** Runs that the brushes keep. */
  #kept(axes: readonly ColumnAxis[]): RunLine[] {
    return this.#lines.filter(({ run }) => isBrushedIn(run, axes, this.#settings.brushes));
  }

  #render(): void {
    const shown = this.#shown;
    if (!shown) return;
    const few = shown.runs.length === 0;
    setHidden(this.#body, few);
    setHidden(this.#empty, !few);
    setText(
      this.#empty,
      shown.total === 0 ? 'There is no run yet. Train one, and it appears here.' : 'No run satisfies the query.',
    );
    setHidden(this.#alike, shown.differing.length > 0 || few);
    const axes = this.#axes();
    const kept = this.#kept(axes);
    this.#header.update(shown, kept.length);
    this.#renderTable(kept);
    const drawn = kept.filter(({ id }) => !this.#settings.hiddenRuns.includes(id));
    this.#curves.update(drawn, this.#settings, this.#theme);
    this.#parallel.update(this.#lines, axes, this.#settings.brushes, this.#theme);
    this.#scatter.update(kept, this.#columns, this.#scatterChoice(), this.#theme);
    this.#markSelected();
    this.#renderDetail();
  }

  #renderTable(kept = this.#kept(this.#axes())): void {
    const shown = this.#shown;
    if (!shown) return;
    this.#table.update({
      lines: kept,
      columns: this.#columns,
      best: shown.best,
      baseline: shown.runs.find(({ id }) => id === shown.baseline),
      pinned: shown.pinned,
      verdicts: this.#verdicts,
      settings: this.#settings,
      theme: this.#theme,
    });
  }

  /** What differs, then the main figures, each with more than one value. */
  #axes(): ColumnAxis[] {
    const runs = this.#lines.map(({ run }) => run);
    const varies = (column: Column) => new Set(runs.map((run) => column.read(run))).size > 1;
    const params = this.#columns.filter(({ metric }) => metric === null).filter(varies);
    const metrics = this.#columns.filter(({ metric }) => metric && axisMetrics.includes(metric.name)).filter(varies);
    const brushed = this.#columns.filter(({ key }) => key in this.#settings.brushes);
    const chosen = [...params.slice(0, axisLimit - metrics.length), ...metrics];
    return [...new Set([...chosen, ...brushed])].map((column) => columnAxis(column, runs));
  }

  #scatterChoice(): { x: string; y: string } {
    const has = (key: string | undefined) => this.#columns.some((column) => column.key === key);
    const { scatter } = this.#settings;
    const x = has(scatter?.x) ? scatter!.x : (this.#columns[0]?.key ?? '');
    const accuracy = ['metric:val_accuracy', 'metric:accuracy'].find(has);
    const y = has(scatter?.y) ? scatter!.y : (accuracy ?? this.#columns.find(({ metric }) => metric)?.key ?? '');
    return { x, y };
  }

  #highlight(id: string | null): void {
    if (id === this.#highlighted) return;
    this.#highlighted = id;
    for (const part of [this.#table, this.#curves, this.#parallel, this.#scatter]) part.highlight(id);
  }

  #markSelected(): void {
    for (const part of [this.#curves, this.#parallel, this.#scatter]) part.select(this.#settings.selected);
  }

  #select(id: string): void {
    this.#settings = { ...this.#settings, selected: id };
    this.#bus.post({ type: 'select', run: id });
    this.#table.reveal(id);
    this.#renderTable();
    this.#markSelected();
    this.#askDetail();
    this.#renderDetail();
    this.#save();
  }

  /** Details are about the selected run, or about the other one of two. */
  #pair(): { a: RunLine; b: RunLine } | null {
    const a = this.#lines.find(({ id }) => id === this.#shown?.baseline);
    const selected = this.#lines.find(({ id }) => id === this.#settings.selected);
    const other = this.#lines.length === 2 ? this.#lines.find((line) => line !== a) : undefined;
    const b = selected && selected !== a ? selected : other;
    return a && b ? { a, b } : null;
  }

  #askDetail(): void {
    const pair = this.#pair();
    if (!pair) {
      this.#detailOf = null;
      return;
    }
    const [a, b] = [pair.a.id, pair.b.id];
    if (this.#detailOf?.a === a && this.#detailOf.b === b) return;
    if (pair.b.run.foreign !== null) {
      this.#detailOf = {
        a,
        b,
        detail: null,
        message: `${pair.b.name} comes from ${pair.b.run.foreign} without predictions.`,
      };
      return;
    }
    this.#detailOf = { a, b, detail: undefined, message: null };
    this.#bus.post({ type: 'detail', a, b });
  }

  #renderDetail(): void {
    const pair = this.#pair();
    this.#detail.update({
      pair,
      verdict: pair ? this.#verdicts.get(pair.b.id) : undefined,
      detail: this.#detailOf?.detail,
      message: this.#detailOf?.message ?? null,
    });
  }

  #toggle(id: string): void {
    const hidden = this.#settings.hiddenRuns;
    this.#change({ hiddenRuns: hidden.includes(id) ? hidden.filter((other) => other !== id) : [...hidden, id] });
  }

  /** Best first, then worst first, then as it was. */
  #sort(column: string): void {
    const { sort } = this.#settings;
    const metric = this.#columns.find(({ key }) => key === column)?.metric;
    const first = metric?.better === 'higher' || column === 'verdict';
    if (sort?.column !== column) this.#change({ sort: { column, descending: first } });
    else this.#change({ sort: sort.descending === first ? { column, descending: !first } : null });
  }

  #change(change: Partial<CompareSettings> & { brushes?: Brushes }): void {
    this.#settings = { ...this.#settings, ...change };
    this.#render();
    this.#save();
  }

  #export(format: 'csv' | 'md' | 'png'): void {
    if (format !== 'png') {
      this.#bus.post({ type: 'export', format, runs: this.#table.order });
      return;
    }
    this.#curves.flush();
    const kept = this.#kept(this.#axes()).filter(({ id }) => !this.#settings.hiddenRuns.includes(id));
    const title = `Comparison of ${kept.length} runs`;
    this.#bus.post({ type: 'export', format, data: curvesAsPng(this.#curves.charts, kept, this.#theme, title) });
  }

  #save(): void {
    this.#bus.save(stateOf(this.#scope, this.#settings));
  }
}

function section(title: string, ...content: HTMLElement[]): HTMLElement {
  return element('section', { 'aria-label': title }, element('h2', {}, title), ...content);
}
