import type { StyleNote } from '../../src/protocol/catalogue.ts';
import type { CleanView } from '../../src/protocol/clean-panel.ts';
import type { FindingKind, FindingThresholds } from '../../src/protocol/findings.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { roveOver, setStops } from '../ui/roving.ts';
import { kindSections, kindTexts, type ThresholdControl, thresholdControls } from './kinds.ts';

export interface KindListeners {
  onKind(kind: FindingKind): void;
  onView(view: CleanView): void;
  /** The last payoff that was measured. */
  onPayoff(): void;
  onThresholds(thresholds: FindingThresholds): void;
}

interface Entry {
  root: HTMLElement;
  button: HTMLElement;
  count: HTMLElement;
  /** Says that most images of the set have it. */
  style: HTMLElement;
  slot: HTMLElement;
}

/** The kinds of issues with their counts; the thresholds of the one that is shown. */
export class KindList {
  readonly root: HTMLElement;
  readonly #listeners: KindListeners;
  readonly #kinds = new Map<FindingKind, Entry>();
  readonly #views = new Map<CleanView, Entry>();
  readonly #payoff: Entry;
  readonly #defaults: FindingThresholds;
  #thresholds: FindingThresholds;

  constructor(thresholds: FindingThresholds, defaults: FindingThresholds, listeners: KindListeners) {
    this.#thresholds = thresholds;
    this.#defaults = defaults;
    this.#listeners = listeners;
    const sections = kindSections.map(({ title, kinds }) =>
      element(
        'section',
        { class: 'kinds-section' },
        element('h2', {}, title),
        ...kinds.map((kind) => this.#kind(kind)),
      ),
    );
    const payoff = this.#entry('Payoff', '', () => this.#listeners.onPayoff());
    this.#payoff = payoff;
    setHidden(payoff.root, true);
    const others = element(
      'section',
      { class: 'kinds-section kinds-others' },
      this.#view('unlabelled', 'New images', 'Images without a label, the most useful to label first'),
      this.#view('history', 'History', 'Every edit, who made it and when'),
      payoff.root,
    );
    this.root = element('nav', { class: 'kinds', 'aria-label': 'Issues' }, ...sections, others);
    roveOver(
      this.root,
      () => this.#buttons(),
      () => 1,
    );
    setStops(this.#buttons(), this.#buttons()[0]);
  }

  /** Counts of all kinds; one that is missing has none. */
  showCounts(counts: Partial<Record<FindingKind, number>>): void {
    for (const [kind, { count: node, root }] of this.#kinds) {
      const found = counts[kind] ?? 0;
      setText(node, count(found));
      root.classList.toggle('kind-none', found === 0);
    }
  }

  /** Marks the kinds that are the set's style: what is not counted there is told of. */
  showStyle(notes: readonly StyleNote[]): void {
    for (const [kind, { style, button }] of this.#kinds) {
      const note = notes.find((one) => one.kind === kind);
      setHidden(style, note === undefined);
      const { text } = kindTexts[kind];
      button.title = note ? `${text}\n${note.text} ${plural(note.images, 'image')} not counted.` : text;
    }
  }

  showPayoff(payoff: { figure: string; text: string } | null): void {
    setHidden(this.#payoff.root, payoff === null);
    if (!payoff) return;
    setText(this.#payoff.count, payoff.figure);
    this.#payoff.button.title = payoff.text;
  }

  showViewCount(view: CleanView, images: number): void {
    const entry = this.#views.get(view);
    if (entry) setText(entry.count, images > 0 ? count(images) : '');
  }

  choose(view: CleanView, kind: FindingKind): void {
    for (const [other, entry] of this.#kinds) this.#mark(entry, view === 'issues' && other === kind);
    for (const [other, entry] of this.#views) this.#mark(entry, other === view);
    for (const [other, { slot }] of this.#kinds) {
      const controls = thresholdControls[other];
      const open = view === 'issues' && other === kind && controls !== undefined;
      setHidden(slot, !open);
      if (open && slot.childElementCount === 0) slot.append(...controls.map((control) => this.#slider(control)));
    }
  }

  #mark({ button }: Entry, chosen: boolean): void {
    setAttribute(button, 'aria-current', chosen ? 'true' : null);
  }

  #kind(kind: FindingKind): HTMLElement {
    const { title, text } = kindTexts[kind];
    const entry = this.#entry(title, text, () => this.#listeners.onKind(kind));
    this.#kinds.set(kind, entry);
    return entry.root;
  }

  #view(view: CleanView, title: string, text: string): HTMLElement {
    const entry = this.#entry(title, text, () => this.#listeners.onView(view));
    this.#views.set(view, entry);
    return entry.root;
  }

  #entry(title: string, text: string, onClick: () => void): Entry {
    const images = element('span', { class: 'kind-count' });
    const style = element('span', { class: 'kind-style', hidden: true }, 'style');
    const button = element(
      'button',
      { class: 'kind', type: 'button', title: text },
      element('span', { class: 'kind-title' }, title),
      style,
      images,
    );
    button.addEventListener('click', onClick);
    const slot = element('div', { class: 'thresholds', hidden: true });
    return { root: element('div', { class: 'kind-entry' }, button, slot), button, count: images, style, slot };
  }

  #slider({ name, title, min, max, step }: ThresholdControl): HTMLElement {
    const id = `threshold-${name}`;
    const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
    const input = element('input', { type: 'range', id, min, max, step });
    const output = element('output', { class: 'slider-value', for: id });
    const show = (value: number) => {
      input.value = String(value);
      setText(output, value.toFixed(digits));
    };
    const change = (value: number) => {
      show(value);
      this.#thresholds = { ...this.#thresholds, [name]: value };
      this.#listeners.onThresholds(this.#thresholds);
    };
    show(this.#thresholds[name]);
    input.addEventListener('input', () => change(Number(input.value)));
    const reset = element('button', { class: 'link reset', type: 'button', title: 'Back to the default' }, '↺');
    reset.setAttribute('aria-label', `${title}: back to ${this.#defaults[name]}`);
    reset.addEventListener('click', () => change(this.#defaults[name]));
    return element(
      'div',
      { class: 'threshold' },
      element('label', { for: id }, title),
      element('div', { class: 'threshold-row' }, input, output, reset),
    );
  }

  #buttons(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>('.kind-entry:not([hidden]) > .kind')];
  }
}
