import type { Catalogue } from './catalogue.ts';

const MOST_KEPT = 100;

const kept = new WeakMap<Catalogue, { version: string; values: Map<string, unknown> }>();

/** Computes a value once for what the catalogue holds and the journal says; the last hundred are kept. */
export function keptValue<T>(catalogue: Catalogue, key: string, compute: () => T): T {
  const values = valuesOf(catalogue);
  // Whoever stored a value under the key computed it with the same function.
  if (values.has(key)) return values.get(key) as T;
  const value = compute();
  const [oldest] = values.keys();
  if (values.size >= MOST_KEPT && oldest !== undefined) values.delete(oldest);
  values.set(key, value);
  return value;
}

/** Whether `keptValue` would compute nothing. */
export function isKept(catalogue: Catalogue, key: string): boolean {
  return valuesOf(catalogue).has(key);
}

function valuesOf(catalogue: Catalogue): Map<string, unknown> {
  const { version } = catalogue;
  const own = kept.get(catalogue);
  if (own?.version === version) return own.values;
  const values = new Map<string, unknown>();
  kept.set(catalogue, { version, values });
  return values;
}

/**
 * The same, kept in the database too, so that the next process need not look at every row again.
 * @param value can be written as JSON
 */
export function rememberedValue<T>(catalogue: Catalogue, key: string, compute: () => T): T {
  return keptValue(catalogue, key, () => {
    const state = catalogue.state;
    const stored = catalogue.meta(`remembered:${key}`);
    if (stored !== null) {
      const known = JSON.parse(stored) as { state: string; value: T };
      if (known.state === state) return known.value;
    }
    const value = compute();
    catalogue.remember(`remembered:${key}`, JSON.stringify({ state, value }));
    return value;
  });
}
