import type {
  FromPredictPanel,
  PredictItem,
  PredictPanelState,
  ToPredictPanel,
} from '../../src/protocol/predict-panel.ts';
import type { SaliencyMethod } from '../../src/protocol/saliency.ts';
import type { Bus } from '../ui/bus.ts';
import { segments } from '../ui/controls.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { count, figure, percent, plural } from '../ui/format.ts';
import { HeatView } from '../ui/heat-view.ts';
import { icon } from '../ui/icons.ts';
import { button, progressRing, setDisabled } from '../ui/kit.ts';
import { noticeParts } from '../ui/notice.ts';
import { roveOver, setStops } from '../ui/roving.ts';
import { Camera } from './camera.ts';
import { broughtBy, bytesOf } from './image-source.ts';

type Subject = Extract<ToPredictPanel, { type: 'subject' }>;

/** Asks a model about any image: drop, paste, pick, watch. */
export class PredictPanel {
  readonly root: HTMLElement;
  readonly #bus: Bus<ToPredictPanel, FromPredictPanel, PredictPanelState>;
  readonly #name = element('h1', {}, 'Predict');
  readonly #facts = element('p', { class: 'quiet' });
  readonly #notice = element('section', { class: 'notice', role: 'status', hidden: true });
  readonly #drop = element(
    'div',
    {
      class: 'drop',
      tabindex: '0',
      role: 'button',
      'aria-label': 'Drop or paste images here, or press Enter to pick files',
    },
    element('div', { class: 'drop-title' }, 'Drop or paste images here'),
    element(
      'div',
      { class: 'quiet' },
      'Files from the Explorer (hold Shift), pictures from a browser, screenshots. Enter picks files.',
    ),
  );
  readonly #watch: HTMLElement;
  readonly #watching = element('p', { class: 'quiet', hidden: true });
  readonly #batch = element('p', { class: 'quiet', role: 'status', hidden: true });
  readonly #list = element('ul', { class: 'items', 'aria-label': 'Images' });
  readonly #listHead: HTMLElement;
  readonly #result = element('section', { class: 'card result', 'aria-label': 'Answer', hidden: true });
  readonly #bars = element('ol', { class: 'bars', 'aria-label': 'Likeliest classes' });
  readonly #title = element('h2', {});
  readonly #latency = element('p', { class: 'quiet' });
  readonly #failure = element('p', { class: 'wrong', role: 'alert', hidden: true });
  readonly #heat: HeatView;
  readonly #side: HTMLElement;
  readonly #buttons: HTMLElement[] = [];
  #state: PredictPanelState;
  #subject: Subject | null = null;
  #items: PredictItem[] = [];
  #rows = new Map<number, { root: HTMLElement; picture: HTMLImageElement; text: HTMLElement }>();
  #pictures = new Map<number, string>();
  #chosen: number | null = null;
  #label: string | null = null;
  #follow = true;

  constructor(bus: Bus<ToPredictPanel, FromPredictPanel, PredictPanelState>) {
    this.#bus = bus;
    const saved = bus.restore();
    this.#state = {
      folder: saved.folder ?? '',
      top: saved.top ?? 5,
      opacity: saved.opacity ?? 0.7,
      method: saved.method ?? 'grad-cam',
    };
    this.#heat = new HeatView(this.#state.opacity, (opacity) => this.#change({ opacity }));
    const camera = new Camera((frame) => void this.#bring([new File([frame], 'camera picture', { type: frame.type })]));
    const act = (label: string, title: string, message: FromPredictPanel, name: Parameters<typeof icon>[0]) => {
      const node = button(label, {
        appearance: 'secondary',
        title,
        icon: icon(name),
        onClick: () => bus.post(message),
      });
      this.#buttons.push(node);
      return node;
    };
    this.#watch = element('span', {});
    const methods = [
      ['grad-cam', 'Grad-CAM'],
      ['occlusion', 'Occlusion'],
    ] as const;
    this.#side = element(
      'div',
      { class: 'detail-side' },
      this.#title,
      this.#latency,
      this.#failure,
      this.#bars,
      segments('Where it is seen, by', 'method', methods, this.#state.method, (method: SaliencyMethod) => {
        this.#change({ method });
        this.#explain();
      }),
    );
    this.#result.append(element('div', { class: 'detail' }, this.#heat.root, this.#side));
    this.#listHead = element(
      'div',
      { class: 'card-head', hidden: true },
      element('h2', {}, 'Images'),
      element(
        'div',
        { class: 'actions' },
        button('CSV', {
          appearance: 'secondary',
          title: 'Save the answers as CSV',
          onClick: () => bus.post({ type: 'export', format: 'csv' }),
        }),
        button('JSONL', {
          appearance: 'secondary',
          title: 'Save the answers as JSON lines',
          onClick: () => bus.post({ type: 'export', format: 'jsonl' }),
        }),
        button('Clear', {
          appearance: 'secondary',
          title: 'Forget these answers',
          onClick: () => bus.post({ type: 'clear' }),
        }),
      ),
    );
    this.root = element(
      'main',
      { class: 'panel', hidden: true },
      element(
        'header',
        { class: 'header' },
        element(
          'div',
          { class: 'title-row' },
          element('div', { class: 'title' }, this.#name),
          act('Other model…', 'Choose another run or predictor', { type: 'chooseModel' }, 'classify'),
        ),
        this.#facts,
      ),
      this.#notice,
      this.#drop,
      element(
        'div',
        { class: 'actions', role: 'toolbar', 'aria-label': 'Where images come from' },
        act('Pick images…', 'Choose image files', { type: 'pick' }, 'file'),
        act('Folder…', 'Ask about every image of a folder', { type: 'pickFolder' }, 'folder'),
        camera.open,
        this.#watch,
      ),
      camera.root,
      this.#watching,
      this.#batch,
      this.#result,
      this.#listHead,
      this.#list,
    );
    this.#buttons.push(camera.open);
    this.#listenForImages();
    roveOver(
      this.#list,
      () => this.#rowNodes(),
      () => 1,
    );
    bus.listen((message) => this.#receive(message));
  }

  #receive(message: ToPredictPanel): void {
    switch (message.type) {
      case 'subject':
        this.#showSubject(message);
        break;
      case 'items':
        this.#showItems(message.items);
        break;
      case 'picture':
        this.#showPicture(message.id, message.uri);
        break;
      case 'saliency':
        if (message.id === this.#chosen) {
          this.#heat.show(
            message.image,
            message.heat,
            `Where the model sees ${message.label}, ${percent(message.probability)}`,
          );
        }
        break;
      case 'saliency-failed':
        if (message.id === this.#chosen) this.#heat.say(message.message);
        break;
      case 'batch':
        setHidden(this.#batch, false);
        setText(
          this.#batch,
          message.file
            ? `Saved ${plural(message.total, 'answer')} in ${message.file}.`
            : `${count(message.done)} of ${plural(message.total, 'image')}.`,
        );
        break;
    }
  }

  #showSubject(subject: Subject): void {
    this.#subject = subject;
    setHidden(this.root, false);
    if (subject.subject.folder !== this.#state.folder) this.#change({ folder: subject.subject.folder });
    setText(this.#name, subject.subject.name);
    const { engine, classes, temperature, state, message, trusted, watching } = subject;
    setText(
      this.#facts,
      state === 'ready'
        ? `${plural(classes.length, 'class', 'classes')} · ${engine} · loaded${temperature === null ? '' : ` · calibrated with temperature ${figure(temperature, 3)}`}`
        : '',
    );
    const text = !trusted
      ? { kind: 'wait', title: 'Predicting is off in restricted mode', advice: 'Trust this workspace first.' }
      : state === 'failed'
        ? { kind: 'bad', title: message ?? 'The model can’t be loaded', advice: '' }
        : state === 'loading'
          ? {
              kind: 'busy',
              title: 'Loading the model…',
              advice: 'Images that you bring are answered when it is there.',
            }
          : null;
    setHidden(this.#notice, text === null);
    if (text) {
      this.#notice.dataset.kind = text.kind;
      this.#notice.replaceChildren(
        ...noticeParts(
          text.kind === 'busy' ? progressRing() : icon(text.kind === 'bad' ? 'error' : 'info'),
          text.title,
          text.advice,
        ),
      );
    }
    for (const node of this.#buttons) setDisabled(node, !trusted);
    setHidden(this.#watching, watching === null);
    setText(this.#watching, watching === null ? '' : `Watching ${watching}: new images are answered as they come.`);
    this.#watch.replaceChildren(
      watching === null
        ? button('Watch folder…', {
            appearance: 'secondary',
            title: 'Answer images as they come into a folder',
            icon: icon('pulse'),
            onClick: () => this.#bus.post({ type: 'watch' }),
          })
        : button('Stop watching', {
            appearance: 'secondary',
            icon: icon('stop'),
            onClick: () => this.#bus.post({ type: 'unwatch' }),
          }),
    );
  }

  #showItems(items: PredictItem[]): void {
    const newest = items[0]?.id ?? null;
    if (newest !== (this.#items[0]?.id ?? null)) this.#follow = true;
    this.#items = items;
    setHidden(this.#listHead, items.length < 2);
    setHidden(this.#list, items.length < 2);
    const kept = new Set(items.map(({ id }) => id));
    for (const [id, { root }] of this.#rows) {
      if (kept.has(id)) continue;
      root.closest('li')?.remove();
      this.#rows.delete(id);
      this.#pictures.delete(id);
    }
    for (const item of items.toReversed()) this.#row(item);
    if (this.#follow || !this.#items.some(({ id }) => id === this.#chosen)) this.#choose(newest, false);
    else this.#showResult();
  }

  #row(item: PredictItem): void {
    let row = this.#rows.get(item.id);
    if (!row) {
      const picture = element('img', { alt: '' });
      const text = element('span', { class: 'item-text' });
      const root = element(
        'button',
        { class: 'thumb item', type: 'button' },
        element('span', { class: 'thumb-picture' }, picture),
        text,
      );
      root.addEventListener('click', () => {
        this.#follow = false;
        this.#choose(item.id, true);
      });
      row = { root, picture, text };
      this.#rows.set(item.id, row);
      this.#list.prepend(element('li', {}, root));
      setStops(this.#rowNodes(), root);
    }
    const [best] = item.top;
    const verdict = item.failure ?? (best ? `${best.label} ${percent(best.probability)}` : '…');
    row.text.replaceChildren(
      element('span', { class: 'item-name' }, item.name),
      element('span', { class: item.failure ? 'wrong' : 'item-verdict' }, verdict),
    );
    setAttribute(row.root, 'aria-label', `${item.name}: ${verdict}`);
  }

  #choose(id: number | null, byHand: boolean): void {
    if (id !== this.#chosen) {
      this.#chosen = id;
      this.#label = null;
      this.#heat.clear(id === null ? null : (this.#pictures.get(id) ?? null));
    }
    for (const [other, { root }] of this.#rows) root.setAttribute('aria-pressed', String(other === id));
    this.#showResult();
    if (byHand) this.#explain();
  }

  #showResult(): void {
    const item = this.#items.find(({ id }) => id === this.#chosen);
    setHidden(this.#result, !item);
    if (!item) return;
    setText(this.#title, item.name);
    setText(this.#latency, item.ms === null ? (item.failure ? '' : 'Asking…') : `${figure(item.ms, 3)} ms`);
    setHidden(this.#failure, item.failure === null);
    setText(this.#failure, item.failure ?? '');
    this.#bars.replaceChildren(
      ...item.top.slice(0, this.#state.top).map(({ label, probability }) => {
        const fill = element('span', { class: 'share-fill' });
        fill.style.width = `${probability * 100}%`;
        const node = element(
          'button',
          {
            class: 'share',
            type: 'button',
            title: `Where is ${label} seen?`,
            'aria-pressed': String(label === this.#label),
            'aria-label': `${label}, ${percent(probability)}: show where it is seen`,
          },
          element('span', { class: 'share-name' }, label),
          element('span', { class: 'share-bar' }, fill),
          element('span', { class: 'share-value' }, percent(probability)),
        );
        node.addEventListener('click', () => {
          this.#label = label;
          this.#showResult();
          this.#explain();
        });
        return element('li', {}, node);
      }),
    );
    if (item.top.length && this.#label === null && this.#heat.root.dataset.asked !== String(item.id)) this.#explain();
  }

  #explain(): void {
    const item = this.#items.find(({ id }) => id === this.#chosen);
    if (!item?.top.length) return;
    this.#heat.root.dataset.asked = String(item.id);
    this.#heat.say('Looking for what counts…');
    this.#bus.post({
      type: 'saliency',
      id: item.id,
      method: this.#state.method,
      label: this.#label ?? item.top[0]?.label ?? null,
    });
  }

  #showPicture(id: number, uri: string | null): void {
    const row = this.#rows.get(id);
    if (!uri || !row) return;
    this.#pictures.set(id, uri);
    row.picture.src = uri;
    if (id === this.#chosen && this.#heat.root.dataset.asked !== String(id)) this.#heat.clear(uri);
  }

  #listenForImages(): void {
    const over = (event: DragEvent) => {
      event.preventDefault();
      this.#drop.classList.add('drop-over');
    };
    document.addEventListener('dragover', over);
    document.addEventListener('dragleave', () => this.#drop.classList.remove('drop-over'));
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#drop.classList.remove('drop-over');
      if (event.dataTransfer) this.#take(event.dataTransfer);
    });
    document.addEventListener('paste', (event) => {
      if (event.clipboardData) this.#take(event.clipboardData);
    });
    this.#drop.addEventListener('click', () => this.#bus.post({ type: 'pick' }));
    this.#drop.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      this.#bus.post({ type: 'pick' });
    });
  }

  #take(transfer: DataTransfer): void {
    const { uris, images } = broughtBy(transfer);
    if (!this.#subject?.trusted) return;
    if (uris.length) this.#bus.post({ type: 'paths', uris });
    void this.#bring(images);
  }

  async #bring(images: readonly File[]): Promise<void> {
    for (const image of images) {
      const name = image.name && image.name !== 'image.png' ? image.name : 'pasted image';
      this.#bus.post({ type: 'image', id: 0, name, data: await bytesOf(image) });
    }
  }

  #rowNodes(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>('.item')];
  }

  #change(change: Partial<PredictPanelState>): void {
    this.#state = { ...this.#state, ...change };
    this.#bus.save(this.#state);
  }
}
