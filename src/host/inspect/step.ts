export interface Step {
  what: string;
  done: number;
  total: number | null;
}

/** A line of `--progress json`. Null for any other line. */
export function readStep(line: string): Step | null {
  if (!line.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('done' in value) || typeof value.done !== 'number')
      return null;
    return {
      what: 'what' in value && typeof value.what === 'string' ? value.what : '',
      done: value.done,
      total: 'total' in value && typeof value.total === 'number' ? value.total : null,
    };
  } catch {
    return null;
  }
}
