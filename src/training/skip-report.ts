import type { Skipped } from '../dataset/types.ts';
import type { SkippedEvent } from '../protocol/events.ts';

const MOST_EXAMPLES = 100;

/** Counts the images that can't be used, by cause: those of the scan and those that fail later, each reported once. */
export class SkipReport {
  readonly #byCause = new Map<string, SkippedEvent>();
  readonly #changed = new Set<string>();

  constructor(scanned: Skipped[]) {
    for (const { cause, count, examples } of scanned) {
      this.#byCause.set(cause, { kind: 'skipped', cause, count, examples: examples.slice(0, MOST_EXAMPLES) });
      this.#changed.add(cause);
    }
  }

  add(cause: string, path: string, message: string): void {
    const event = this.#byCause.get(cause) ?? { kind: 'skipped', cause, count: 0, examples: [] };
    event.count++;
    if (event.examples.length < MOST_EXAMPLES) event.examples.push({ path, message });
    this.#byCause.set(cause, event);
    this.#changed.add(cause);
  }

  /** One event for each cause that has new images; its count is the total so far. */
  takeChanges(): SkippedEvent[] {
    const events = [...this.#changed].map((cause) => structuredClone(this.#byCause.get(cause) as SkippedEvent));
    this.#changed.clear();
    return events;
  }

  get totals(): { cause: string; count: number }[] {
    return [...this.#byCause.values()].map(({ cause, count }) => ({ cause, count }));
  }
}
