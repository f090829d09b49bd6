import type { Skipped } from '../dataset/types.ts';
import type { SkippedEvent, WarningEvent } from '../protocol/events.ts';

const MOST_EXAMPLES = 100;

/**
 * What the loader finds out beside the training: images that can't be used, counted by cause and reported once each, and
 * warnings. The loop writes them to the events, where a full disk is noticed.
 */
export class Notices {
  readonly #skipped = new Map<string, SkippedEvent>();
  readonly #changed = new Set<string>();
  #warnings: WarningEvent[] = [];

  constructor(scanned: Skipped[]) {
    for (const { cause, count, examples } of scanned) {
      this.#skipped.set(cause, { kind: 'skipped', cause, count, examples: examples.slice(0, MOST_EXAMPLES) });
      this.#changed.add(cause);
    }
  }

  skip(cause: string, path: string, message: string): void {
    const event = this.#skipped.get(cause) ?? { kind: 'skipped', cause, count: 0, examples: [] };
    event.count++;
    if (event.examples.length < MOST_EXAMPLES) event.examples.push({ path, message });
    this.#skipped.set(cause, event);
    this.#changed.add(cause);
  }

  warn(code: string, message: string): void {
    this.#warnings.push({ kind: 'warning', code, message });
  }

  /** Warnings since the last call, and an event for each cause that has new images; its count is the total so far. */
  takeNew(): (SkippedEvent | WarningEvent)[] {
    const skipped = [...this.#changed].map((cause) => structuredClone(this.#skipped.get(cause) as SkippedEvent));
    const events = [...this.#warnings, ...skipped];
    this.#warnings = [];
    this.#changed.clear();
    return events;
  }

  /** Everything that was skipped so far. */
  get all(): Omit<SkippedEvent, 'kind'>[] {
    return [...this.#skipped.values()].map(({ cause, count, examples }) => ({ cause, count, examples }));
  }

  get skippedCounts(): { cause: string; count: number }[] {
    return [...this.#skipped.values()].map(({ cause, count }) => ({ cause, count }));
  }
}
