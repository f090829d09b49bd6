/** Saving may take at most this share of the training time. */
const SHARE = 0.05;
/** The first save comes after this much training; its cost then sets the pace. */
const FIRST_AFTER_MS = 1000;

/** Decides when the next checkpoint is due, from what the last one cost: after c ms of saving, 20 · c ms of training. */
export class CheckpointPace {
  #trained = 0;
  #interval = FIRST_AFTER_MS;

  trained(ms: number): void {
    this.#trained += ms;
  }

  get due(): boolean {
    return this.#trained >= this.#interval;
  }

  saved(costMs: number): void {
    this.#trained = 0;
    this.#interval = costMs / SHARE;
  }
}
