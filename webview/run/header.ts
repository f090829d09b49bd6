import type { LabelEdits } from '../../src/protocol/run-panel.ts';
import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { count, duration, percent, rate, remaining } from '../ui/format.ts';
import { icon } from '../ui/icons.ts';
import { button, setDisabled } from '../ui/kit.ts';
import { isActive, stateLooks } from '../ui/state-looks.ts';
import { progressShare, recentSteps, secondsLeft, speed } from './eta.ts';
import type { RunView } from './model.ts';
import { type Action, type ActionName, actionsFor } from './states.ts';

/** Name, state, actions, progress and the facts of the moment. */
export class Header {
  readonly root: HTMLElement;
  readonly #name = element('h1', {}, 'Run');
  readonly #star = element('span', { class: 'star', role: 'img', 'aria-label': 'Starred', hidden: true }, icon('star'));
  readonly #badge = element('span', { class: 'state' });
  readonly #tags = element('span', { class: 'tags' });
  readonly #tricks = element('ul', { class: 'tricks', 'aria-label': 'Tricks', hidden: true });
  readonly #note = element('p', { class: 'note', hidden: true });
  readonly #actions = element('div', { class: 'actions', role: 'toolbar', 'aria-label': 'Run' });
  readonly #bar = element('div', { class: 'bar-fill' });
  readonly #progress = element(
    'div',
    { class: 'bar', role: 'progressbar', 'aria-label': 'Progress of the run' },
    this.#bar,
  );
  readonly #facts = element('dl', { class: 'facts' });
  readonly #values = new Map<string, { item: HTMLElement; value: HTMLElement }>();
  readonly #onAction: (name: ActionName) => void;
  #shownActions = '';
  #shownTags = '';
  #shownTricks = '';
  #keepFocus = false;

  constructor(onAction: (name: ActionName) => void) {
    this.#onAction = onAction;
    this.root = element(
      'header',
      { class: 'header' },
      element(
        'div',
        { class: 'title-row' },
        element('div', { class: 'title' }, this.#name, this.#star, this.#badge, this.#tags),
        this.#actions,
      ),
      this.#note,
      this.#tricks,
      this.#progress,
      this.#facts,
    );
  }

  /** @param pending an action that was asked for and that the run has not answered yet. */
  update(view: RunView, pending: ActionName | null): void {
    const { summary } = view;
    setText(this.#name, summary.name);
    setAttribute(this.#name, 'title', summary.name);
    setHidden(this.#star, !summary.starred);
    setText(this.#note, summary.note);
    setHidden(this.#note, !summary.note);
    this.#showState(view);
    this.#showTags(summary.tags);
    this.#showTricks(summary.tricks);
    this.#showActions(actionsFor(summary), pending);
    this.#showProgress(view);
    this.#showFacts(view);
  }

  #showState({ summary }: RunView): void {
    const look = stateLooks[summary.state];
    if (this.#badge.dataset.state === summary.state) return;
    this.#badge.dataset.state = summary.state;
    this.#badge.className = `state tone-${look.tone}`;
    this.#badge.replaceChildren(icon(look.icon), look.label);
  }

  #showTags(tags: readonly string[]): void {
    const key = tags.join('\n');
    if (key === this.#shownTags) return;
    this.#shownTags = key;
    this.#tags.replaceChildren(...tags.map((tag) => element('span', { class: 'tag' }, tag)));
  }

  #showTricks(tricks: readonly string[]): void {
    const key = tricks.join('\n');
    if (key === this.#shownTricks) return;
    this.#shownTricks = key;
    setHidden(this.#tricks, tricks.length === 0);
    this.#tricks.replaceChildren(...tricks.map((trick) => element('li', { class: 'trick' }, trick)));
  }

  #showActions(actions: readonly Action[], pending: ActionName | null): void {
    const key = actions.map((action) => action.name + action.label + action.primary).join();
    if (key !== this.#shownActions) {
      this.#keepFocus ||= this.#actions.contains(document.activeElement);
      this.#shownActions = key;
      this.#actions.replaceChildren(
        ...actions.map((action) => {
          const appearance = action.primary ? 'primary' : 'secondary';
          const { label, title } = action;
          const onClick = () => {
            this.#keepFocus = true;
            this.#onAction(action.name);
          };
          return button(label, { appearance, title, icon: icon(action.icon), onClick });
        }),
      );
    }
    for (const [at, action] of actions.entries()) {
      setDisabled(this.#actions.children[at] as HTMLElement, action.disabled || action.name === pending);
    }
    this.#restoreFocus(actions[0], pending);
  }

  /** Stop turning grey and then into Resume under the user's hands must not throw the focus to the top of the page. */
  #restoreFocus(first: Action | undefined, pending: ActionName | null): void {
    if (!this.#keepFocus || !first || first.disabled || pending) return;
    this.#keepFocus = false;
    if (document.activeElement === document.body) (this.#actions.firstElementChild as HTMLElement).focus();
  }

  #showProgress(view: RunView): void {
    const { state } = view.summary;
    const share = state === 'done' ? 1 : progressShare(view) || null;
    const unknown = share === null && isActive(state);
    setHidden(this.#progress, share === null && !unknown);
    this.#progress.classList.toggle('bar-unknown', unknown);
    this.#progress.dataset.tone = stateLooks[state].tone;
    setAttribute(this.#progress, 'aria-valuenow', share === null ? null : Math.round(share * 100));
    this.#bar.style.width = unknown ? '' : `${((share ?? 0) * 100).toFixed(2)}%`;
  }

  #showFacts(view: RunView): void {
    const { summary, columns } = view;
    const active = isActive(summary.state);
    const pace = speed(columns, active ? columns.length - recentSteps : 0);
    const { epoch, epochs, step, steps } = summary;
    this.#fact('Epoch', epochs > 0 && epoch > 0 ? `${count(epoch)} / ${count(epochs)}` : null);
    this.#fact('Step', step > 0 ? `${count(step)}${steps ? ` / ${count(steps)}` : ''}` : null);
    this.#fact('Time left', summary.state === 'running' && step > 0 ? remaining(secondsLeft(view)) : null);
    const seconds = columns.length ? columns.elapsed[columns.length - 1]! : null;
    this.#fact('Trained for', !active && seconds !== null ? duration(seconds) : null);
    this.#fact(
      'Speed',
      pace ? rate(pace.imagesPerSecond) : null,
      `Over ${active ? `the last ${recentSteps} steps` : 'all steps'}`,
    );
    this.#fact(
      'Loader wait',
      pace ? percent(pace.waitShare) : null,
      'Share of the step time that training waited for images: above 10% decoding is what limits the speed',
    );
    const device = [summary.engine, summary.device].filter(Boolean).join(' · ');
    this.#fact('Engine', device || null, view.engineReason ?? undefined);
    this.#fact('Label edits', view.edits && editsText(view.edits), editsTip);
    this.#fact('Model', view.parameters === null ? summary.architecture : null);
  }

  /** A fact with a tip can be focused, so that the tip is there for the keyboard too. */
  #fact(label: string, text: string | null, tip?: string): void {
    let fact = this.#values.get(label);
    if (!fact) {
      const value = element('dd');
      fact = { item: element('div', { class: 'fact' }, element('dt', {}, label), value), value };
      this.#values.set(label, fact);
      this.#facts.append(fact.item);
    }
    setHidden(fact.item, text === null);
    if (text === null) return;
    if (!tip) {
      setText(fact.value, text);
      return;
    }
    const known = fact.value.querySelector('.tipped');
    if (known) {
      setText(known.firstChild!, text);
      setText(known.lastElementChild!, tip);
      return;
    }
    const id = `tip-${label.toLowerCase().replace(/\W/g, '-')}`;
    const bubble = element('span', { class: 'tip', role: 'tooltip', id }, tip);
    fact.value.replaceChildren(
      element(
        'span',
        { class: 'tipped', tabindex: '0', 'aria-describedby': id },
        document.createTextNode(text),
        icon('info'),
        bubble,
      ),
    );
  }
}

const editsTip =
  'What you changed in the data before this run began (.loupe/labels.jsonl): it trains with that to its end';

/** `12 relabelled, 3 excluded`. */
function editsText({ relabelled, labelled, excluded, resplit }: LabelEdits): string {
  const parts = [
    relabelled > 0 && `${count(relabelled)} relabelled`,
    labelled > 0 && `${count(labelled)} labelled`,
    excluded > 0 && `${count(excluded)} excluded`,
    resplit > 0 && `${count(resplit)} in another split`,
  ];
  return parts.filter(Boolean).join(', ');
}
