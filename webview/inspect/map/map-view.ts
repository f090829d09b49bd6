import type { CatalogueAnswers } from '../../../src/protocol/catalogue.ts';
import { parseColor } from '../../ui/color.ts';
import { segments } from '../../ui/controls.ts';
import { element, setAttribute, setHidden, setText } from '../../ui/dom.ts';
import { count, plural } from '../../ui/format.ts';
import { icon } from '../../ui/icons.ts';
import { PlotCanvas } from '../../ui/plot-canvas.ts';
import { colorAt, type PlotColors } from '../plots/colors.ts';
import { drawDots, type Rgb } from './dots.ts';
import { insidePolygon } from './lasso.ts';
import { PointIndex } from './nearest.ts';
import { panBy, toPixel, toPlane, type Viewport, wholeView, zoomAt } from './viewport.ts';

export type MapColor = 'class' | 'predicted' | 'issue' | 'split';

export interface MapListeners {
  /** null: all again. */
  onLasso(ids: number[] | null): void;
  onOpen(id: number): void;
  onHover(id: number | null): void;
  onColor(color: MapColor): void;
  onName(color: MapColor, name: string): void;
}

const REACH = 14;
/** Radius of the circle that Enter selects, pixels. */
const CIRCLE = 36;
const PAN = 60;
const MOST_NAMES = 40;

/**
 * The images as a network sees them, alike ones near each other. Drag around points to select them, or move; with the keyboard the
 * arrows go from point to point, Enter selects those around it, Space opens one, + and − zoom, 0 shows all, Escape selects none.
 */
export class MapView {
  readonly root: HTMLElement;
  readonly #listeners: MapListeners;
  readonly #points = element('canvas', { class: 'map-canvas', 'aria-hidden': 'true' });
  readonly #overlay = new PlotCanvas((context) => this.#drawOverlay(context));
  readonly #plot: HTMLElement;
  readonly #hover = element('div', { class: 'map-hover', hidden: true });
  readonly #hoverImage = element('img', { alt: '' });
  readonly #hoverText = element('span', {});
  readonly #legend = element('div', { class: 'map-legend' });
  readonly #status = element('span', { class: 'quiet', role: 'status' });
  #colors: PlotColors;
  #color: MapColor;
  #answer: CatalogueAnswers['map'] | null = null;
  #index = new PointIndex([], []);
  #view: Viewport | null = null;
  #least = 1;
  #frame = 0;
  #mode: 'select' | 'move' = 'select';
  #lasso: [number, number][] | null = null;
  #drag: { x: number; y: number } | null = null;
  #cursor = -1;
  #isKeyboard = false;
  #inside: ReadonlySet<number> | null = null;
  #marked: ReadonlySet<number> = new Set();
  #buffer: ImageData | null = null;

  constructor(color: MapColor, colors: PlotColors, listeners: MapListeners) {
    this.#listeners = listeners;
    this.#color = color;
    this.#colors = colors;
    this.#hover.append(this.#hoverImage, this.#hoverText);
    this.#plot = element(
      'div',
      {
        class: 'map-plot',
        tabindex: 0,
        role: 'application',
        'aria-label':
          'Map of the images: arrows go from point to point, Enter selects the points around, Space opens one, plus and minus zoom, 0 shows all, Escape selects none',
      },
      this.#points,
      this.#overlay.canvas,
      this.#hover,
    );
    const modes = [
      ['select', 'Select'],
      ['move', 'Move'],
    ] as const;
    const select = element(
      'select',
      { id: 'map-color' },
      ...(['class', 'predicted', 'issue', 'split'] as const).map((name) => element('option', { value: name }, name)),
    );
    select.value = color;
    select.addEventListener('change', () => {
      this.#color = select.value as MapColor;
      listeners.onColor(this.#color);
    });
    const reset = element('button', { class: 'icon-button', type: 'button', 'aria-label': 'Show the whole map' });
    reset.append(icon('zoomOut'));
    reset.addEventListener('click', () => this.#reset());
    this.root = element(
      'section',
      { class: 'map', 'aria-label': 'Map', hidden: true },
      element(
        'div',
        { class: 'toolbar' },
        segments('Drag to', 'map-mode', modes, this.#mode, (mode) => {
          this.#mode = mode;
          this.#plot.dataset.mode = mode;
        }),
        element('span', { class: 'field' }, element('label', { for: 'map-color' }, 'Colour'), select),
        reset,
        this.#status,
      ),
      this.#plot,
      this.#legend,
    );
    this.#plot.dataset.mode = this.#mode;
    this.#listen();
    new ResizeObserver(() => this.#resized()).observe(this.#plot);
  }

  /** @param how e.g. `UMAP of mobilenet_v2`. @param inside ids of the lasso's selection; null: none */
  show(answer: CatalogueAnswers['map'], how: string, inside: readonly number[] | null): void {
    const isSame = this.#answer?.ids.length === answer.ids.length && this.#answer.x[0] === answer.x[0];
    this.#answer = answer;
    this.#inside = inside && new Set(inside);
    this.#index = new PointIndex(answer.x, answer.y);
    if (!isSame) {
      this.#cursor = -1;
      this.#view = null;
    }
    const of = answer.total > answer.ids.length ? ` of ${count(answer.total)}` : '';
    setText(this.#status, `${how}, ${count(answer.ids.length)}${of} ${answer.total === 1 ? 'image' : 'images'}`);
    this.#showLegend();
    this.#request();
  }

  recolor(colors: PlotColors): void {
    this.#colors = colors;
    this.#showLegend();
    this.#request();
  }

  /** Images that are selected elsewhere. */
  mark(ids: ReadonlySet<number>): void {
    this.#marked = ids;
    this.#overlay.request();
  }

  /** The picture of the image that is pointed at. @param uri undefined: not here yet */
  showHover(id: number, uri: string | null | undefined, text: string): void {
    if (this.#answer?.ids[this.#cursor] !== id) return;
    setHidden(this.#hoverImage, !uri);
    if (uri && this.#hoverImage.src !== uri) this.#hoverImage.src = uri;
    setText(this.#hoverText, text);
    setAttribute(this.#plot, 'aria-description', text);
  }

  #listen(): void {
    const plot = this.#plot;
    plot.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    plot.addEventListener('pointerdown', (event) => this.#down(event));
    plot.addEventListener('pointermove', (event) => this.#move(event));
    plot.addEventListener('pointerup', (event) => this.#up(event));
    plot.addEventListener('pointerleave', () => !this.#isKeyboard && this.#point(-1));
    plot.addEventListener('blur', () => this.#point(-1));
    plot.addEventListener('dblclick', () => this.#cursor >= 0 && this.#open());
    plot.addEventListener('keydown', (event) => this.#key(event));
  }

  #resized(): void {
    const { clientWidth: width, clientHeight: height } = this.#plot;
    if (width === 0 || height === 0) return;
    if (this.#view) this.#view = { ...this.#view, width, height };
    this.#request();
  }

  #reset(): void {
    this.#view = null;
    this.#request();
  }

  #request(): void {
    this.#overlay.request();
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawPoints();
    });
  }

  #viewport(): Viewport | null {
    const { clientWidth: width, clientHeight: height } = this.#plot;
    if (!this.#answer || width === 0 || height === 0) return null;
    if (!this.#view) {
      this.#view = wholeView(this.#answer.x, this.#answer.y, width, height);
      this.#least = this.#view.scale;
    }
    return this.#view;
  }

  #drawPoints(): void {
    const view = this.#viewport();
    const context = this.#points.getContext('2d');
    if (!view || !context || !this.#answer) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
    if (this.#points.width !== width || this.#points.height !== height) Object.assign(this.#points, { width, height });
    if (this.#buffer?.width !== width || this.#buffer.height !== height)
      this.#buffer = context.createImageData(width, height);
    const { x, y, color, ids } = this.#answer;
    const inside = this.#inside;
    const faded = inside && Uint8Array.from(ids, (id) => (inside.has(id) ? 0 : 1));
    const crowd = ids.length > 10_000 ? 1.6 : ids.length > 2000 ? 2.2 : 3.2;
    const zoom = Math.min(2.2, Math.sqrt(view.scale / this.#least));
    drawDots(this.#buffer.data, { ...view, width, height, scale: view.scale * ratio }, { xs: x, ys: y, color }, faded, {
      radius: crowd * Math.max(1, zoom) * ratio,
      background: rgb(this.#colors.background),
      colors: this.#answer.names.map((_, at) => this.#rgbOf(at)),
    });
    context.putImageData(this.#buffer, 0, 0);
  }

  #rgbOf(at: number): Rgb {
    return rgb(colorAt(this.#colors, at));
  }

  #drawOverlay(context: CanvasRenderingContext2D): void {
    const view = this.#viewport();
    if (!view || !this.#answer) return;
    const { x, y, ids } = this.#answer;
    context.strokeStyle = this.#colors.foreground;
    context.lineWidth = 1.5;
    if (this.#marked.size > 0) {
      context.beginPath();
      for (let at = 0; at < ids.length; at++) {
        if (!this.#marked.has(ids[at]!)) continue;
        const [px, py] = toPixel(view, x[at]!, y[at]!);
        context.moveTo(px + 5, py);
        context.arc(px, py, 5, 0, 2 * Math.PI);
      }
      context.stroke();
    }
    if (this.#lasso) {
      context.beginPath();
      for (const [px, py] of this.#lasso) context.lineTo(px, py);
      context.closePath();
      context.globalAlpha = 0.15;
      context.fillStyle = this.#colors.foreground;
      context.fill();
      context.globalAlpha = 1;
      context.setLineDash([4, 3]);
      context.stroke();
      context.setLineDash([]);
    }
    if (this.#cursor < 0) return;
    const [px, py] = toPixel(view, x[this.#cursor]!, y[this.#cursor]!);
    context.lineWidth = 2;
    context.beginPath();
    context.arc(px, py, 7, 0, 2 * Math.PI);
    context.stroke();
    if (!this.#isKeyboard) return;
    context.setLineDash([3, 4]);
    context.lineWidth = 1;
    context.beginPath();
    context.arc(px, py, CIRCLE, 0, 2 * Math.PI);
    context.stroke();
    context.setLineDash([]);
  }

  #showLegend(): void {
    const names = this.#answer?.names ?? [];
    this.#legend.replaceChildren(
      ...names.slice(0, MOST_NAMES).map((name, at) => {
        const swatch = element('span', { class: 'plot-swatch' });
        swatch.style.background = colorAt(this.#colors, at);
        const key = element(
          'button',
          { class: 'legend-item', type: 'button', title: `Show ${name} only` },
          swatch,
          name,
        );
        key.addEventListener('click', () => this.#listeners.onName(this.#color, name));
        return key;
      }),
      names.length > MOST_NAMES
        ? element('span', { class: 'quiet' }, `and ${count(names.length - MOST_NAMES)} more`)
        : '',
    );
  }

  #place(event: MouseEvent): [number, number] {
    const { left, top } = this.#plot.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  #wheel(event: WheelEvent): void {
    const view = this.#viewport();
    if (!view) return;
    event.preventDefault();
    const [px, py] = this.#place(event);
    this.#view = zoomAt(view, px, py, Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016)), this.#least);
    this.#request();
  }

  #down(event: PointerEvent): void {
    if (event.button > 1) return;
    this.#plot.setPointerCapture(event.pointerId);
    const [x, y] = this.#place(event);
    this.#isKeyboard = false;
    if (this.#mode === 'move' || event.button === 1) this.#drag = { x, y };
    else this.#lasso = [[x, y]];
  }

  #move(event: PointerEvent): void {
    const view = this.#viewport();
    if (!view) return;
    const [px, py] = this.#place(event);
    if (this.#drag) {
      this.#view = panBy(view, px - this.#drag.x, py - this.#drag.y);
      this.#drag = { x: px, y: py };
      this.#request();
    } else if (this.#lasso) {
      this.#lasso.push([px, py]);
      this.#overlay.request();
    } else {
      this.#isKeyboard = false;
      const [x, y] = toPlane(view, px, py);
      this.#point(this.#index.nearest(x, y, REACH / view.scale));
    }
  }

  #up(event: PointerEvent): void {
    const lasso = this.#lasso;
    const view = this.#viewport();
    const moved = this.#drag !== null;
    this.#lasso = null;
    this.#drag = null;
    this.#overlay.request();
    if (!view || !lasso || !this.#answer || moved) return;
    const spread = Math.max(...lasso.map(([x, y]) => Math.hypot(x - lasso[0]![0], y - lasso[0]![1])));
    if (spread < 5) {
      this.#move(event);
      if (this.#cursor >= 0) this.#open();
      else if (this.#inside) this.#listeners.onLasso(null);
      return;
    }
    const polygon = lasso.map(([x, y]) => toPlane(view, x, y));
    this.#select(insidePolygon(this.#answer.x, this.#answer.y, polygon));
  }

  #select(found: readonly number[]): void {
    const ids = this.#answer?.ids ?? [];
    if (found.length > 0) this.#listeners.onLasso(found.map((at) => ids[at]!));
    setAttribute(this.#plot, 'aria-description', `${plural(found.length, 'image')} selected`);
  }

  #open(): void {
    const id = this.#answer?.ids[this.#cursor];
    if (id !== undefined) this.#listeners.onOpen(id);
  }

  #point(at: number): void {
    if (at === this.#cursor && at >= 0) return;
    this.#cursor = at;
    this.#overlay.request();
    const view = this.#viewport();
    setHidden(this.#hover, at < 0);
    const id = this.#answer?.ids[at];
    if (at < 0 || !view || id === undefined) {
      this.#listeners.onHover(null);
      return;
    }
    const [px, py] = toPixel(view, this.#answer!.x[at]!, this.#answer!.y[at]!);
    const toLeft = px > view.width - 190;
    const top = Math.max(4, Math.min(view.height - 180, py - 80));
    this.#hover.style.transform = `translate(${Math.round(toLeft ? px - 170 : px + 16)}px, ${Math.round(top)}px)`;
    setHidden(this.#hoverImage, true);
    setText(this.#hoverText, this.#answer?.names[this.#answer.color[at]!] ?? '');
    this.#listeners.onHover(id);
  }

  #key(event: KeyboardEvent): void {
    const view = this.#viewport();
    if (!view || !this.#answer || event.altKey) return;
    const arrows: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    };
    const arrow = arrows[event.key];
    const zoom = { '+': 1.4, '=': 1.4, '-': 1 / 1.4 }[event.key];
    if (arrow && (event.ctrlKey || event.shiftKey)) this.#view = panBy(view, -arrow[0] * PAN, arrow[1] * PAN);
    else if (arrow) this.#step(arrow, view);
    else if (zoom !== undefined) {
      const at = this.#cursor;
      const [px, py] =
        at < 0 ? [view.width / 2, view.height / 2] : toPixel(view, this.#answer.x[at]!, this.#answer.y[at]!);
      this.#view = zoomAt(view, px, py, zoom, this.#least);
    } else if (event.key === '0') this.#view = null;
    else if (event.key === 'Enter' && this.#cursor >= 0) {
      const at = this.#cursor;
      this.#select(this.#index.within(this.#answer.x[at]!, this.#answer.y[at]!, CIRCLE / view.scale));
    } else if (event.key === ' ' && this.#cursor >= 0) this.#open();
    else if (event.key === 'Escape' && this.#inside) this.#listeners.onLasso(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.#request();
  }

  #step([dx, dy]: [number, number], view: Viewport): void {
    this.#isKeyboard = true;
    const next =
      this.#cursor < 0
        ? this.#index.nearest(view.x, view.y, Number.MAX_SAFE_INTEGER)
        : this.#index.towards(this.#cursor, dx, dy);
    if (next < 0) return;
    const [px, py] = toPixel(view, this.#answer!.x[next]!, this.#answer!.y[next]!);
    const out = (value: number, most: number) => (value < 40 ? value - 40 : value > most - 40 ? value - most + 40 : 0);
    this.#view = panBy(view, -out(px, view.width), -out(py, view.height));
    this.#point(next);
  }
}

function rgb(color: string): Rgb {
  const parsed = parseColor(color);
  if (parsed) return [parsed[0], parsed[1], parsed[2]];
  const hsl = /^hsl\((\d+) (\d+)% (\d+)%\)$/.exec(color);
  return hsl ? fromHsl(Number(hsl[1]), Number(hsl[2]) / 100, Number(hsl[3]) / 100) : [128, 128, 128];
}

function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
