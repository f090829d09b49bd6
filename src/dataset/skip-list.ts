import { byCodeUnit } from './listing.ts';
import type { SkipCause, Skipped } from './types.ts';

const EXAMPLES = 100;

/** Counts what was left out, by cause, and keeps the first hundred of each. */
export class SkipList {
  readonly #causes = new Map<SkipCause, Skipped>();

  add(cause: SkipCause, path: string, message: string): void {
    const entry = this.#causes.get(cause) ?? { cause, count: 0, examples: [] };
    this.#causes.set(cause, entry);
    entry.count++;
    if (entry.examples.length < EXAMPLES) entry.examples.push({ path, message });
  }

  get count(): number {
    return [...this.#causes.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** Most frequent cause first. */
  summary(): Skipped[] {
    return [...this.#causes.values()].sort((a, b) => b.count - a.count || byCodeUnit(a.cause, b.cause));
  }
}
