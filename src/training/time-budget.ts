/** Steps whose time is averaged. */
const WINDOW = 32;
/** Until one was measured: what predicting an image costs beside training on it. */
const PREDICT_SHARE = 0.4;

/** What decides how far the schedule moves with a step. */
export interface Pace {
  /** Share of the schedule done, 0–1. */
  share: number;
  /** That training may still take, validations included. */
  secondsLeft: number;
  stepSeconds: number;
  validationSeconds: number;
  stepsPerEpoch: number;
}

/**
 * Steps that still fit, ≥ 1: every epoch costs a validation beside its steps, and one more comes after the last step.
 */
export function stepsLeft({ secondsLeft, stepSeconds, validationSeconds, stepsPerEpoch }: Omit<Pace, 'share'>): number {
  const perStep = stepSeconds + validationSeconds / stepsPerEpoch;
  return Math.max(1, Math.floor((secondsLeft - validationSeconds) / perStep));
}

/** Share of the schedule done after the next step: what is left of it is spread over the steps that still fit. */
export function nextShare(pace: Pace): number {
  const left = stepsLeft(pace);
  return left === 1 ? 1 : pace.share + (1 - pace.share) / left;
}

/**
 * Stretches a schedule over `seconds` of wall time: learning rate and momentum follow the time used, however fast the machine
 * is, and the schedule ends when the time does. How many steps that are depends on the machine, so that such a run is the one
 * kind whose numbers a second run with the same seed need not repeat.
 */
export class TimeBudget {
  readonly #seconds: number;
  readonly #started: number;
  readonly #now: () => number;
  #last: number;
  #steps: number[] = [];
  #validation: number | null = null;

  /**
   * @param spent seconds that earlier processes used of it
   * @param now milliseconds
   */
  constructor(seconds: number, spent: number, now = () => performance.now()) {
    this.#seconds = seconds;
    this.#now = now;
    this.#started = now() - spent * 1000;
    this.#last = now();
  }

  /** Time from here counts for the next step. */
  begin(): void {
    this.#last = this.#now();
  }

  /** Call after each step. Returns the share of the schedule done. */
  step(share: number, work: { stepsPerEpoch: number; validationBatches: number }): number {
    const now = this.#now();
    this.#steps.push((now - this.#last) / 1000);
    this.#last = now;
    // The first step of a process prepares kernels: it says nothing of the others.
    if (this.#steps.length === 2) this.#steps.shift();
    if (this.#steps.length > WINDOW) this.#steps.shift();
    return nextShare({ share, ...this.#pace(work) });
  }

  validated(seconds: number): void {
    this.#validation = seconds;
  }

  /** Epochs that the run will have had in the end, as far as can be said now. */
  epochs(done: number, work: { stepsPerEpoch: number; validationBatches: number }): number {
    return Math.ceil(done + stepsLeft(this.#pace(work)) / work.stepsPerEpoch - 1e-9);
  }

  #pace({
    stepsPerEpoch,
    validationBatches,
  }: {
    stepsPerEpoch: number;
    validationBatches: number;
  }): Omit<Pace, 'share'> {
    const stepSeconds = this.#steps.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, this.#steps.length);
    const validationSeconds = this.#validation ?? validationBatches * stepSeconds * PREDICT_SHARE;
    const secondsLeft = this.#seconds - (this.#now() - this.#started) / 1000;
    return { secondsLeft, stepSeconds, validationSeconds, stepsPerEpoch };
  }
}
