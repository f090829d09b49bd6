import { defaultSweep, type SweepSettings } from '../../src/protocol/lr-finder.ts';
import { element, setAttribute, setText } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { button, setDisabled } from '../ui/kit.ts';

type Field = keyof SweepSettings;

const labels: Record<Field, string> = {
  start: 'First rate',
  end: 'Last rate',
  steps: 'Iterations',
  seeds: 'Seeds',
};

/** What is wrong with what was typed; null: nothing. The same limits as the job's. */
function sweepMistake({ start, end, steps, seeds }: SweepSettings): string | null {
  const isWhole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  if (!(start > 0) || !Number.isFinite(start)) return 'The first rate is a number above 0.';
  if (!(end > start) || !Number.isFinite(end)) return 'The last rate is larger than the first.';
  if (!isWhole(steps, 20, 2000)) return 'Iterations: a whole number from 20 to 2,000.';
  if (!isWhole(seeds, 1, 20)) return 'Seeds: a whole number from 1 to 20.';
  return null;
}

/** Settings of the next sweep, folded in under the curve. */
export class SweepForm {
  readonly root: HTMLDetailsElement;
  readonly #inputs = new Map<Field, HTMLInputElement>();
  readonly #mistake = element('p', { class: 'mistake', role: 'alert' });
  readonly #run: HTMLElement;
  #touched = false;

  constructor(open: boolean, listeners: { onAgain(sweep: SweepSettings): void; onToggle(open: boolean): void }) {
    const submit = () => {
      if (sweepMistake(this.#read()) === null) listeners.onAgain(this.#read());
    };
    this.#run = button('Run Again', { appearance: 'secondary', icon: icon('play'), onClick: submit });
    const fields = (Object.keys(labels) as Field[]).map((name) => {
      const input = element('input', {
        type: 'text',
        inputmode: 'decimal',
        id: `sweep-${name}`,
        size: 8,
        spellcheck: false,
      });
      input.addEventListener('input', () => {
        this.#touched = true;
        this.#check();
      });
      input.addEventListener('keydown', (event) => {
        if (event.key === 'Enter') submit();
      });
      this.#inputs.set(name, input);
      return element('div', { class: 'field' }, element('label', { for: `sweep-${name}` }, labels[name]), input);
    });
    this.root = element(
      'details',
      { open },
      element('summary', {}, element('h2', {}, 'Run again with other settings')),
      element('div', { class: 'sweep-form' }, ...fields, this.#run, this.#mistake),
    ) as HTMLDetailsElement;
    this.root.addEventListener('toggle', () => listeners.onToggle(this.root.open));
    this.#write(defaultSweep);
  }

  /** Shows the settings of the sweep on the page, unless others have been typed. */
  update(sweep: SweepSettings): void {
    if (!this.#touched) this.#write(sweep);
  }

  #write(sweep: SweepSettings): void {
    for (const [name, input] of this.#inputs) {
      const text = String(sweep[name]);
      if (input.value !== text) input.value = text;
    }
    this.#check();
  }

  #read(): SweepSettings {
    const value = (name: Field) => {
      const text = this.#inputs.get(name)!.value.trim();
      return text === '' ? Number.NaN : Number(text);
    };
    return { start: value('start'), end: value('end'), steps: value('steps'), seeds: value('seeds') };
  }

  #check(): void {
    const mistake = sweepMistake(this.#read());
    setText(this.#mistake, mistake ?? '');
    setDisabled(this.#run, mistake !== null);
    for (const input of this.#inputs.values()) setAttribute(input, 'aria-invalid', mistake === null ? null : 'true');
  }
}
