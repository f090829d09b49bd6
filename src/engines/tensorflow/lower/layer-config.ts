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

  /** One axis or several, counted from 0. */
  axes(key: string, rank: number): number[] {
    const value = this.#values[key];
    const list = typeof value === 'number' ? [value] : this.numbers(key);
    return list.map((axis) => (axis < 0 ? axis + rank : axis));
  }

  /** As TensorFlow.js writes an `l1l2` regulariser down. */
  regularizer(key: string): { l1: number; l2: number } {
    const value = this.#values[key];
    if (isRecord(value) && value.className === 'L1L2' && isRecord(value.config)) {
      const config = new LayerConfig(value.config);
      return { l1: config.number('l1', 0), l2: config.number('l2', 0) };
    }
    throw new Unsupported(`its ${key} is ${describe(value)}`);
  }

  /** TensorFlow.js writes a depthwise kernel's regulariser down as its constraint too. */
  hasConstraint(key: string): boolean {
    const value = this.#values[key];
    return this.isSet(key) && !(isRecord(value) && value.className === 'L1L2');
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
