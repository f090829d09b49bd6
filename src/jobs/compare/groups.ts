import type { ComparedRun } from '../../protocol/compare.ts';

/** Settings in which repetitions of one experiment may differ. */
const free = new Set(['seed', 'name', 'engine.threads']);

/** Runs of the same configuration and data that differ in their seed only, in the order of their first run. */
export function seedGroups(runs: readonly ComparedRun[]): ComparedRun[][] {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const key = keyOf(run);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].flatMap(withoutRepeatedSeeds);
}

function keyOf(run: ComparedRun): string {
  if (Object.keys(run.params).length === 0) return run.id;
  const settings = Object.entries(run.params).filter(([name]) => !free.has(name));
  return JSON.stringify([settings.sort(([a], [b]) => (a < b ? -1 : 1)), Object.entries(run.facts).sort()]);
}

/** The same seed twice is the same experiment: such runs stand alone, lest luck be counted double. */
function withoutRepeatedSeeds(group: ComparedRun[]): ComparedRun[][] {
  const seen = new Set<unknown>();
  const first: ComparedRun[] = [];
  const again: ComparedRun[] = [];
  for (const run of group) {
    (seen.has(run.params.seed) ? again : first).push(run);
    seen.add(run.params.seed);
  }
  return [first, ...again.map((run) => [run])];
}
