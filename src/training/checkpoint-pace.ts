/** Saving may take at most this share of the training time. */
const SHARE = 0.05;
/** Small networks save in a millisecond; more often than this would only fill the events. */
const LEAST_INTERVAL_MS = 1000;

/** Decides when the next checkpoint is due, from what the last one cost: after c ms of saving, 20 · c ms of training. */
export class CheckpointPace {
  #trained = 0;
  #interval = LEAST_INTERVAL_MS;

  trained(ms: number): void {
    this.#trained += ms;
  }

  get due(): boolean {
    return this.#trained >= this.#interval;
  }

  saved(costMs: number): void {
    this.#trained = 0;
    this.#interval = Math.max(LEAST_INTERVAL_MS, costMs / SHARE);
  }
}
