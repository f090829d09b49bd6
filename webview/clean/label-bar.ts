import type { LabelSummary } from '../../src/protocol/catalogue.ts';
import type { CleanPanelState } from '../../src/protocol/clean-panel.ts';
import { type LabelMode, type LabelScore, WEAK_AGREEMENT } from '../../src/protocol/findings.ts';
import { segments } from '../ui/controls.ts';
import { element, setHidden, setText } from '../ui/dom.ts';
import { count, percent } from '../ui/format.ts';
import { noiseMatrix } from './noise-matrix.ts';

const modes: readonly (readonly [LabelMode, string])[] = [
  ['both', 'both rules (fewest, surest)'],
  ['by-noise-rate', 'by noise rate'],
  ['by-class', 'by class'],
  ['predicted', 'predicted ≠ label (most)'],
  ['wrong-above', 'wrong and sure'],
];
const scores: readonly (readonly [LabelScore, string])[] = [
  ['self-confidence', 'self-confidence'],
  ['normalized-margin', 'normalized margin'],
  ['confidence-weighted-entropy', 'weighted entropy'],
];

type State = Pick<CleanPanelState, 'mode' | 'score' | 'budget'>;

/** How label issues are picked and ranked, and what a review of the worst is expected to bring. */
export class LabelBar {
  readonly root: HTMLElement;
  readonly #onChange: (change: Partial<State>) => void;
  readonly #mode = element('select', { id: 'mode' });
  readonly #score = element('select', { id: 'score' });
  readonly #budget = element('input', {
    type: 'number',
    id: 'budget',
    min: 1,
    step: 50,
    'aria-label': 'Budget, images',
  });
  readonly #expected = element('span', { role: 'status' });
  readonly #rest = element('span', { class: 'quiet' });
  readonly #doubtText = element('span', {});
  readonly #doubt: HTMLElement;
  readonly #done = element('div', { class: 'bar-fill' });
  readonly #matrix = element('div', { class: 'noise-scroll' });
  readonly #details: HTMLDetailsElement;
  readonly #line: HTMLElement;
  readonly #switch = element('div', {});
  #state: State;

  constructor(
    state: State,
    onChange: (change: Partial<State>) => void,
    onPair: (given: string, actual: string) => void,
    onWeights: () => void,
  ) {
    this.#state = { mode: state.mode, score: state.score, budget: state.budget };
    this.#onChange = onChange;
    this.#onPair = onPair;
    const fill = (select: HTMLSelectElement, options: readonly (readonly [string, string])[], value: string) =>
      select.append(
        ...options.map(([name, text]) => element('option', { value: name, selected: name === value }, text)),
      );
    fill(this.#mode, modes, state.mode);
    fill(this.#score, scores, state.score);
    this.#mode.addEventListener('change', () => this.#change({ mode: this.#mode.value as LabelMode }));
    this.#score.addEventListener('change', () => this.#change({ score: this.#score.value as LabelScore }));
    this.#budget.value = String(state.budget);
    this.#budget.addEventListener('change', () => {
      const budget = Math.max(1, Math.round(Number(this.#budget.value) || 200));
      this.#budget.value = String(budget);
      this.#change({ budget });
    });
    this.#details = element(
      'details',
      { class: 'noise-details' },
      element('summary', {}, 'Which classes are mixed up'),
      this.#matrix,
    ) as HTMLDetailsElement;
    this.#line = element(
      'div',
      { class: 'budget' },
      element('label', { for: 'budget' }, 'Worst'),
      this.#budget,
      this.#expected,
      element('div', { class: 'bar budget-bar', 'aria-hidden': 'true' }, this.#done),
      this.#rest,
    );
    const weights = element('button', { class: 'link', type: 'button' }, 'Get pretrained weights…');
    weights.addEventListener('click', onWeights);
    this.#doubt = element('p', { class: 'label-doubt', role: 'status' }, this.#doubtText, ' ', weights);
    this.root = element(
      'section',
      { class: 'label-bar', 'aria-label': 'Label issues' },
      element(
        'div',
        { class: 'toolbar' },
        this.#switch,
        element('span', { class: 'field' }, element('label', { for: 'mode' }, 'picked'), this.#mode),
        element('span', { class: 'field' }, element('label', { for: 'score' }, 'ranked by'), this.#score),
      ),
      this.#doubt,
      this.#line,
      this.#details,
    );
    this.#drawSwitch();
    this.show(null);
  }

  readonly #onPair: (given: string, actual: string) => void;

  show(summary: LabelSummary | null): void {
    setHidden(this.#line, summary === null);
    setHidden(this.#details, summary === null);
    setHidden(this.#doubt, summary === null || summary.agreement >= WEAK_AGREEMENT);
    if (!summary) return;
    const { expected, noise, remaining, flagged, how, agreement } = summary;
    setText(
      this.#doubtText,
      `What judges the labels agrees with only ${percent(agreement)} of them: either as many are wrong, or it is too weak to judge. Pretrained weights judge better.`,
    );
    const errors = Math.round(expected.errors);
    const decided =
      expected.decided > 0
        ? `; you decided ${count(expected.decided)}, ${count(expected.confirmedWrong)} of them wrong`
        : '';
    setText(
      this.#expected,
      `images: about ${count(errors)} more real ${errors === 1 ? 'error' : 'errors'} expected${decided}.`,
    );
    this.#done.style.width = `${Math.round((expected.decided / Math.max(1, expected.budget)) * 100)}%`;
    setText(
      this.#rest,
      `${count(flagged)} picked · about ${percent(noise)} of all labels wrong, ${count(Math.round(remaining))} left · ${how}`,
    );
    this.#matrix.replaceChildren(noiseMatrix(summary, this.#onPair));
  }

  #change(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.#mode.value = this.#state.mode;
    this.#drawSwitch();
    this.#onChange(change);
  }

  #drawSwitch(): void {
    const { mode } = this.#state;
    const at = mode === 'both' ? 'precision' : mode === 'predicted' ? 'recall' : 'other';
    const had = this.#switch.contains(document.activeElement);
    this.#switch.replaceChildren(
      segments(
        '',
        'precision',
        [
          ['precision', 'High precision'],
          ['recall', 'High recall'],
        ] as const,
        at as 'precision' | 'recall',
        (value) => this.#change({ mode: value === 'precision' ? 'both' : 'predicted' }),
      ),
    );
    if (had) this.#switch.querySelector<HTMLElement>('input:checked')?.focus();
  }
}
