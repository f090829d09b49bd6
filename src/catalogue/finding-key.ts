import type { SetFinding } from './types.ts';

/**
 * Name of a finding that stays the same over rescans and renames, as decisions need it: its kind and the contents of its images, the
 * order of which does not matter.
 */
export function findingKey(kind: string, hashes: readonly string[]): string {
  return [kind, ...[...hashes].sort()].join(':');
}

/** Of a finding about a class or the whole set: its kind and the words of its evidence (class, what it goes with). */
export function setFindingKey({ kind, evidence }: Pick<SetFinding, 'kind' | 'evidence'>): string {
  const words = Object.entries(evidence).filter(([, value]) => typeof value === 'string');
  return [kind, ...words.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`)].join(':');
}
