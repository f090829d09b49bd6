const FIRST = 2 ** 16;
const LEAST = 1;
/** Beyond it the scaled loss itself could overflow float32. */
const MOST = 2 ** 24;
const FACTOR = 2;
/** Updates without overflow before the factor is doubled. */
const PATIENCE = 2000;

/** Factor of the loss that keeps float16 gradients from vanishing, as `torch.amp.GradScaler` moves it. */
export class LossScale {
  /** A power of two, so that it changes no gradient's digits. */
  #value = FIRST;
  /** Updates since the last change. */
  #updates = 0;

  get value(): number {
    return this.#value;
  }

  /** To be called after each update. @param applied false: a gradient overflowed and the update was left out. */
  update(applied: boolean): void {
    if (!applied) {
      this.#value = Math.max(LEAST, this.#value / FACTOR);
      this.#updates = 0;
      return;
    }
    this.#updates++;
    if (this.#updates < PATIENCE) return;
    this.#value = Math.min(MOST, this.#value * FACTOR);
    this.#updates = 0;
  }

  /** What `write` needs to go on from here. */
  read(): [value: number, updates: number] {
    return [this.#value, this.#updates];
  }

  /** @param state null: as at the start */
  write(state: readonly [value: number, updates: number] | null): void {
    [this.#value, this.#updates] = state ?? [FIRST, 0];
  }
}
