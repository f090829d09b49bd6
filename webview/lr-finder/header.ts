import type { FinderSnapshot, PanelOrigin } from '../../src/protocol/lr-finder-panel.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { count, plural } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button, setDisabled } from '../ui/kit.ts';
import { isActive, stateLooks } from '../ui/state-looks.ts';
import { rateText, roundRate } from './rate.ts';

export interface HeaderListeners {
  onUse(): void;
  onCopy(): void;
  onStop(): void;
  onOpenOrigin(): void;
}

/** What the rate is for, what can be done with it, how far the work is, and the facts of the sweep. */
export class Header {
  readonly root: HTMLElement;
  readonly #name = element('h1');
  readonly #badge = element('span', { class: 'state' });
  readonly #use: HTMLElement;
  readonly #copy: HTMLElement;
  readonly #stop: HTMLElement;
  readonly #origin: HTMLButtonElement;
  readonly #now = element('span', { class: 'now' });
  readonly #bar = element('div', { class: 'bar-fill' });
  readonly #progress = element('div', { class: 'bar', role: 'progressbar', 'aria-label': 'Progress' }, this.#bar);
  readonly #facts = element('dl', { class: 'facts' });
  #shownFacts = '';

  constructor(listeners: HeaderListeners) {
    this.#use = button('Use', { appearance: 'primary', icon: icon('check'), onClick: () => listeners.onUse() });
    this.#copy = button('Copy', {
      appearance: 'secondary',
      title: 'Copy the rate',
      icon: icon('copy'),
      onClick: () => listeners.onCopy(),
    });
    this.#stop = button('Stop', {
      appearance: 'secondary',
      title: 'Stop and judge what there is',
      icon: icon('stop'),
      onClick: () => listeners.onStop(),
    });
    this.#origin = element('button', { class: 'link origin', type: 'button' });
    this.#origin.addEventListener('click', () => listeners.onOpenOrigin());
    const actions = { class: 'actions', role: 'toolbar', 'aria-label': 'Learning rate' };
    this.root = element(
      'header',
      { class: 'header' },
      element(
        'div',
        { class: 'title-row' },
        element('div', { class: 'title' }, this.#name, this.#badge),
        element('div', actions, this.#use, this.#copy, this.#stop),
      ),
      element('p', { class: 'note' }, this.#origin, this.#now),
      this.#progress,
      this.#facts,
    );
  }

  /** @param rate of the selected marker; null: there is none. */
  update(snapshot: FinderSnapshot, rate: number | null): void {
    const { summary, origin } = snapshot;
    const look = stateLooks[summary.state];
    setText(this.#name, `Learning rate of ${summary.name}`);
    if (this.#badge.dataset.state !== summary.state) {
      this.#badge.dataset.state = summary.state;
      this.#badge.className = `state tone-${look.tone}`;
      this.#badge.replaceChildren(icon(look.icon), look.label);
    }
    const active = isActive(summary.state);
    setText(this.#use.lastChild!, useText(origin, rate));
    // What nobody vouches for can be taken, but is not pressed on anybody.
    setAttribute(this.#use, 'appearance', summary.verdict?.usable === false ? 'secondary' : 'primary');
    setDisabled(this.#use, rate === null || origin.missing || isInUse(origin, rate));
    setDisabled(this.#copy, rate === null);
    setHidden(this.#stop, !active);
    setDisabled(this.#stop, summary.state === 'stopping');
    setText(this.#origin, origin.name);
    this.#origin.disabled = origin.missing;
    setText(this.#now, nowText(origin));
    this.#showProgress(summary, active);
    this.#showFacts(snapshot);
  }

  #showProgress({ done, total, state }: FinderSnapshot['summary'], active: boolean): void {
    setHidden(this.#progress, !active);
    const unknown = done === 0;
    this.#progress.classList.toggle('bar-unknown', unknown);
    this.#progress.dataset.tone = stateLooks[state].tone;
    const share = total > 0 ? done / total : 0;
    setAttribute(this.#progress, 'aria-valuenow', unknown ? null : Math.round(share * 100));
    this.#bar.style.width = unknown ? '' : `${(share * 100).toFixed(1)}%`;
  }

  #showFacts({ plan, engine, summary }: FinderSnapshot): void {
    const from = plan?.checkpoint ? `checkpoint at step ${count(plan.checkpoint.step)}` : 'a fresh model';
    const facts: [string, string][] = [
      [
        'Sweep',
        `${rateText(summary.sweep.start)} … ${rateText(summary.sweep.end)} in ${count(summary.sweep.steps)} iterations`,
      ],
      ['Seeds', plan ? plan.seeds.join(', ') : String(summary.sweep.seeds)],
      ...(plan
        ? ([
            ['Begins with', from],
            ['Iteration', `${plural(plan.images, 'image')} of ${count(plan.train)}`],
          ] as [string, string][])
        : []),
      ...(engine ? ([['Engine', engine]] as [string, string][]) : []),
    ];
    const key = JSON.stringify(facts);
    if (key === this.#shownFacts) return;
    this.#shownFacts = key;
    this.#facts.replaceChildren(
      ...facts.map(([term, text]) =>
        element('div', { class: 'fact' }, element('dt', {}, term), element('dd', {}, text)),
      ),
    );
  }
}

/** The button says what it will do. */
function useText({ kind, ...origin }: PanelOrigin, rate: number | null): string {
  if (rate === null) return kind === 'run' ? 'Duplicate with This Rate' : 'Use This Rate';
  if (isInUse({ kind, ...origin }, rate)) return `${rateText(rate)} Is in Use`;
  if (kind === 'config') return `Use ${rateText(rate)}`;
  return kind === 'data' ? `New Config with ${rateText(rate)}` : `Duplicate with ${rateText(rate)}`;
}

function isInUse({ kind, learningRate }: PanelOrigin, rate: number | null): boolean {
  return kind === 'config' && rate !== null && learningRate !== null && roundRate(rate) === learningRate;
}

function nowText({ kind, missing, learningRate }: PanelOrigin): string {
  if (missing) return ' is there no more';
  if (learningRate === null) return '';
  const verb = kind === 'data' ? 'would be trained with' : kind === 'run' ? 'was trained with' : 'has';
  return ` ${verb} ${figureText(learningRate)}`;
}

/** As written in the config: not rounded. */
function figureText(rate: number): string {
  return rate < 1e-3 ? rate.toExponential().replace('e+', 'e') : String(rate);
}
