import type { CatalogueQuery, CatalogueRow, Overview } from '../../src/protocol/catalogue.ts';
import type {
  FromInspectPanel,
  InspectPanelState,
  InspectState,
  InspectView,
  ToInspectPanel,
} from '../../src/protocol/inspect-panel.ts';
import type { Bus } from '../ui/bus.ts';
import { element, setHidden } from '../ui/dom.ts';
import { VirtualGrid } from '../ui/grid/grid.ts';
import { PictureStore, pictureSide } from '../ui/grid/pictures.ts';
import { onThemeChange } from '../ui/theme.ts';
import { ClassSheets } from './class-sheets.ts';
import { CatalogueClient, Refusal } from './client.ts';
import { DetailPane } from './detail.ts';
import { nameOf, valueText } from './fields.ts';
import { Filters } from './filters.ts';
import { ImageCard } from './image-card.ts';
import { MapOffer } from './map/map-offer.ts';
import { MapView } from './map/map-view.ts';
import { Notice } from './notice.ts';
import { readColors } from './plots/colors.ts';
import { Plots } from './plots/plots.ts';
import { QueryBox } from './query-box.ts';
import { toggleValue } from './query-text.ts';
import { Toolbar } from './toolbar.ts';

/** Rows of the first answer to a query. */
const FIRST_ROWS = 200;
const STRIP_SIDE = 96;
const HOVER_SIDE = 128;
const MAP_POINTS = 20_000;
/** Small pictures of the classes' sheets that are wanted at once, the latest. */
const MOST_SHEET_PICTURES = 3_000;
/** Longer, and plots are drawn before the first pictures have come. */
const PICTURES_MS = 500;
/** Below, a tile is its picture alone. */
const CAPTION_FROM = 72;

/** The page of one data set: a query, its images, and what can be seen of them. */
export class InspectPanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToInspectPanel, FromInspectPanel, InspectPanelState>;
  readonly #client: CatalogueClient;
  readonly #pictures: PictureStore<number>;
  readonly #state: InspectPanelState;
  readonly #query: QueryBox;
  readonly #filters: Filters;
  readonly #toolbar: Toolbar;
  readonly #notice: Notice;
  readonly #plots: Plots;
  readonly #grid: VirtualGrid<CatalogueRow, number>;
  readonly #nothing = element('p', { class: 'inspect-nothing quiet', hidden: true }, 'No image matches the query.');
  readonly #images: HTMLElement;
  readonly #map: MapView;
  readonly #mapOffer: MapOffer;
  readonly #sheets: ClassSheets;
  readonly #detail: DetailPane;
  readonly #head: HTMLElement;
  readonly #body: HTMLElement;
  #picturesCame = (): void => undefined;
  /** Plots wait for the images, which their questions and drawing would hold up. */
  readonly #firstPictures = this.#waitForPictures();
  #overview: Overview | null = null;
  #total = 0;
  #asked = 0;
  #restored = false;
  #saving = 0;
  #hovered: number | null = null;
  #sheetRows: CatalogueRow[] = [];

  constructor(bus: Bus<ToInspectPanel, FromInspectPanel, InspectPanelState>) {
    this.#bus = bus;
    this.#state = { ...initialState, ...bus.restore() };
    const state = this.#state;
    const colors = readColors();
    this.#client = new CatalogueClient((message) => bus.post(message));
    this.#pictures = new PictureStore((wishes) => bus.post({ type: 'pictures', wishes }));
    this.#query = new QueryBox(
      () => this.#vocabulary(),
      (text) => this.#change({ text }),
    );
    this.#query.value = state.query.text;
    this.#filters = new Filters((change) => this.#change(change));
    this.#toolbar = new Toolbar(state, {
      onQuery: (change) => this.#change(change),
      onSide: (side) => this.#setSide(side),
      onView: (view) => this.#setView(view),
      onPlots: (shown) => this.#setPlots(shown),
      onClearSelection: () => this.#grid.select([]),
    });
    this.#notice = new Notice({
      onTrust: () => bus.post({ type: 'manageTrust' }),
      onRestart: () => bus.post({ type: 'rescan' }),
      onLog: () => bus.post({ type: 'showLog' }),
    });
    this.#plots = new Plots(this.#client, state, colors, {
      onQuery: (change) => this.#change(change),
      onMeasure: (measure) => this.#save({ measure }),
    });
    this.#grid = this.#makeGrid();
    this.#images = element('section', { class: 'images', 'aria-label': 'Images' }, this.#grid.root, this.#nothing);
    this.#map = new MapView(state.mapColor, colors, {
      onLasso: (ids) => this.#change({ ids: ids ?? undefined }),
      onOpen: (id) => void this.#openImage(id),
      onHover: (id) => void this.#hover(id),
      onColor: (mapColor) => {
        this.#save({ mapColor });
        void this.#askMap();
      },
      onName: (color, name) => this.#change({ text: toggleValue(this.#state.query.text, color, name) }),
    });
    this.#mapOffer = new MapOffer({
      onCompute: (method) => bus.post({ type: 'computeMap', method }),
      onCancel: () => bus.post({ type: 'cancelMap' }),
    });
    this.#sheets = new ClassSheets(this.#client, {
      onClass: (name) => {
        this.#setView('images');
        this.#change({ text: toggleValue(this.#state.query.text, 'class', name) });
      },
      onImage: (row) => void this.#openImage(row.id),
      onPictures: (rows) => {
        this.#sheetRows = [...this.#sheetRows, ...rows].slice(-MOST_SHEET_PICTURES);
        this.#wantSmall('sheets', this.#sheetRows);
      },
      picture: (row) => this.#pictures.best(row.id, STRIP_SIDE),
    });
    this.#detail = this.#makeDetail();
    this.#body = element(
      'main',
      { class: 'inspect-body' },
      this.#plots.root,
      element('div', { class: 'map-side' }, this.#map.root, this.#mapOffer.root),
      this.#images,
      this.#sheets.root,
      this.#detail.root,
    );
    this.#head = element(
      'header',
      { class: 'inspect-head', hidden: true },
      ...[this.#query.root, this.#toolbar.root, this.#filters.root],
    );
    this.root = element('div', { class: 'inspect' }, this.#head, this.#notice.root, this.#body);
    this.#setView(state.view);
    setHidden(this.#body, true);
    bus.listen((message) => this.#receive(message));
    onThemeChange(() => {
      const next = readColors();
      this.#plots.recolor(next);
      this.#map.recolor(next);
    });
    this.root.addEventListener('keydown', (event) => this.#key(event));
  }

  #makeGrid(): VirtualGrid<CatalogueRow, number> {
    const grid = new VirtualGrid<CatalogueRow, number>(this.#state.side, {
      label: 'Images',
      caption: (side) => (side < CAPTION_FROM ? 0 : 22),
      makeTile: () =>
        new ImageCard({
          picture: (row) => this.#pictures.best(row.id, this.#pictureSide()),
          value: (row) => this.#valueOf(row),
        }),
      keyOf: (row) => row.id,
      fetch: async (offset, limit) => {
        const { rows } = await this.#client.ask({ type: 'page', query: this.#state.query, offset, limit });
        return rows;
      },
      keys: async (from, to) => {
        const { ids } = await this.#client.ask({ type: 'ids', query: this.#state.query });
        return ids.slice(from, to);
      },
      onActivate: (row) => void this.#openImage(row.id).then(() => this.#detail.focus()),
      onFocus: (row, index) => {
        this.#save({ focus: index });
        if (row && !this.#detail.root.hidden && this.#detail.image?.id !== row.id) void this.#openImage(row.id);
      },
      onSelect: (keys) => {
        this.#save({ selected: [...keys] });
        this.#map.mark(keys);
        this.#showCounts();
      },
      onVisible: (rows) =>
        this.#pictures.want(
          'grid',
          rows.map(({ id }) => id),
          this.#pictureSide(),
        ),
    });
    grid.selection.replace(this.#state.selected);
    return grid;
  }

  #makeDetail(): DetailPane {
    return new DetailPane({
      onClose: () => {
        this.#detail.hide();
        this.#save({ image: null });
        this.#grid.focusItem(this.#grid.selection.focus);
      },
      onOpen: ({ id }, beside) => this.#bus.post({ type: 'open', image: id, beside }),
      onReveal: ({ id }) => this.#bus.post({ type: 'reveal', image: id }),
      onCopyPath: ({ id }) => this.#bus.post({ type: 'copyPaths', images: [id] }),
      onOpinion: ({ id, label }, model, saliency) =>
        this.#bus.post({ type: 'opinion', image: id, model, saliency, label: saliency ? null : label }),
      onShow: (row) => void this.#openImage(row.id),
      onPictures: (rows) => this.#wantSmall('detail', rows),
      picture: (row) => this.#pictures.best(row.id, STRIP_SIDE),
    });
  }

  #receive(message: ToInspectPanel): void {
    switch (message.type) {
      case 'state':
        this.#showState(message);
        break;
      case 'answer':
      case 'refused':
        this.#client.take(message);
        break;
      case 'pictures':
        this.#takePictures(message);
        break;
      case 'opinion':
        this.#detail.showOpinion(message.image, message.opinion);
        break;
      case 'show':
        this.#showWanted(message);
        break;
    }
  }

  #showState(state: InspectState): void {
    const { overview } = state;
    this.#detail.models = state.models;
    this.#mapOffer.show(overview, state.mapJob);
    this.#toolbar.showProgress(state.state === 'ready' ? state.progress : null);
    const isElse = this.#notice.show(state);
    setHidden(this.#body, isElse);
    setHidden(this.#head, isElse);
    if (state.source !== this.#state.source) this.#save({ source: state.source });
    if (!overview || overview.images === 0) return;
    const before = this.#overview;
    this.#overview = overview;
    if (before?.revision === overview.revision) {
      this.#filters.show(overview, this.#state.query);
      if (JSON.stringify(before) !== JSON.stringify(overview)) this.#overviewChanged();
    } else this.#begin(overview);
  }

  /** The first overview, or one of another revision: ids mean other images now. */
  #begin(overview: Overview): void {
    this.#pictures.reset();
    if (this.#state.revision !== overview.revision) {
      this.#grid.select([]);
      this.#save({ revision: overview.revision, query: { ...this.#state.query, ids: undefined } });
    }
    const { image, focus } = this.#state;
    void this.#ask(this.#restored ? this.#grid.firstVisible : focus);
    if (!this.#restored && image !== null) void this.#openPath(image);
    else if (this.#detail.image) void this.#openPath(this.#detail.image.path);
    this.#restored = true;
  }

  /** Edits, measures, findings or a map are new; the images are the same. */
  #overviewChanged(): void {
    void this.#ask(this.#grid.firstVisible, true);
    if (this.#detail.image) void this.#openImage(this.#detail.image.id);
  }

  #change(change: Partial<CatalogueQuery>): void {
    const query = { ...this.#state.query, ...change };
    if (JSON.stringify(query) === JSON.stringify(this.#state.query)) return;
    this.#save({ query });
    this.#query.value = query.text;
    this.#toolbar.show(this.#state);
    void this.#ask(0);
  }

  /**
   * Shows the images of the query, then what is drawn of them.
   * @param again the same query: nothing moves, though it may mean more images than before or fewer
   */
  async #ask(at: number, again = false): Promise<void> {
    const overview = this.#overview;
    if (!overview) return;
    const asked = ++this.#asked;
    const { query } = this.#state;
    this.#filters.show(overview, query);
    try {
      const first = Math.floor(at / FIRST_ROWS) * FIRST_ROWS;
      const [page, grouped] = await Promise.all([
        this.#client.ask({ type: 'page', query, offset: first, limit: FIRST_ROWS }),
        query.group ? this.#client.ask({ type: 'groups', query }) : null,
      ]);
      if (asked !== this.#asked) return;
      const isSame = again && page.total === this.#total && !grouped;
      const isFirst = this.#total === 0;
      this.#total = page.total;
      const groups = grouped?.groups.map(({ key, count }) => ({ name: key === '' ? 'none' : key, count }));
      this.#query.refuse(null);
      setHidden(this.#nothing, page.total > 0);
      const list = groups ?? [{ name: '', count: page.total }];
      if (isSame) this.#grid.refetch();
      else if (again && !isFirst) this.#grid.resize(list);
      else this.#grid.setContents(list, at, { offset: first, rows: page.rows });
      this.#showCounts();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (asked === this.#asked) this.#query.refuse(`${error.message} ${error.advice}`);
      return;
    }
    await this.#firstPictures;
    if (asked !== this.#asked) return;
    this.#plots.update(query, overview);
    if (this.#state.view === 'map') void this.#askMap();
    if (this.#state.view === 'classes') this.#sheets.update(query, overview);
  }

  async #askMap(): Promise<void> {
    const { query, mapColor, view } = this.#state;
    const map = this.#overview?.map;
    setHidden(this.#map.root, !map);
    if (!map || view !== 'map') return;
    try {
      const whole = { ...query, ids: undefined, sort: undefined, group: undefined };
      const answer = await this.#client.ask({ type: 'map', query: whole, color: mapColor, limit: MAP_POINTS });
      this.#map.show(answer, `${map.method.toUpperCase()} of ${map.network}`, this.#state.query.ids ?? null);
      this.#map.mark(this.#grid.selection.keys);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#mapOffer.refuse(`${error.message} ${error.advice}`);
    }
  }

  async #openImage(id: number): Promise<void> {
    try {
      const { answer, uri } = await this.#client.askWithPicture({ type: 'image', id });
      this.#detail.show(answer, uri);
      this.#save({ image: answer.row.path });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  async #openPath(path: string): Promise<void> {
    try {
      const { answer, uri } = await this.#client.askWithPicture({ type: 'imageAt', path });
      if (answer) this.#detail.show(answer, uri);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  async #hover(id: number | null): Promise<void> {
    this.#hovered = id;
    if (id === null) return;
    this.#pictures.want('hover', [id], HOVER_SIDE);
    this.#map.showHover(id, this.#pictures.best(id, HOVER_SIDE), '');
    try {
      const query = { text: '', ids: [id] };
      const { rows } = await this.#client.ask({ type: 'page', query, offset: 0, limit: 1 });
      const [row] = rows;
      if (!row || this.#hovered !== id) return;
      const text = [nameOf(row.path), row.label ?? ''].filter(Boolean).join(' · ');
      this.#map.showHover(id, this.#pictures.best(id, HOVER_SIDE), text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** Once the page's first pictures are drawn, or seem not to come. */
  #waitForPictures(): Promise<void> {
    return new Promise((resolve) => {
      this.#picturesCame = () => requestAnimationFrame(() => setTimeout(resolve));
      setTimeout(resolve, PICTURES_MS);
    });
  }

  #takePictures({ pictures, side }: Extract<ToInspectPanel, { type: 'pictures' }>): void {
    this.#pictures.deliver(pictures, side as ReturnType<typeof pictureSide>);
    const keys = new Set(pictures.map(({ key }) => key));
    this.#grid.refreshRows((row) => keys.has(row.id));
    this.#detail.refresh();
    this.#sheets.refresh();
    this.#picturesCame();
    if (this.#hovered !== null && keys.has(this.#hovered)) void this.#hover(this.#hovered);
  }

  #showWanted({ query, path }: Extract<ToInspectPanel, { type: 'show' }>): void {
    if (query !== null) {
      this.#setView('images');
      this.#change({ text: query, ids: undefined, ranges: [] });
    }
    if (path !== null) void this.#openPath(path);
  }

  #setSide(side: number): void {
    this.#save({ side });
    this.#grid.setSide(side);
    this.#grid.refresh();
  }

  #setView(view: InspectView): void {
    this.#save({ view });
    this.#body.dataset.view = view;
    setHidden(this.#sheets.root, view !== 'classes');
    setHidden(this.#images, view === 'classes');
    setHidden(this.#map.root.parentElement!, view !== 'map');
    if (!this.#overview) return;
    if (view === 'map') void this.#askMap();
    if (view === 'classes') this.#sheets.update(this.#state.query, this.#overview);
  }

  #setPlots(plots: boolean): void {
    this.#save({ plots });
    this.#toolbar.show(this.#state);
    this.#plots.shown = plots;
  }

  #showCounts(): void {
    this.#toolbar.showCounts(this.#total, this.#overview?.images ?? 0, this.#grid.selection.keys.size);
  }

  #key(event: KeyboardEvent): void {
    const { query } = this.#state;
    if ((event.key === '/' || (event.key === 'f' && (event.ctrlKey || event.metaKey))) && !isTyping(event)) {
      this.#query.focus();
      event.preventDefault();
    } else if (event.key === 'Escape' && (query.ids || query.ranges?.length))
      this.#change({ ids: undefined, ranges: [] });
  }

  #valueOf(row: CatalogueRow): string {
    const field = this.#state.query.sort?.field;
    if (!field || row.value === null) return '';
    return valueText(field, row.value);
  }

  #wantSmall(asker: string, rows: readonly CatalogueRow[]): void {
    this.#pictures.want(
      asker,
      rows.map(({ id }) => id),
      STRIP_SIDE,
    );
  }

  #pictureSide(): ReturnType<typeof pictureSide> {
    return pictureSide(this.#state.side, window.devicePixelRatio || 1);
  }

  #vocabulary(): { classes: string[]; splits: string[]; predicted: string[] } {
    const classes = this.#overview?.classes.map(({ name }) => name) ?? [];
    return { classes, splits: this.#overview?.splits ?? [], predicted: classes };
  }

  /** Written a moment later, so that moving through the grid costs nothing. */
  #save(change: Partial<InspectPanelState>): void {
    Object.assign(this.#state, change);
    clearTimeout(this.#saving);
    this.#saving = window.setTimeout(() => this.#bus.save(this.#state), 150);
  }
}

const initialState: InspectPanelState = {
  source: '',
  query: { text: '' },
  side: 128,
  view: 'images',
  revision: '',
  selected: [],
  focus: 0,
  image: null,
  plots: true,
  measure: 'blur',
  mapColor: 'class',
};

function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLInputElement && target.type === 'text';
}
