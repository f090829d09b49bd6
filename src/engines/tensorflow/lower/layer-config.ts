import type { Pair } from '../graph/windows.ts';

/** Typed reading of what `layer.getConfig()` returns; a value of another kind means a layer that can't be lowered. */
export class LayerConfig {
  readonly #values: Record<string, unknown>;

  constructor(values: Record<string, unknown>) {
    this.#values = values;
  }

  number(key: string, missing?: number): number {
    const value = this.#values[key] ?? missing;
    if (typeof value === 'number') return value;
    throw new Unsupported(`its ${key} is ${describe(value)}`);
  }

  optionalNumber(key: string): number | null {
    return this.#values[key] === null || this.#values[key] === undefined ? null : this.number(key);
  }

  string(key: string, missing?: string): string {
    const value = this.#values[key] ?? missing;
    if (typeof value === 'string') return value;
    throw new Unsupported(`its ${key} is ${describe(value)}`);
  }

  boolean(key: string, missing: boolean): boolean {
    return Boolean(this.#values[key] ?? missing);
  }

  /** [height, width], also from one number. */
  pair(key: string, missing: Pair = [1, 1]): Pair {
    const value = this.#values[key] ?? missing;
    const list = Array.isArray(value) ? value : [value, value];
    const [height, width] = list.length === 1 ? [list[0], list[0]] : list;
    if (typeof height === 'number' && typeof width === 'number') return [height, width];
    throw new Unsupported(`its ${key} is ${describe(value)}`);
  }

  /** [[top, bottom], [left, right]]. */
  margins(key: string): readonly [Pair, Pair] {
    const value = this.#values[key];
    if (Array.isArray(value) && value.length === 2) {
      const [height, width] = value.map((side: unknown) => new LayerConfig({ side }).pair('side')) as [Pair, Pair];
      return [height, width];
    }
    throw new Unsupported(`its ${key} is ${describe(value)}`);
  }

  numbers(key: string): number[] {
    const value = this.#values[key];
    if (Array.isArray(value)) return value.map((part: unknown) => (typeof part === 'number' ? part : -1));
    throw new Unsupported(`its ${key} is ${describe(value)}`);
  }

  isSet(key: string): boolean {
    return this.#values[key] !== null && this.#values[key] !== undefined;
  }

  keys(): string[] {
    return Object.keys(this.#values);
  }
}

/** Why one layer can't become part of a TensorFlow graph, as the end of a sentence about that layer. */
export class Unsupported extends Error {}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
