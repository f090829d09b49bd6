export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value, of any kind, has under a name; undefined: nothing. */
export function fieldOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

/** `value` over `defaults`, recursively for objects; keys that only one of them has are kept. Makes new objects. */
export function fillDefaults(defaults: unknown, value: unknown): unknown {
  if (value === undefined) return structuredClone(defaults);
  if (!isRecord(defaults) || !isRecord(value)) return structuredClone(value);
  const keys = new Set([...Object.keys(defaults), ...Object.keys(value)]);
  return Object.fromEntries([...keys].map((key) => [key, fillDefaults(defaults[key], own(value, key))]));
}

/** What `value` has other than `defaults`, recursively for objects: `fillDefaults` of it gives `value` again. */
export function difference(defaults: unknown, value: JsonRecord): JsonRecord {
  const changes: JsonRecord = {};
  for (const [key, child] of Object.entries(value)) {
    const before = isRecord(defaults) ? own(defaults, key) : undefined;
    if (isRecord(child) && isRecord(before)) {
      const inner = difference(before, child);
      if (Object.keys(inner).length > 0) changes[key] = inner;
    } else if (JSON.stringify(child) !== JSON.stringify(before)) changes[key] = structuredClone(child);
  }
  return changes;
}

/** Dotted path → value of every leaf that is a string, number or boolean. A list is one leaf, as text: `a, b`, else JSON. */
export function flatten(value: unknown, prefix = ''): Record<string, string | number | boolean> {
  const leaves: Record<string, string | number | boolean> = {};
  if (!isRecord(value)) return leaves;
  for (const [key, child] of Object.entries(value)) {
    const name = prefix ? `${prefix}.${key}` : key;
    if (typeof child === 'string' || typeof child === 'number' || typeof child === 'boolean') leaves[name] = child;
    else if (Array.isArray(child)) leaves[name] = listText(child);
    else Object.assign(leaves, flatten(child, name));
  }
  return leaves;
}

function listText(list: unknown[]): string {
  return list.every((entry) => typeof entry === 'string') ? list.join(', ') : JSON.stringify(list);
}

function own(record: JsonRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
